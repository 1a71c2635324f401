"""Getting in place of libvirt-python: unmodified programs run on esxvirt, and find its modules in a folder."""
