"""Defining domains: domain XML and VMX files on a server, native conversions, VMX files put in their place."""
