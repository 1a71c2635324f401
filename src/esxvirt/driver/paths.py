"""The path of a `vpx://` URI: `[folder/...]datacenter/[folder/...][cluster/]host` (manual, "URI Format")."""

from collections.abc import Sequence

from esxvirt.driver.inventory import Item, Tree
from esxvirt.errors import EsxvirtError, InvalidArgumentError

__all__ = ["NO_PATH", "resolve_host"]

NO_PATH = "Path has to specify the datacenter and compute resource"


def resolve_host(tree: Tree, items: Sequence[str]) -> Item:
    """The host that a path names (esxVI_Context_LookupManagedObjectsByPath).

    A host that is in no cluster is named by its compute resource, which has its name.

    Raises:
        InvalidArgumentError: The path ends too early, or too late.
        EsxvirtError: There is no such datacenter, compute resource or host.
    """
    path = "/" + "/".join(items)
    rest = list(items)
    datacenter = _descend(tree.root, rest, "Datacenter")
    if datacenter is None:
        raise EsxvirtError(f"Could not find datacenter specified in '{path}'")
    if not rest:
        raise InvalidArgumentError(f"Path '{path}' does not specify a compute resource")
    compute = _descend(datacenter, rest, "ComputeResource")
    if compute is None:
        raise EsxvirtError(f"Could not find compute resource specified in '{path}'")
    if compute.ref.type == "ClusterComputeResource":
        if not rest:
            raise InvalidArgumentError(f"Path '{path}' does not specify a host system")
        host = compute.child("HostSystem", rest.pop(0))
    else:
        host = next((item for item in compute.children if item.kind == "HostSystem"), None)
    if rest:
        raise InvalidArgumentError(f"Path '{path}' ends with an excess item")
    if host is None:
        raise EsxvirtError(f"Could not find host system specified in '{path}'")
    return host


def _descend(item: Item, rest: list[str], kind: str) -> Item | None:
    """Go down folders, taking names off `rest`, until one of the names is that of an item of `kind`."""
    while rest:
        name = rest.pop(0)
        found = item.child(kind, name)
        if found is not None:
            return found
        folder = item.child("Folder", name)
        if folder is None:
            return None
        item = folder
    return None
