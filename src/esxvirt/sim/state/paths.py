"""Files as a host names them: "[datastore] directory/file", or a path of its file system."""

from typing import TYPE_CHECKING

from esxvirt.datastore_path import mounted
from esxvirt.sim.state.storage import split_path

if TYPE_CHECKING:
    from esxvirt.sim.state.site import Host
    from esxvirt.sim.state.storage import Datastore, File

__all__ = ["find_file", "host_path", "locate"]


def locate(host: "Host", path: str) -> "tuple[Datastore, str]":
    """Return the datastore of a datastore path and the rest of it.

    ValueError for what is no datastore path or leaves its datastore, LookupError for an unknown datastore.
    """
    name, rest = split_path(path)
    for store in host.datastores:
        if store.name == name and store.accessible:
            return store, store.normalise(rest)
    raise LookupError(name)


def find_file(host: "Host", path: str) -> "File | None":
    """Return the file at a datastore path, or None, also where there is no such datastore."""
    try:
        store, rest = locate(host, path)
    except (ValueError, LookupError):
        return None
    return store.find(rest)


def host_path(host: "Host", path: str) -> str:
    """Turn a datastore path into a path of the host's file system; other paths stay."""
    try:
        store, rest = locate(host, path)
    except (ValueError, LookupError):
        return path
    return mounted(store.mount, rest)
