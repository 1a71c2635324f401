"""Machines: configuration, VMX text, power, questions, snapshots. Knows hosts, but not the site."""
