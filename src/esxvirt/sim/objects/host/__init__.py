"""Hosts: what serves `HostSystem` and the managers of one host, and what describes a host."""
