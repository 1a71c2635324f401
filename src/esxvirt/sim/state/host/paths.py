"""Files as a host names them: "[datastore] directory/file", or a path of its file system."""

from esxvirt.datastore_path import mounted
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.storage.datastores import File, Place, split_path

__all__ = ["find_file", "has_image", "host_path", "locate"]

# The images of VMware Tools that every host has.
_TOOLS = "/vmimages/tools-isoimages/"
_GUESTS = ("linux.iso", "windows.iso", "solaris.iso", "netware.iso", "freebsd.iso")


def locate(host: Host, path: str) -> Place:
    """Return the place of a datastore path.

    ValueError for what is no datastore path or leaves its datastore, LookupError for an unknown datastore.
    """
    name, rest = split_path(path)
    for store in host.datastores:
        if store.name == name and store.accessible:
            return Place(store, store.normalise(rest))
    raise LookupError(name)


def find_file(host: Host, path: str) -> File | None:
    """Return the file at a datastore path, or None, also where there is no such datastore."""
    try:
        store, rest = locate(host, path)
    except (ValueError, LookupError):
        return None
    return store.find(rest)


def has_image(host: Host, path: str) -> bool:
    """Return whether a host has the image at a path: on a datastore, or among its own."""
    own = path.removeprefix("[]").lstrip(" ")
    if own.startswith(_TOOLS):
        return own.removeprefix(_TOOLS) in _GUESTS
    return find_file(host, path) is not None


def host_path(host: Host, path: str) -> str:
    """Turn a datastore path into a path of the host's file system; other paths stay."""
    try:
        store, rest = locate(host, path)
    except (ValueError, LookupError):
        return path
    return mounted(store.mount, rest)
