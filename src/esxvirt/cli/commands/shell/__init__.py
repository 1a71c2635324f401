"""Commands on the shell: virsh's group 'virsh'."""
