"""libvirt-python's libvirtaio, which esxvirt provides: see `esxvirt.libvirtaio`."""

from esxvirt.libvirtaio import *
from esxvirt.libvirtaio import Callback as Callback
from esxvirt.libvirtaio import Descriptor as Descriptor
from esxvirt.libvirtaio import DescriptorDict as DescriptorDict
from esxvirt.libvirtaio import FDCallback as FDCallback
from esxvirt.libvirtaio import TimeoutCallback as TimeoutCallback
