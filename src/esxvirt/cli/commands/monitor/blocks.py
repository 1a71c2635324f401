"""``domblklist``, ``domblkinfo``, ``domblkstat`` and ``domblkerror``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml, elements
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.tables import Table
from esxvirt.cli.units import pretty_capacity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS", "source_of"]

_SOURCES = {"file", "dev", "dir", "name", "volume", "path"}

# virDomainBlockStatsFlags' field: virsh's short name, and its words for people
_STATISTICS = {
    "rd_operations": ("rd_req", "number of read operations:"),
    "rd_bytes": ("rd_bytes", "number of bytes read:"),
    "wr_operations": ("wr_req", "number of write operations:"),
    "wr_bytes": ("wr_bytes", "number of bytes written:"),
    "errs": ("errs", "error count:"),
    "flush_operations": ("flush_operations", "number of flush operations:"),
    "rd_total_times": ("rd_total_times", "total duration of reads (ns):"),
    "wr_total_times": ("wr_total_times", "total duration of writes (ns):"),
    "flush_total_times": ("flush_total_times", "total duration of flushes (ns):"),
}
_DISK_ERRORS = ("no error", "unspecified error", "no space")


def source_of(device: Any, names: set[str]) -> str | None:
    """Return the first of these attributes that the device's ``<source>`` has, in the order of the XML."""
    source = device.find("source")
    if source is not None:
        for name, value in source.items():
            if name in names:
                return str(value)
    return None


def show_list(virsh: Virsh, arguments: Arguments) -> None:
    """Print the domain's disks and what they are made of."""
    details = arguments.flag("details")
    flags = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("inactive") else 0
    root = domain_xml(virsh, domain_of(virsh, arguments), flags)
    table = Table(*(["Type", "Device"] if details else []), "Target", "Source")
    for disk in elements(root, "devices/disk"):
        kind, device = disk.get("type"), disk.get("device")
        target = disk.find("target")
        if kind is None or device is None or target is None or not target.get("dev"):
            raise Failed("unable to query block list details")
        source = source_of(disk, _SOURCES) or "-"
        table.add(*([kind, device] if details else []), target.get("dev"), source)
    virsh.table(table)


def _sizes(info: Sequence[int], *, human: bool) -> list[str]:
    """Capacity, allocation and physical size; libvirt's info has them in this order, in bytes."""
    if not human:
        return [str(size) for size in info]
    return [f"{value:.3f} {unit}" for value, unit in map(pretty_capacity, info)]


def show_info(virsh: Virsh, arguments: Arguments) -> None:
    """Print the size of one disk, or of all."""
    arguments.exclusive("all", "device")
    human, everything = arguments.flag("human"), arguments.flag("all")
    domain = domain_of(virsh, arguments)
    device = arguments.raw("device")
    if not everything and not device:
        raise Failed("command 'domblkinfo' requires <device> option")
    if everything:
        table = Table("Target", "Capacity", "Allocation", "Physical")
        for disk in elements(domain_xml(virsh, domain), "devices/disk"):
            table.add(*_disk_sizes(virsh, domain, disk, human=human))
        virsh.table(table)
        return
    sizes = _sizes(domain.blockInfo(device or ""), human=human)
    for title, size in zip(("Capacity:", "Allocation:", "Physical:"), sizes, strict=True):
        virsh.field(title, size)


def _disk_sizes(virsh: Virsh, domain: Domain, disk: Any, *, human: bool) -> list[str]:
    target = disk.find("target").get("dev")
    if disk.get("device") in {"cdrom", "floppy"} and disk.find("source") is None:
        return [target, "-", "-", "-"]
    try:
        return [target, *_sizes(domain.blockInfo(target), human=human)]
    except virsh.libvirt.libvirtError:
        if disk.get("type") == "network":  # a stopped domain's remote disks cannot be looked at
            return [target, "-", "-", "-"]
        raise


def show_statistics(virsh: Virsh, arguments: Arguments) -> None:
    """Print how much was read and written."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    device = arguments.raw("device") or ""
    try:
        statistics = domain.blockStatsFlags(device, 0)
    except libvirt.libvirtError as error:
        if not virsh.unsupported(error):
            raise Failed(
                f"Failed to get block stats for domain '{domain.name()}' device '{device}'", cause=error
            ) from error
        with virsh.failing(f"Failed to get block stats {domain.name()} {device}"):
            numbers = domain.blockStats(device)
        names = ("rd_operations", "rd_bytes", "wr_operations", "wr_bytes", "errs")
        statistics = {name: number for name, number in zip(names, numbers, strict=True) if number >= 0}
    known = {name: statistics[name] for name in _STATISTICS if name in statistics}
    others = {name: value for name, value in statistics.items() if name not in _STATISTICS}
    if arguments.flag("human"):
        virsh.line(f"Device: {device}")
    for name, value in (known | others).items():
        short, words = _STATISTICS.get(name, (name, name))
        if arguments.flag("human"):
            virsh.line(f" {words:<31} {value}")
        else:
            virsh.line(f"{device}{' ' if device else ''}{short} {value}")


def show_errors(virsh: Virsh, arguments: Arguments) -> None:
    """Print the disks that have errors."""
    errors: dict[str, int] = domain_of(virsh, arguments).diskErrors()
    if not errors:
        virsh.write("No errors found\n")
    for disk, error in errors.items():
        virsh.line(f"{disk}: {_DISK_ERRORS[error] if error < len(_DISK_ERRORS) else 'unspecified error'}")


COMMANDS = (
    Command(
        "domblkerror",
        "Show errors on block devices",
        show_errors,
        "Show block device errors",
        (DOMAIN,),
    ),
    Command(
        "domblkinfo",
        "domain block device size information",
        show_info,
        "Get block device size info for a domain.",
        (
            DOMAIN,
            string("device", "block device", by_position=True),
            flag("human", "Human readable output"),
            flag("all", "display all block devices info"),
        ),
    ),
    Command(
        "domblklist",
        "list all domain blocks",
        show_list,
        "Get the summary of block devices for a domain.",
        (
            DOMAIN,
            flag("inactive", "get inactive rather than running configuration"),
            flag("details", "additionally display the type and device value"),
        ),
    ),
    Command(
        "domblkstat",
        "get device block stats for a domain",
        show_statistics,
        "Get device block stats for a running domain. See man page or use --human for explanation of fields",
        (
            DOMAIN,
            string("device", "block device", empty_ok=True, by_position=True),
            flag("human", "print a more human readable output"),
        ),
    ),
)
