"""All modules are imported before the trials begin, which run many at once.

pytest rewrites each module that is imported, and its parser fails now and then (SystemError, CPython 3.11) where two
threads import late at the same time.
"""

import importlib
import pkgutil

import esxvirt.driver
import esxvirt.vsphere
import esxvirt.xml

for package in (esxvirt.driver, esxvirt.vsphere, esxvirt.xml):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
