"""Storage pools: the commands of virsh's group "pool"."""
