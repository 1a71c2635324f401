"""libvirt-python's constants, by topic: plain data, one name a line."""

__all__: list[str] = []
