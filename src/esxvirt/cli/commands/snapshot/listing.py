"""``snapshot-list``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.snapshot.common import Entry, entries, snapshot_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.tables import Table
from esxvirt.cli.trees import draw

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Snapshot
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_EXCLUSIVE = (
    ("tree", "name"),
    ("parent", "roots"),
    ("parent", "tree"),
    ("roots", "tree"),
    ("roots", "from"),
    ("roots", "current"),
)
# those that pick some of a tree, of which no tree can be drawn any more
_NOT_OF_TREES = ("leaves", "no-leaves", "inactive", "active", "disk-only", "internal", "external")
_FILTERS = (*_NOT_OF_TREES, "roots", "metadata", "no-metadata", "descendants", "topological")


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the snapshots as a table, as a tree, or their names line by line."""
    for pair in _EXCLUSIVE:
        arguments.exclusive(*pair)
    tree = arguments.flag("tree")
    for option in _NOT_OF_TREES:
        if tree and arguments.flag(option):
            raise Failed(f"--{option} and --tree are mutually exclusive")
    below = "from" in arguments or arguments.flag("current")
    if arguments.flag("descendants") and not below:
        raise Failed("--descendants requires either --from or --current")
    flags = _flags(virsh, arguments)
    domain = domain_of(virsh, arguments)
    start = snapshot_of(arguments, domain, "from") if below else None
    if tree and below:  # as virsh draws it on ESX: a tree of children alone would hide what it is drawn for
        flags |= virsh.libvirt.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
    found = entries(virsh, domain, start, flags)
    if not arguments.flag("topological"):
        found.sort(key=_order)
    if tree:
        virsh.write(_tree(found, start))
    elif arguments.flag("name"):
        for entry in found:
            virsh.line(f"{entry.name}\t{entry.parent}" if entry.parent and arguments.flag("parent") else entry.name)
    else:
        virsh.table(_table(found, parents=arguments.flag("parent")))


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    flags = 0
    for option in _FILTERS:
        if arguments.flag(option):
            flags |= getattr(virsh.libvirt, f"VIR_DOMAIN_SNAPSHOT_LIST_{option.upper().replace('-', '_')}")
    return flags


def _order(entry: Entry) -> bytes:
    """By name, whatever the case of its ASCII letters."""
    return entry.name.encode("utf-8", "surrogateescape").lower()


def _tree(found: list[Entry], start: Snapshot | None) -> str:
    keys = {entry.key for entry in found}
    below: dict[object, list[Entry]] = {}
    roots = []
    for entry in found:
        if entry.parent_key in keys:
            below.setdefault(entry.parent_key, []).append(entry)
        else:
            roots.append(entry)
    if start is not None:  # what is right below it has the one parent that is not listed
        top = Entry(start, object(), start.getName(), None, None, 0, "")
        if roots:
            below[top.key] = roots
        roots = [top]
    return "".join(
        draw(root, lambda entry: entry.name, lambda entry: below.get(entry.key, []))
        + ("" if root.key in below else "\n")  # virsh's, behind the last of siblings that has nothing below it
        for root in roots
    )


def _table(found: list[Entry], *, parents: bool) -> Table:
    table = Table("Name", "Creation Time", "State", *(["Parent"] if parents else []))
    for entry in found:
        created = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(entry.seconds))
        table.add(entry.name, created, entry.state, *([entry.parent or ""] if parents else []))
    return table


COMMANDS = (
    Command(
        "snapshot-list",
        "List snapshots for a domain",
        show,
        "Snapshot List",
        (
            DOMAIN,
            flag("parent", "add a column showing parent snapshot"),
            flag("roots", "list only snapshots without parents"),
            flag("leaves", "list only snapshots without children"),
            flag("no-leaves", "list only snapshots that are not leaves (with children)"),
            flag("metadata", "list only snapshots that have metadata that would prevent undefine"),
            flag("no-metadata", "list only snapshots that have no metadata managed by libvirt"),
            flag("inactive", "filter by snapshots taken while inactive"),
            flag("active", "filter by snapshots taken while active (full system snapshots)"),
            flag("disk-only", "filter by disk-only snapshots"),
            flag("internal", "filter by internal snapshots"),
            flag("external", "filter by external snapshots"),
            flag("tree", "list snapshots in a tree"),
            string("from", "limit list to children of given snapshot"),
            flag("current", "limit list to children of current snapshot"),
            flag("descendants", "with --from, list all descendants"),
            flag("name", "list snapshot names only"),
            flag("topological", "sort list topologically rather than by name"),
        ),
    ),
)
