"""Devices of domains: reading, attaching, changing and detaching them."""
