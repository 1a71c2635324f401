"""libvirt's XML formats: each a record, a parser and a formatter. Pure: no I/O, no server."""
