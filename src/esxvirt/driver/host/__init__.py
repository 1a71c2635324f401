"""The host itself: its hardware, its network cards, and changing parts of its configuration."""
