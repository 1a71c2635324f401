"""Commands on snapshots: virsh's group 'snapshot'."""
