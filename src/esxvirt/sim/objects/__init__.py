"""The managed objects, in packages by topic: one type, one class, one module.

Every type's class is registered in `registry.CLASSES` when its module is imported; `load` imports all.
"""

import importlib
import pkgutil

__all__ = ["load"]


def load() -> None:
    """Import every module below this package, so that every class is registered."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
