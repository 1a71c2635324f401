"""libvirt-python's libvirt_qemu, which esxvirt provides: see `esxvirt.libvirt_qemu`."""

from esxvirt.libvirt_qemu import *
from esxvirt.libvirt_qemu import _dispatchQemuMonitorEventCallback as _dispatchQemuMonitorEventCallback
