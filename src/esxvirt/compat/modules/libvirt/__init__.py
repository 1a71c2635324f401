"""libvirt-python's libvirt, which esxvirt provides: see `esxvirt.libvirt`."""

import sys as _sys
from typing import TYPE_CHECKING

from esxvirt.libvirt import *
from esxvirt.libvirt._companions import *
from esxvirt.libvirt._moved import missing as _missing

if not TYPE_CHECKING:  # type checkers would take any name for one that it has

    def __getattr__(name):
        raise _missing(f"module '{__name__}'", (), name, _sys.modules.get(__name__))
