"""Names of an inventory: vSphere keeps percent signs and both slashes in them as ``%25``, ``%2f`` and ``%5c``.

What comes from a server is unescaped once, where a handle is made of it; what goes to one is escaped once. Datastores
are the exception, as in libvirt: their names are part of paths, and stay as the server keeps them. Whatever is printed,
both writings are understood.
"""

from collections.abc import Iterable

__all__ = ["escape", "find_name", "path_item", "unescape"]


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
    """Return which of some names is meant by one of its writings, None if none is; one that is written so comes first.

    ``a/b`` and ``a%2Fb`` mean ``a%2fb``, and the other way round.
    """
    present = list(names)
    if wanted in present:
        return wanted
    plain = unescape(wanted)
    same = [name for name in present if plain == unescape(name) or wanted == unescape(name) or plain == name]
    return next((name for name in same if wanted == unescape(name)), same[0] if same else None)
