"""Domains: finding and reading them, their states, what they are told to be, their guests and consoles."""
