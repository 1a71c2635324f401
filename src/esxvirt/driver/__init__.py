"""What each operation of libvirt means on vSphere, a package a topic; knows nothing of libvirt's API above it."""
