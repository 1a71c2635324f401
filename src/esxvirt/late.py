"""Modules that are imported when they are first used, which saves the start-up time of those that a run does not use.

Each package lists what it imports so in one module, ``_late``::

    if TYPE_CHECKING:
        from esxvirt.driver.domain import lifecycle as lifecycle
    else:
        lifecycle = late("esxvirt.driver.domain.lifecycle")
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["late"]


class _Late:
    """A module that may not be imported yet, or a name in it.

    What it has is looked up each time: whoever replaces a function of the module replaces it here, too.
    """

    __slots__ = ("_attribute", "_name")

    def __init__(self, name: str, attribute: str | None) -> None:
        self._name = name
        self._attribute = attribute

    def __getattr__(self, name: str) -> Any:
        __import__(self._name)
        found = sys.modules[self._name]
        return getattr(found if self._attribute is None else getattr(found, self._attribute), name)

    def __repr__(self) -> str:
        return f"<late module '{self._name}'>"


def late(name: str, attribute: str | None = None) -> Any:
    """Return what stands for the module of this name (or for a name in it), and imports it at the first use."""
    return _Late(name, attribute)
