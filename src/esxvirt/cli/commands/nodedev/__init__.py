"""Commands on devices of the host: virsh's group 'nodedev', but for those that VMware has nothing for."""
