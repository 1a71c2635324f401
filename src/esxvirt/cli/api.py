"""The one place where the command line meets `esxvirt.libvirt`, and the only one that imports it.

It is imported when the first connection is opened: ``esxvirsh --version`` and ``help`` do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Connection", "Domain", "load"]

# libvirt-python's classes are not typed, and ours answer to its names: commands treat both as they come.
Connection = Any
Domain = Any


def load() -> ModuleType:
    """The module with libvirt-python's names; its errors are raised and not printed by itself."""
    from esxvirt import libvirt  # noqa: PLC0415  see above

    libvirt.registerErrorHandler(_silent, None)
    return libvirt


def _silent(_context: object, _error: object) -> None:
    """libvirt-python prints every error to stderr unless told otherwise; here the commands do it."""
