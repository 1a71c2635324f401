"""Networks that machines attach to, and distributed switches."""
