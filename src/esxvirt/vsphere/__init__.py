"""The vSphere side: sessions, transport, bulk property reads, datastore files. Knows nothing of libvirt.

Everything else in esxvirt talks to a server through `esxvirt.vsphere.session.Session` and reads properties through
`esxvirt.vsphere.inventory`.
"""
