"""Names of an inventory: vSphere keeps percent signs and both slashes in them as ``%25``, ``%2f`` and ``%5c``.

What comes from a server is unescaped once, where a handle is made of it; what goes to one is escaped once. Datastores
are the exception, as in libvirt: their names are part of paths, and stay as the server keeps them. Whatever is printed,
both writings are understood.
"""

from collections.abc import Iterable

__all__ = ["escape", "find_name", "find_stored", "path_item", "unescape"]


def unescape(name: str) -> str:
    """Return a name as people write it."""
    if "%" not in name:
        return name
    for escaped, plain in (("%2f", "/"), ("%2F", "/"), ("%5c", "\\"), ("%5C", "\\"), ("%25", "%")):
        name = name.replace(escaped, plain)
    return name


def escape(name: str) -> str:
    """Return a name as vSphere keeps it; the reverse of `unescape`."""
    return path_item(name).replace("\\", "%5c")


def path_item(name: str) -> str:
    """Return a name as an item of a path, and of a VMX file: as `escape`, but for backslashes, which part nothing."""
    return name.replace("%", "%25").replace("/", "%2f")


def find_name(names: Iterable[str], wanted: str) -> str | None:
    """Return which of some names, as people write them, is meant: itself, else what `wanted` is VMware's writing of."""
    present = frozenset(names)
    return next((name for name in (wanted, unescape(wanted)) if name in present), None)


def find_stored(names: Iterable[str], wanted: str) -> str | None:
    """Return which of some names, as vSphere keeps them, is meant by any writing; one that is kept so comes first.

    ``a/b`` and ``a%2Fb`` mean ``a%2fb``, too.
    """
    present = list(names)
    if wanted in present:
        return wanted
    plain = {unescape(name): name for name in reversed(present)}
    return plain.get(wanted) or plain.get(unescape(wanted))
