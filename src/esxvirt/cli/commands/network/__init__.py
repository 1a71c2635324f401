"""Commands on networks: virsh's group 'network'."""
