"""Networks, port groups and switches, as data. Knows no host."""
