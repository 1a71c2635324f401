"""What commands on volumes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.pool.common import find_pool
from esxvirt.cli.declare import data, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.scaled import ScaleError, scaled_bytes

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["POOL", "TYPES", "VOLUME", "size_of", "volume_of"]

VOLUME = data("vol", "vol name, key or path")
POOL = string("pool", "pool name or uuid", by_position=True)

TYPES = ("file", "block", "dir", "network", "netdir", "ploop")
"""virStorageVolType's words."""


def volume_of(virsh: Virsh, arguments: Arguments, option: str = "vol", pool_option: str | None = "pool") -> Any:
    """Return the volume that an option names: by name in the pool that another option names, else by key, else by path.

    Raises:
        Failed: there is none, or it is in another pool, or the server could not be asked.
    """
    text = arguments.required(option)
    pool_name = arguments.text(pool_option) if pool_option is not None else None
    libvirt, command = virsh.libvirt, arguments.command.name
    virsh.note(command, f"found option <{option}>: {text}")
    pool = None
    if pool_name is not None:
        pool = find_pool(virsh, command, pool_name)
        if not pool.isActive():
            raise Failed(f"pool '{pool_name}' is not active")
        virsh.trace(command, f"<{option}> trying as vol name")
        try:
            return pool.storageVolLookupByName(text)
        except libvirt.libvirtError:
            pass  # it may be a key or a path, which is asked for next
    trouble: BaseException | None = None
    for step, lookup in (
        ("key", virsh.connection.storageVolLookupByKey),
        ("path", virsh.connection.storageVolLookupByPath),
    ):
        virsh.trace(command, f"<{option}> trying as vol {step}")
        try:
            volume = lookup(text)
        except libvirt.libvirtError as error:
            trouble = error
            continue
        if pool is not None and volume.storagePoolLookupByVolume().name() != pool.name():
            raise Failed(f"Requested volume '{text}' is not in pool '{pool_name}'")
        return volume
    hint = f", specifying --{pool_option} might help" if pool is None and pool_option is not None else ""
    raise Failed(f"failed to get vol '{text}'{hint}", cause=trouble)


def size_of(text: str) -> int:
    """Return a size with a unit, bytes without one.

    Raises:
        Failed: it is none.
    """
    try:
        return scaled_bytes(text)
    except ScaleError as error:
        raise Failed(f"Malformed size {text}", *map(str, error.args)) from None
