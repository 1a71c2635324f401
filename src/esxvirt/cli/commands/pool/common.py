"""What commands on pools share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.declare import Option, data
from esxvirt.cli.failures import Failed
from esxvirt.cli.units import pretty_capacity

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["BY_NAME", "BY_UUID", "POOL", "find_pool", "pool_of", "pretty", "yes_no"]

POOL = data("pool", "pool name or uuid")

BY_UUID, BY_NAME = 1, 2
_UUID_LENGTH = 36


def pool_of(virsh: Virsh, arguments: Arguments, option: str | Option = "pool", by: int = BY_UUID | BY_NAME) -> Any:
    """Return the pool that an option names.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    name = option if isinstance(option, str) else option.name
    text = arguments.required(name)
    virsh.note(arguments.command.name, f"found option <{name}>: {text}")
    return find_pool(virsh, arguments.command.name, text, by, option=name)


def find_pool(virsh: Virsh, command: str, text: str, by: int = BY_UUID | BY_NAME, *, option: str = "pool") -> Any:
    """Return the pool of this UUID or name, tried in this order.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    libvirt = virsh.libvirt
    attempts: list[tuple[str, Callable[[str], Any]]] = []
    if by & BY_UUID and len(text) == _UUID_LENGTH:
        attempts.append(("trying as pool UUID", virsh.connection.storagePoolLookupByUUIDString))
    if by & BY_NAME:
        attempts.append(("trying as pool NAME", virsh.connection.storagePoolLookupByName))
    trouble: BaseException | None = None
    for step, lookup in attempts:
        virsh.trace(command, f"<{option}> {step}")
        try:
            return lookup(text)
        except libvirt.libvirtError as error:
            trouble = error
    raise Failed(f"failed to get pool '{text}'", cause=trouble)


def pretty(size: int) -> str:
    """Return a number of bytes for people."""
    value, unit = pretty_capacity(size)
    return f"{value:.2f} {unit}"


def yes_no(value: object) -> str:
    """``yes`` or ``no``."""
    return "yes" if value else "no"
