"""Hosts, and how they name files. Knows no machine."""
