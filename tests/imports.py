"""All modules are imported before tests begin, some of which have threads.

pytest rewrites each module that is imported, and its parser fails now and then (SystemError, CPython 3.11) where two
threads import late at the same time.
"""

import importlib
import pkgutil
from types import ModuleType

import esxvirt.driver
import esxvirt.libvirt_esx
import esxvirt.vsphere
import esxvirt.xml

__all__ = ["import_all"]

_PACKAGES: tuple[ModuleType, ...] = (esxvirt.driver, esxvirt.libvirt_esx, esxvirt.vsphere, esxvirt.xml)


def import_all() -> None:
    """Import what is imported late otherwise."""
    for package in _PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
