"""``freecell`` and ``nodememstats``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import elements, xml_of
from esxvirt.cli.declare import Command, flag, number

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_ALL_CELLS = -1


def show_free(virsh: Virsh, arguments: Arguments) -> None:
    """Print the free memory of one NUMA cell, of each, or of the host."""
    arguments.exclusive("all", "cellno")
    cell = arguments.number("cellno")
    connection = virsh.connection
    if arguments.flag("all"):
        _show_cells(virsh)
    elif cell is not None:
        free = connection.getCellsFreeMemory(cell, 1)[0]
        virsh.line(f"{cell}: {free // 1024} KiB")
    else:
        virsh.line(f"Total: {connection.getFreeMemory() // 1024} KiB")


def _show_cells(virsh: Virsh) -> None:
    with virsh.failing("unable to get node capabilities"):
        capabilities = virsh.connection.getCapabilities()
    cells = [int(cell.get("id")) for cell in elements(xml_of(capabilities), "host/topology/cells/cell")]
    total = 0
    for identity, size in _free_by_cell(virsh, cells):
        virsh.line(f"{identity:5}: {size // 1024:10} KiB")
        total += size // 1024
    virsh.heading("--------------------\n")
    virsh.heading(f"{'Total':>5}: {total:10} KiB\n")


def _free_by_cell(virsh: Virsh, cells: list[int]) -> list[tuple[int, int]]:
    """Return the free bytes of each cell; cells whose numbers follow each other are asked for at once."""
    if cells == list(range(len(cells))) and cells:
        with virsh.failing("failed to get free memory for NUMA node number: 0"):
            free = virsh.connection.getCellsFreeMemory(0, len(cells))
        if len(free) == len(cells):
            return list(zip(cells, free, strict=True))
    found = []
    for cell in cells:
        with virsh.failing(f"failed to get free memory for NUMA node number: {cell}"):
            found.append((cell, virsh.connection.getCellsFreeMemory(cell, 1)[0]))
    return found


def show_statistics(virsh: Virsh, arguments: Arguments) -> None:
    """Print how the host's memory, or a cell's, is used."""
    cell = arguments.number("cell")
    with virsh.failing("Unable to get number of memory stats"):
        statistics = virsh.connection.getMemoryStats(_ALL_CELLS if cell is None else cell)
    for name, value in statistics.items():
        virsh.line(f"{name:<7}: {value:20} KiB")


COMMANDS = (
    Command(
        "freecell",
        "NUMA free memory",
        show_free,
        "display available free memory for the NUMA cell.",
        (number("cellno", "NUMA cell number"), flag("all", "show free memory for all NUMA cells")),
    ),
    Command(
        "nodememstats",
        "Prints memory stats of the node.",
        show_statistics,
        "Returns memory stats of the node, in kilobytes.",
        (number("cell", "prints specified cell statistics only."),),
    ),
)
