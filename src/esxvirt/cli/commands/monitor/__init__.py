"""Commands that watch domains: virsh's group 'monitor'."""
