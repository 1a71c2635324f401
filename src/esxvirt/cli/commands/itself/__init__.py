"""Commands on the program itself: virsh's group 'virsh'."""
