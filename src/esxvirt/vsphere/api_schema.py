"""What the vSphere API is made of: the fields of data types, the parameters of methods, the versions.

The facts stand in `api_schema.txt`, sorted lines of words that are searched by bisection: reading a server's answers
needs some dozens of its thousands of types, and must not wait for the others. `python -m tests.unit.vsphere.api_schema`
makes the file from pyVmomi's tables.

| line | means |
| --- | --- |
| `Name data Base field:type ...` | a data type, with its own fields; `type[]` is an array |
| `Name type` | a type without fields: an enum (`string`), a managed object type (`ManagedObjectReference`), ... |
| `Name() version type parameter:type ...` | a method, and what it returns; `parameter:type:version` is a newer one |
| `version service/id version ...` | a version, what it is called on the wire, and the versions that it contains |
"""

import os
from functools import cache
from typing import Final

__all__ = ["Member", "ancestry", "fields_of", "is_a", "method", "simple_type", "versions"]

_FILE: Final = os.path.join(os.path.dirname(__file__), "api_schema.txt")  # noqa: PTH118, PTH120  no pathlib
_DATA: Final = "data"


Member = tuple[str, str, bool]
"""A field or a parameter: its name, its type's name, and whether it is an array of that."""


@cache
def _table() -> bytes:
    with open(_FILE, "rb") as file:  # noqa: PTH123  no pathlib
        return file.read()


def _words(key: str) -> list[str] | None:
    """Return what a line says after its key, None if there is no such line."""
    wanted = key.encode("utf-8", "replace")
    table = _table()
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        start = table.rfind(b"\n", low, middle) + 1 or low
        end = table.index(b"\n", middle)
        found, _, rest = table[start:end].partition(b" ")
        if found == wanted:
            return rest.decode("ascii").split(" ")
        if found < wanted:
            low = end + 1
        else:
            high = start
    return None


def simple_type(kind: str) -> str | None:
    """Return the type that values of a type without fields are of, None for data types and what is not known."""
    words = _words(kind)
    return words[0] if words is not None and words[0] != _DATA else None


@cache
def fields_of(kind: str) -> tuple[Member, ...] | None:
    """Return the fields of a data type, inherited ones first; None if there is no such type."""
    words = _words(kind)
    if words is None or words[0] != _DATA:
        return None
    return (fields_of(words[1]) or ()) + tuple(_member(word)[:3] for word in words[2:])


def ancestry(kind: str) -> list[str]:
    """Return a data type and those that it is derived from; empty for what is no data type."""
    names: list[str] = []
    while (words := _words(kind)) is not None and words[0] == _DATA:
        names.append(kind)
        kind = words[1]
    return names


def is_a(kind: str, base: str) -> bool:
    """Return whether a data type is another, or is derived from it."""
    return base in ancestry(kind)


def method(name: str) -> tuple[str, tuple[str, bool] | None, list[tuple[str, str, bool, str]]] | None:
    """Return a method's version, its result's type (None: it has none), and its parameters, each with its version.

    None if there is no such method.
    """
    words = _words(f"{name}()")
    if words is None:
        return None
    version = words[0]
    parameters = [(*(member := _member(word))[:3], member[3] or version) for word in words[2:]]
    return version, None if words[1] == "-" else _type(words[1]), parameters


@cache
def versions() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the versions: what each is called on the wire (``vim25/2.5``), and which others it contains."""
    table = _table()
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for start in (b"vim.version.", b"vmodl."):
        place = table.find(b"\n" + start) + 1
        while table.startswith(start, place):
            end = table.index(b"\n", place)
            name, wire, *contained = table[place:end].decode("ascii").split(" ")
            found[name] = (wire, frozenset(contained))
            place = end + 1
    return found


def _member(word: str) -> tuple[str, str, bool, str]:
    name, kind, version = (word + ":").split(":")[:3]
    return name, *_type(kind), version


def _type(word: str) -> tuple[str, bool]:
    return word.removesuffix("[]"), word.endswith("[]")
