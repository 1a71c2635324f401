"""libvirt-python's names, on esxvirt: ``import esxvirt.libvirt as libvirt``.

Classes, methods, signatures, constants and errors are those of libvirt-python 11.3.0, for `esx://`, `gsx://`, `vpx://`
and `sim://` connections. A method that the driver does not have raises `libvirtError` VIR_ERR_NO_SUPPORT, with the text
"this function is not supported by the connection driver: " and the name of libvirt's function. Beyond libvirt-python,
`virConnect.vim` is pyVmomi's service instance; `nativeToXML` and `xmlToNative` convert without a server.

As in libvirt-python, an error is also printed to stderr unless `registerErrorHandler` says who gets it.
"""

# ruff: noqa: F403  the modules behind this namespace have `__all__`, or are constants and nothing else

from typing import TYPE_CHECKING

from esxvirt.libvirt._checkpoint import *
from esxvirt.libvirt._connect import *
from esxvirt.libvirt._doctor import *
from esxvirt.libvirt._domain import *
from esxvirt.libvirt._domain_console import *
from esxvirt.libvirt._errors import *
from esxvirt.libvirt._events import *
from esxvirt.libvirt._events import HandleCallback, TimeoutCallback
from esxvirt.libvirt._interface import *
from esxvirt.libvirt._kept_sessions import *
from esxvirt.libvirt._native import *
from esxvirt.libvirt._network import *
from esxvirt.libvirt._network_port import *
from esxvirt.libvirt._nodedev import *
from esxvirt.libvirt._nwfilter import *
from esxvirt.libvirt._nwfilter_binding import *
from esxvirt.libvirt._opening import *
from esxvirt.libvirt._secret import *
from esxvirt.libvirt._snapshot import *
from esxvirt.libvirt._storage_pool import *
from esxvirt.libvirt._storage_vol import *
from esxvirt.libvirt._stream import *
from esxvirt.libvirt._unsupported import *
from esxvirt.libvirt._version import *
from esxvirt.libvirt.constants.connect import *
from esxvirt.libvirt.constants.domains import *
from esxvirt.libvirt.constants.errors import *
from esxvirt.libvirt.constants.events import *
from esxvirt.libvirt.constants.networks import *
from esxvirt.libvirt.constants.node import *
from esxvirt.libvirt.constants.parameters import *
from esxvirt.libvirt.constants.snapshots import *
from esxvirt.libvirt.constants.statistics import *
from esxvirt.libvirt.constants.storage import *


def virInitialize() -> int:
    """Do nothing, there is nothing to do; 0."""
    return 0


# What libvirtaio, which comes with libvirt-python, writes its annotations with.
_EventCB, _TimerCB = HandleCallback, TimeoutCallback

if not TYPE_CHECKING:  # a type checker takes all names above for public; it cannot follow this
    _OTHERS = {"getVersion", "libvirtError", "open", "openAuth", "openReadOnly", "registerErrorHandler"}
    _OTHERS |= {"diagnose", "endKeptSessions", "nativeToXML", "xmlToNative"}  # libvirt has none without a connection
    __all__ = [name for name in dir() if name.startswith(("VIR_", "vir")) or name in _OTHERS]
