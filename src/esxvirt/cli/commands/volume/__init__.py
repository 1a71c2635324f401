"""Storage volumes: the commands of virsh's group "volume"."""
