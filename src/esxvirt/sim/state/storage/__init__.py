"""Datastores, the files and virtual disks on them, and the disks of adapters below. Knows no machine and no host."""
