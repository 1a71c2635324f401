"""Names of an inventory: vSphere keeps percent signs and both slashes in them as ``%25``, ``%2f`` and ``%5c``.

What comes from a server is unescaped once, where a handle is made of it; what goes to one is escaped once.
"""

__all__ = ["escape", "path_item", "unescape"]


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
