"""Statistics of domains."""
