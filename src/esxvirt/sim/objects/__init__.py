"""The managed objects: one type, one class, one module. Importing the package's modules registers them."""

import importlib
import pkgutil

__all__ = ["load"]


def load() -> None:
    """Import every module of the package, so that every class is registered."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
