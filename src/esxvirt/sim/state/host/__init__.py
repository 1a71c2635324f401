"""Hosts, what they are in, and how they name files. Knows no machine."""
