"""libvirt-python's names, on esxvirt: ``import esxvirt.libvirt as libvirt``.

Classes, methods, signatures, constants and errors are those of libvirt-python 11.3.0, for `esx://`, `gsx://`, `vpx://`
and `sim://` connections. A method that the driver does not have raises `libvirtError` VIR_ERR_NO_SUPPORT, with the text
"this function is not supported by the connection driver: " and the name of libvirt's function.

There is nothing else here: what VMware has and libvirt has no name for is in `esxvirt.libvirt_esx`. Type checkers read
`__init__.pyi`, which docs/stub.py makes.

As in libvirt-python, an error is also printed to stderr unless `registerErrorHandler` says who gets it.
"""

# ruff: noqa: F403  the modules behind this namespace have `__all__`, or are constants and nothing else

import sys
from typing import NoReturn

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
from esxvirt.libvirt import _companions
from esxvirt.libvirt._checkpoint import *
from esxvirt.libvirt._companions import *
from esxvirt.libvirt._connect import *
from esxvirt.libvirt._domain import *
from esxvirt.libvirt._errors import *
from esxvirt.libvirt._events import *
from esxvirt.libvirt._interface import *
from esxvirt.libvirt._moved import missing
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
from esxvirt.libvirt._version import *


def virInitialize() -> int:
    """Do nothing, there is nothing to do; 0."""
    return 0


_OTHERS = {"getVersion", "libvirtError", "open", "openAuth", "openReadOnly", "registerErrorHandler"}
__all__ = [name for name in dir() if name.startswith(("VIR_", "vir")) or name in _OTHERS]


def __dir__() -> list[str]:
    """Return libvirt-python's names, and those that Python itself gives a module."""
    return [*__all__, *_companions.__all__, *(name for name in globals() if name.startswith("__"))]


def __getattr__(name: str) -> NoReturn:
    raise missing(f"module '{__name__}'", (), name, sys.modules[__name__])
