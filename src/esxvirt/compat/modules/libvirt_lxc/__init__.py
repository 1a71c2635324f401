"""libvirt-python's libvirt_lxc, which esxvirt provides: see `esxvirt.libvirt_lxc`."""

from esxvirt.libvirt_lxc import *
