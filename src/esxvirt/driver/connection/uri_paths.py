"""The path of a `vpx://` URI: `[folder/...]datacenter/[folder/...][cluster/]host` (manual, "URI Format").

A path that ends earlier, which libvirt refuses, means all hosts that are below.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from esxvirt.driver.connection.places import HOST_FOLDER, Item, Tree
from esxvirt.driver.connection.scope import Scope, scope_of
from esxvirt.errors import EsxvirtError, InvalidArgumentError
from esxvirt.names import path_item

__all__ = ["resolve"]

_SHOWN: Final = 8
"""How many names a message lists."""


def resolve(tree: Tree, items: Sequence[str], server: str) -> Scope:
    """Return the hosts that a path names (esxVI_Context_LookupManagedObjectsByPath); an empty path names all of them.

    A host that is in no cluster is named by its compute resource, which has its name; the name may stand twice. The
    folder that every datacenter has for its hosts may be named, as in the paths of VMware's own programs.

    Args:
        tree: The server's inventory.
        items: The path's.
        server: The server's name, for messages.

    Raises:
        InvalidArgumentError: The path goes on after a host.
        EsxvirtError: There is no such datacenter, compute resource or host; the message tells what there is.
    """
    if tree.view is not None:
        # What is on top may be anywhere: the path is gone down from where it meets something that can be seen.
        hidden = next((number for number, name in enumerate(items) if _below(tree.root, name) is not None), 0)
        items = items[hidden:]
    item, reached = _follow(tree.root, items, 0)
    if reached < len(items):
        raise _lost(item, items, reached)
    return scope_of(item.hosts(), _named(item, items, server), item.ref, tree.view if not items else None)


def _follow(item: Item, items: Sequence[str], number: int, *, named_folder: bool = False) -> tuple[Item, int]:
    """Go down a path from its item `number`; return where that leads, and how far.

    What somebody has made and called as the datacenter's own folder comes first, as with libvirt; where the path does
    not go on there, the datacenter's own is meant.

    Args:
        item: Where the path has led.
        items: The path's.
        number: Which of them is next.
        named_folder: Whether the datacenter's own folder was the last one.
    """
    if number == len(items):
        return item, number
    reached = item, number
    found = _below(item, items[number])
    if found is not None:
        reached = _follow(found, items, number + 1)
    if reached[1] < len(items) and item.kind == "Datacenter" and items[number] == HOST_FOLDER and not named_folder:
        other = _follow(item, items, number + 1, named_folder=True)
        if found is None or other[1] == len(items):
            return other
    return reached


def _below(item: Item, name: str) -> Item | None:
    if item.kind == "HostSystem":
        return None
    if item.kind == "ComputeResource":
        return item.child("HostSystem", name)
    kinds = ("Datacenter", "ComputeResource", "Folder")
    # A host lies on top where the account may not see what it is in.
    for kind in kinds if item.parent is not None else (*kinds, "HostSystem"):
        found = item.child(kind, name)
        if found is not None:
            return found
    return None


def _lost(item: Item, items: Sequence[str], number: int) -> EsxvirtError:
    """Return the error for the item `number` of a path, of which there is none in `item`."""
    path = "/" + "/".join(items)  # as libvirt shows it
    standalone = item.kind == "ComputeResource" and item.ref.type == "ComputeResource"
    if item.kind == "HostSystem" or standalone:
        return InvalidArgumentError(f"Path '{path}' ends with an excess item")
    if item.kind == "ComputeResource":
        kind = "host system"
    elif item.kind == "Datacenter" or any(above.kind == "Datacenter" for above in item.ancestors()):
        kind = "compute resource"
    else:
        kind = "datacenter"
    where = "/" + "/".join(path_item(name) for name in items[:number])
    return EsxvirtError(f"Could not find {kind} specified in '{path}'; '{where}' has {_names(item.children)}")


def _names(items: Iterable[Item]) -> str:
    names = sorted(path_item(item.name) + ("/" if item.kind == "Folder" else "") for item in items)
    if not names:
        return "nothing that the account may see"
    shown = ", ".join(f"'{name}'" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _named(item: Item, items: Sequence[str], server: str) -> str:
    """Return what a path leads to, as messages call it."""
    if not items:
        return f"the inventory of '{server}'"
    if item.kind == "Datacenter":
        return f"the datacenter '{item.name}'"
    if item.ref.type == "ClusterComputeResource":
        return f"the cluster '{item.name}'"
    if item.kind == "Folder":
        return f"the folder '{item.name}'"
    return f"the host '{item.name}'"
