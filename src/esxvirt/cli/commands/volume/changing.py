"""``vol-delete``, ``vol-wipe`` and ``vol-resize``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.volume.common import POOL, VOLUME, size_of, volume_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_ALGORITHMS = ("zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random", "trim")


def delete(virsh: Virsh, arguments: Arguments) -> None:
    """Delete a volume."""
    volume = volume_of(virsh, arguments)
    flags = virsh.libvirt.VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS if arguments.flag("delete-snapshots") else 0
    name = arguments.required("vol")
    with virsh.failing(f"Failed to delete vol {name}"):
        volume.delete(flags)
    virsh.aside(f"Vol {name} deleted\n")


def wipe(virsh: Virsh, arguments: Arguments) -> None:
    """Overwrite a volume."""
    volume = volume_of(virsh, arguments)
    libvirt, name = virsh.libvirt, arguments.required("vol")
    word = arguments.text("algorithm") or "zero"
    if word not in _ALGORITHMS:
        raise Failed(f"Unsupported algorithm '{word}'")
    algorithm = getattr(libvirt, f"VIR_STORAGE_VOL_WIPE_ALG_{word.upper()}")
    with virsh.failing(f"Failed to wipe vol {name}"):
        try:
            volume.wipePattern(algorithm, 0)
        except libvirt.libvirtError as error:
            if algorithm != libvirt.VIR_STORAGE_VOL_WIPE_ALG_ZERO or not virsh.unsupported(error):
                raise
            volume.wipe(0)
    virsh.aside(f"Vol {name} wiped\n")


def resize(virsh: Virsh, arguments: Arguments) -> None:
    """Give a volume another size."""
    libvirt = virsh.libvirt
    flags = 0
    for option in ("allocate", "delta", "shrink"):
        if arguments.flag(option):
            flags |= getattr(libvirt, f"VIR_STORAGE_VOL_RESIZE_{option.upper()}")
    volume = volume_of(virsh, arguments)
    text = arguments.required("capacity")
    if text.startswith("-"):
        # The API takes positive numbers; a minus in front means to take so much away.
        if not arguments.flag("shrink"):
            raise Failed("negative size requires --shrink")
        text = text[1:]
        flags |= libvirt.VIR_STORAGE_VOL_RESIZE_DELTA
    capacity = size_of(text)
    how = "by" if flags & libvirt.VIR_STORAGE_VOL_RESIZE_DELTA else "to"
    with virsh.failing(f"Failed to change size of volume '{volume.name()}' {how} {text}"):
        volume.resize(capacity, flags)
    virsh.aside(f"Size of volume '{volume.name()}' successfully changed {how} {text}\n")


COMMANDS = (
    Command(
        "vol-delete",
        "delete a vol",
        delete,
        "Delete a given vol.",
        (
            VOLUME,
            POOL,
            flag("delete-snapshots", "delete snapshots associated with volume (must be supported by storage driver)"),
        ),
    ),
    Command(
        "vol-resize",
        "resize a vol",
        resize,
        "Resizes a storage volume. This is safe only for storage volumes not in use by an active guest.\n"
        "See blockresize for live resizing.",
        (
            VOLUME,
            data("capacity", "new capacity for the vol, as scaled integer (default bytes)"),
            POOL,
            flag("allocate", "allocate the new capacity, rather than leaving it sparse"),
            flag("delta", "use capacity as a delta to current size, rather than the new size"),
            flag("shrink", "allow the resize to shrink the volume"),
        ),
    ),
    Command(
        "vol-wipe",
        "wipe a vol",
        wipe,
        "Ensure data previously on a volume is not accessible to future reads",
        (VOLUME, POOL, string("algorithm", "perform selected wiping algorithm")),
    ),
)
