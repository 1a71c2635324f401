"""``vol-list``, ``vol-info``, ``vol-dumpxml``, and what turns names, keys and paths into one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import pool_of, pretty
from esxvirt.cli.commands.volume.common import POOL, TYPES, VOLUME, volume_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.tables import Table
from esxvirt.cli.xpath import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Volume
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def _type(number: int) -> str:
    return TYPES[number] if 0 <= number < len(TYPES) else "unknown"


def show_list(virsh: Virsh, arguments: Arguments) -> None:
    """Print the volumes of a pool."""
    details = arguments.flag("details")
    pool = pool_of(virsh, arguments)
    with virsh.failing("Failed to list storage volumes"):
        found: Sequence[tuple[Volume, list[int] | None]]
        if details and virsh.esx is not None:
            found = virsh.esx.volume_infos(pool, 0)
        else:
            found = [(volume, None) for volume in pool.listAllVolumes(0)]
    volumes = sorted(found, key=lambda item: item[0].name().lower())
    table = Table("Name", "Path", *(["Type", "Capacity", "Allocation"] if details else []))
    for volume, info in volumes:
        table.add(volume.name(), volume.path(), *(_details(virsh, volume, info) if details else []))
    virsh.table(table)


def _details(virsh: Virsh, volume: Volume, info: list[int] | None) -> list[str]:
    if info is None:
        try:
            info = volume.info()
        except virsh.libvirt.libvirtError:
            return ["unknown"] * 3
    return [_type(info[0]), pretty(info[1]), pretty(info[2])]


def show_info(virsh: Virsh, arguments: Arguments) -> None:
    """Print a volume's type and sizes."""
    physical = arguments.flag("physical")
    volume = volume_of(virsh, arguments)
    virsh.field("Name:", volume.name())
    if physical:
        kind, *sizes = volume.infoFlags(virsh.libvirt.VIR_STORAGE_VOL_GET_PHYSICAL)
    else:
        # It has been looked up this moment, and is not searched for again; libvirt-python has only `info`.
        kind, *sizes = volume.info() if virsh.esx is None else virsh.esx.info_at_lookup(volume)
    virsh.field("Type:", _type(kind))
    for title, size in zip(("Capacity:", "Physical:" if physical else "Allocation:"), sizes, strict=True):
        virsh.field(title, f"{size} bytes" if arguments.flag("bytes") else pretty(size))


def show_xml(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML, or parts of it."""
    expression = arguments.text("xpath")
    volume = volume_of(virsh, arguments)
    # it has just been searched for
    xml = volume.XMLDesc() if virsh.esx is None else virsh.esx.xml_at_lookup(volume)
    virsh.write(xml if expression is None else select(xml, expression, wrap=arguments.flag("wrap")))


def show_key(virsh: Virsh, arguments: Arguments) -> None:
    """Print a volume's key."""
    virsh.line(volume_of(virsh, arguments).key())


def show_path(virsh: Virsh, arguments: Arguments) -> None:
    """Print a volume's path."""
    virsh.line(volume_of(virsh, arguments).path())


def show_name(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name of a volume that is given by key or path."""
    virsh.line(volume_of(virsh, arguments, pool_option=None).name())


def show_pool(virsh: Virsh, arguments: Arguments) -> None:
    """Print the pool of a volume that is given by key or path."""
    volume = volume_of(virsh, arguments, pool_option=None)
    with virsh.failing("failed to get parent pool"):
        pool = volume.storagePoolLookupByVolume()
    virsh.line(pool.UUIDString() if arguments.flag("uuid") else pool.name())


COMMANDS = (
    Command(
        "vol-dumpxml",
        "vol information in XML",
        show_xml,
        "Output the vol information as an XML dump to stdout.",
        (
            VOLUME,
            POOL,
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "vol-info",
        "storage vol information",
        show_info,
        "Returns basic information about the storage vol.",
        (
            VOLUME,
            POOL,
            flag("bytes", "sizes are represented in bytes rather than pretty units"),
            flag("physical", "return the physical size of the volume in allocation field"),
        ),
    ),
    Command(
        "vol-key",
        "returns the volume key for a given volume name or path",
        show_key,
        "",
        (data("vol", "volume name or path"), POOL),
    ),
    Command(
        "vol-list",
        "list vols",
        show_list,
        "Returns list of vols by pool.",
        (data("pool", "pool name or uuid"), flag("details", "display extended details for volumes")),
    ),
    Command(
        "vol-name",
        "returns the volume name for a given volume key or path",
        show_name,
        "",
        (data("vol", "volume key or path"),),
    ),
    Command(
        "vol-path",
        "returns the volume path for a given volume name or key",
        show_path,
        "",
        (data("vol", "volume name or key"), POOL),
    ),
    Command(
        "vol-pool",
        "returns the storage pool for a given volume key or path",
        show_pool,
        "",
        (data("vol", "volume key or path"), flag("uuid", "return the pool uuid rather than pool name")),
    ),
)
