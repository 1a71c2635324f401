"""``allocpages`` and ``freepages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import elements, xml_of
from esxvirt.cli.declare import Command, flag, number
from esxvirt.cli.failures import Failed
from esxvirt.cli.scaled import required_kibibytes

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_ANY_CELL = -1


def allocate(virsh: Virsh, arguments: Arguments) -> None:
    """Set or enlarge the pools of large pages, of one NUMA cell or of all."""
    arguments.exclusive("all", "cellno")
    cell = arguments.number("cellno")
    size = required_kibibytes(arguments, "pagesize")
    count = arguments.number("pagecount", UNSIGNED_LONG_LONG)
    flags = virsh.libvirt.VIR_NODE_ALLOC_PAGES_ADD if arguments.flag("add") else 0
    cells = [_ANY_CELL if cell is None else cell]
    if arguments.flag("all"):
        cells = [int(found.get("id")) for found in _cells(_capabilities(virsh))]
    for start in cells:
        virsh.connection.allocPages({size: count}, start, 1, flags)


def show_free(virsh: Virsh, arguments: Arguments) -> None:
    """Print how many pages are free, of one NUMA cell or of all."""
    arguments.exclusive("all", "cellno")
    cell = arguments.number("cellno")
    size = required_kibibytes(arguments, "pagesize") if "pagesize" in arguments else None
    if arguments.flag("all"):
        _show_all(virsh, size)
        return
    if cell is None:
        raise Failed("missing cellno argument")
    if size is None:
        raise Failed("missing pagesize argument")
    virsh.line(f"{size}KiB: {virsh.connection.getFreePages([size], cell, 1, 0)[cell][size]}")


def _show_all(virsh: Virsh, size: int | None) -> None:
    capabilities = _capabilities(virsh)
    sizes = [size] if size is not None else [int(page.get("size")) for page in elements(capabilities, "host/cpu/pages")]
    if not sizes:
        raise Failed("could not get information about supported page sizes")
    for found in _cells(capabilities):
        cell = int(found.get("id"))
        free = virsh.connection.getFreePages(sizes, cell, 1, 0)[cell]
        virsh.write(f"Node {cell}:\n" + "".join(f"{page}KiB: {free[page]}\n" for page in sizes) + "\n")


def _capabilities(virsh: Virsh) -> Any:
    with virsh.failing("unable to get node capabilities"):
        return xml_of(virsh.connection.getCapabilities())


def _cells(capabilities: Any) -> list[Any]:
    return elements(capabilities, "host/topology/cells/cell")


_CELL = number("cellno", "NUMA cell number")
_SIZE = "page size (in kibibytes)"

COMMANDS = (
    Command(
        "allocpages",
        "Manipulate pages pool size",
        allocate,
        "Allocate or free some pages in the pool for NUMA cell.",
        (
            number("pagesize", _SIZE, required=True),
            number("pagecount", "page count", required=True),
            _CELL,
            flag("add", "instead of setting new pool size add pages to it"),
            flag("all", "set on all NUMA cells"),
        ),
    ),
    Command(
        "freepages",
        "NUMA free pages",
        show_free,
        "display available free pages for the NUMA cell.",
        (_CELL, number("pagesize", _SIZE), flag("all", "show free pages for all NUMA cells")),
    ),
)
