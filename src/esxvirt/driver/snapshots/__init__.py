"""Snapshots of domains: the tree, and taking, reverting to and removing them."""
