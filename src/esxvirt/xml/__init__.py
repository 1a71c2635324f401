"""libvirt's XML formats: each a dataclass, a parser and a formatter. Pure: no I/O, no server."""
