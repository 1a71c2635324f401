"""The one place where the command line meets `esxvirt.libvirt` and `esxvirt.libvirt_esx`.

It is imported when the first connection is opened: ``esxvirsh --version`` and ``help`` do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt import logs
from esxvirt.cli._late import libvirt, libvirt_esx, log_handler

if TYPE_CHECKING:
    from esxvirt.cli.esx_protocol import Esx
    from esxvirt.cli.output import Output
    from esxvirt.cli.protocols import Libvirt

__all__ = ["load"]

_OURS = "esxvirt.libvirt"


def load(output: Output) -> tuple[Libvirt, Esx | None]:
    """Return the module with libvirt-python's names, and what is our own; None for that where the module is not ours.

    Its errors are raised and not printed by itself; its warnings, of what could not be read or was guessed, go to
    `output`.
    """
    libvirt.registerErrorHandler(_silent, None)
    logs.before_first(lambda: log_handler.attach(output))
    library: Libvirt = libvirt
    own: Esx = libvirt_esx
    return library, own if libvirt.__name__ == _OURS else None


def _silent(_context: object, _error: object) -> None:
    """libvirt-python prints every error to stderr unless told otherwise; here the commands do it."""
