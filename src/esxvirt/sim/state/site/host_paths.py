"""A vCenter's inventory as somebody names it: a path for each host, with the folders and the cluster it is in."""

from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import unquote

from esxvirt.records import record
from esxvirt.sim.state.containers import Cluster, Datacenter, Folder, escape_name
from esxvirt.sim.state.site.site import Site

__all__ = ["HostPath", "add_containers", "parse"]

_LONGEST = 80
_Kind = TypeVar("_Kind")


@record(frozen=True)
class HostPath:
    """Where a host is, by names as people write them; `above` are the folders of its datacenter."""

    above: tuple[str, ...]
    datacenter: str
    folders: tuple[str, ...]
    cluster: str | None
    host: str


def parse(path: str) -> HostPath:
    """Read ``[FOLDER/...]DATACENTER:/[FOLDER/...][CLUSTER+/]HOST``; names are percent-encoded where they need it.

    Without a colon the first part is the datacenter. ValueError for a path that names no datacenter or no host.
    """
    parts = [part for part in path.split("/") if part]
    marked = [index for index, part in enumerate(parts) if part.endswith(":")]
    where = marked[0] if marked else 0
    below = parts[where + 1 :]
    clusters = [part for part in below if part.endswith("+")]
    if len(marked) > 1 or not below or clusters not in ([], below[-2:-1]):
        raise ValueError(f"{path!r} is no host's path: write DATACENTER/[FOLDER/][CLUSTER+/]HOST")
    names = [_name(path, part.removesuffix(":") if index == where else part) for index, part in enumerate(parts)]
    above, (datacenter, *folders, host) = tuple(names[:where]), names[where:]
    cluster = folders.pop().removesuffix("+") if clusters else None
    return HostPath(above, datacenter, tuple(folders), cluster, host)


def _name(path: str, part: str) -> str:
    name = unquote(part, errors="strict")
    if not name.strip("+ ") or len(name) > _LONGEST or any(ord(letter) < 32 for letter in name):
        raise ValueError(f"{path!r} has a name that cannot be: one to {_LONGEST} characters, none of them a control")
    return name


def add_containers(site: Site, paths: Iterable[HostPath]) -> list[tuple[Datacenter, Folder | None, Cluster | None]]:
    """Make the datacenters, folders and clusters that the paths name; return where each host is, in their order.

    ValueError for a host that is there twice, and for a cluster and a folder, or a host, of one name.
    """
    found: list[tuple[Datacenter, Folder | None, Cluster | None]] = []
    taken: dict[tuple[object, str], object] = {}
    for path in paths:
        top = _folders(site, path.above, "datacenter", None, taken)
        datacenter = _once(taken, (top, path.datacenter), Datacenter)
        if datacenter is None:
            datacenter = Datacenter(len(site.datacenters) + 1, escape_name(path.datacenter), top)
            site.datacenters.append(datacenter)
            taken[top, path.datacenter] = datacenter
        folder = _folders(site, path.folders, "host", datacenter, taken)
        cluster = None
        if path.cluster is not None:
            cluster = _once(taken, (folder or datacenter, path.cluster), Cluster)
            if cluster is None:
                cluster = Cluster(len(site.clusters) + 1, escape_name(path.cluster), datacenter, folder)
                site.clusters.append(cluster)
                taken[folder or datacenter, path.cluster] = cluster
        if (cluster or folder or datacenter, path.host) in taken:
            raise ValueError(f"there is something named {path.host!r} in that place already")
        taken[cluster or folder or datacenter, path.host] = path
        found.append((datacenter, folder, cluster))
    return found


def _folders(
    site: Site,
    names: tuple[str, ...],
    holds: str,
    datacenter: Datacenter | None,
    taken: dict[tuple[object, str], object],
) -> Folder | None:
    above: Folder | None = None
    for name in names:
        folder = _once(taken, (above or datacenter, name), Folder)
        if folder is None:
            folder = Folder(site.next_folder(), escape_name(name), holds, above, datacenter)
            site.folders.append(folder)
            taken[above or datacenter, name] = folder
        above = folder
    return above


def _once(taken: dict[tuple[object, str], object], key: tuple[object, str], kind: type[_Kind]) -> _Kind | None:
    """Return what is in a place, if it is of the kind; None if nothing is."""
    there = taken.get(key)
    if there is not None and not isinstance(there, kind):
        raise ValueError(f"there is something else named {key[1]!r} in that place already")
    return there
