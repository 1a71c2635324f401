"""Where things are in a server's inventory: its datacenters, folders, compute resources and hosts, read at once."""

from collections.abc import Iterator
from typing import Any, Final

from esxvirt.errors import BadAnswerError
from esxvirt.names import unescape
from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.session import Session

__all__ = [
    "HOST_FOLDER",
    "PROPERTIES_OF_PLACES",
    "Item",
    "Tree",
    "grow",
    "read_seen",
    "read_tree",
    "steps_to_hosts",
]

HOST_FOLDER: Final = "host"
"""What VMware calls the folder that every datacenter has for its hosts."""

_DEEPEST: Final = 1_000
"""More places one in another than any inventory has."""
_TO_HOSTS: Final = (
    Step("folder", "Folder", "childEntity", ("folder", "datacenter", "compute")),
    Step("datacenter", "Datacenter", "hostFolder", ("folder", "compute")),
)
_VIEWED: Final = (Step("view", "ContainerView", "view"),)

PROPERTIES_OF_PLACES: Final = {
    "Folder": ("name", "parent"),
    "Datacenter": ("name", "parent", "hostFolder"),
    "ComputeResource": ("name", "parent", "resourcePool"),
    "HostSystem": ("name", "parent", "configManager.autoStartManager", "summary.managementServerIp"),
}


@record
class Item:
    """A datacenter, folder, compute resource (`kind` "ComputeResource" for clusters, too) or host in the tree."""

    ref: Ref
    name: str
    row: Row
    parent: "Item | None" = None
    children: list["Item"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """``Folder``, ``Datacenter``, ``ComputeResource`` or ``HostSystem``."""
        return "ComputeResource" if self.ref.type.endswith("ComputeResource") else self.ref.type

    def get(self, path: str) -> Any:
        """Return a property of those that were read, or None."""
        return self.row.get(path)

    def child(self, kind: str, name: str) -> "Item | None":
        """Return the child of that kind and name, the name as people write it or as vSphere keeps it."""
        return next(
            (item for item in self.children if item.kind == kind and name in {item.name, item.get("name")}), None
        )

    def hosts(self) -> "Iterator[Item]":
        """Yield the hosts below, in the server's order; of a host, itself."""
        if self.kind == "HostSystem":
            yield self
        for item in self.children:
            yield from item.hosts()

    def ancestors(self) -> Iterator["Item"]:
        """Upwards, the nearest first, without itself."""
        item = self.parent
        while item is not None:
            yield item
            item = item.parent


@record(frozen=True)
class Tree:
    """All that was read: the root folder, and every host.

    `view` is a view of all that the account may see, where it may not see what that is in: then what is on top of the
    tree is what has nothing above it that could be seen.
    """

    root: Item
    hosts: tuple[Item, ...]
    view: Ref | None = None


def read_seen(session: Session) -> Tree:
    """`read_tree`; or, where that has no hosts, `read_visible`: the account may not see what they are in."""
    tree = read_tree(session)
    return tree if tree.hosts else read_visible(session)


def read_tree(session: Session) -> Tree:
    """Read the hosts of a server and what they are in. One SOAP call (a page).

    A host folder of a datacenter, which VMware's paths do not show, is left out: what is in it is the datacenter's.
    """
    root = session.content.rootFolder
    return grow(root, retrieve(session, Query(PROPERTIES_OF_PLACES, [root], steps_to_hosts())))


def steps_to_hosts(*beyond: Step) -> tuple[Step, ...]:
    """Return the way from the root folder to the hosts, and from each host on by the steps `beyond`."""
    then = tuple(step.name for step in beyond)
    return (*_TO_HOSTS, Step("compute", "ComputeResource", "host", then), *beyond)


def read_visible(session: Session) -> Tree:
    """As `read_tree`, for an account that may see some of the inventory, and not what that is in. Two SOAP calls.

    The view belongs to the session, and ends with it.
    """
    content = session.content
    types = ["Folder", "Datacenter", "ComputeResource", "HostSystem", "VirtualMachine"]
    view = session.call(content.viewManager, "CreateContainerView", content.rootFolder, types, True)
    tree = grow(
        content.rootFolder, retrieve(session, Query(PROPERTIES_OF_PLACES, [view], _VIEWED, include_start=False))
    )
    _prune(tree.root)
    return Tree(tree.root, tree.hosts, view)


def _prune(item: Item) -> None:
    """Take away folders without hosts: those of machines are in a view, too."""
    for below in item.children:
        _prune(below)
    item.children = [below for below in item.children if below.kind != "Folder" or below.children]


def grow(root: Ref, rows: list[Row]) -> Tree:
    """Put together what was read of places."""
    items = {row.ref: Item(row.ref, unescape(row.get("name") or ""), row) for row in rows}
    top = items.setdefault(root, Item(root, "", Row(root)))
    hidden = {item.get("hostFolder"): item for item in items.values() if item.kind == "Datacenter"}
    for item in items.values():
        above = item.get("parent")
        item.parent = hidden.get(above) or items.get(above)
        if item.parent is None and item is not top:
            item.parent = top
        if item.parent is not None and item.ref not in hidden:
            item.parent.children.append(item)
    for item in items.values():
        _check_ends(item)
    return Tree(top, tuple(item for item in items.values() if item.kind == "HostSystem"))


def _check_ends(item: Item) -> None:
    """Refuse a place that is, by way of others, in itself."""
    for passed, _ in enumerate(item.ancestors()):
        if passed > _DEEPEST:
            raise BadAnswerError(f"the server's inventory goes round in circles: '{item.name}' is in itself")
