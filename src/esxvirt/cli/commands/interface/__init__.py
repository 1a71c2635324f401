"""Commands on physical network cards: virsh's group 'interface'."""
