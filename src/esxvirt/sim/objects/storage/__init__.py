"""Datastores and what is on them: files, virtual disks, their download by leases."""
