"""libvirt-python's names, on esxvirt: ``import esxvirt.libvirt as libvirt``.

Classes, methods, signatures, constants and errors are those of libvirt-python 11.3.0, for `esx://`, `gsx://`, `vpx://`
and `sim://` connections. A method that the driver does not have raises `libvirtError` VIR_ERR_NO_SUPPORT, with the text
"this function is not supported by the connection driver: " and the name of libvirt's function. Beyond libvirt-python,
`virConnect.vim` is pyVmomi's service instance; `nativeToXML` and `xmlToNative` convert without a server.

As in libvirt-python, an error is also printed to stderr unless `registerErrorHandler` says who gets it.
"""

# ruff: noqa: F403  the modules behind this namespace have `__all__`, or are constants and nothing else

from typing import TYPE_CHECKING

from esxvirt.constants.connect import *
from esxvirt.constants.domains import *
from esxvirt.constants.errors import *
from esxvirt.constants.events import *
from esxvirt.constants.networks import *
from esxvirt.constants.node import *
from esxvirt.constants.parameters import *
from esxvirt.constants.snapshots import *
from esxvirt.constants.statistics import *
from esxvirt.constants.storage import *
from esxvirt.libvirt.checkpoint import *
from esxvirt.libvirt.connect import *
from esxvirt.libvirt.doctor import *
from esxvirt.libvirt.domain import *
from esxvirt.libvirt.domain_console import *
from esxvirt.libvirt.errors import *
from esxvirt.libvirt.events import *
from esxvirt.libvirt.events import HandleCallback, TimeoutCallback
from esxvirt.libvirt.interface import *
from esxvirt.libvirt.kept_sessions import *
from esxvirt.libvirt.native import *
from esxvirt.libvirt.network import *
from esxvirt.libvirt.network_port import *
from esxvirt.libvirt.nodedev import *
from esxvirt.libvirt.nwfilter import *
from esxvirt.libvirt.nwfilter_binding import *
from esxvirt.libvirt.opening import *
from esxvirt.libvirt.secret import *
from esxvirt.libvirt.snapshot import *
from esxvirt.libvirt.storage_pool import *
from esxvirt.libvirt.storage_vol import *
from esxvirt.libvirt.stream import *
from esxvirt.libvirt.unsupported import *
from esxvirt.libvirt.version import *


def virInitialize() -> int:
    """Do nothing, there is nothing to do; 0."""
    return 0


# What libvirtaio, which comes with libvirt-python, writes its annotations with.
_EventCB, _TimerCB = HandleCallback, TimeoutCallback

if not TYPE_CHECKING:  # a type checker takes all names above for public; it cannot follow this
    _OTHERS = {"getVersion", "libvirtError", "open", "openAuth", "openReadOnly", "registerErrorHandler"}
    _OTHERS |= {"diagnose", "endKeptSessions", "nativeToXML", "xmlToNative"}  # libvirt has none without a connection
    __all__ = [name for name in dir() if name.startswith(("VIR_", "vir")) or name in _OTHERS]
