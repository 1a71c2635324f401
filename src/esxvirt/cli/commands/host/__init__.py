"""Commands on the host: virsh's group 'host'."""
