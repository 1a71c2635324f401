"""What each libvirt operation means on vSphere: one module a topic, functions on a `Connection`."""
