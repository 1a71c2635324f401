"""The rows of the VMX <-> domain XML mapping, and how regular rows are read and written.

A row binds a VMX key to a field of a model's dataclass. Regular rows have a `kind`, from which both directions derive;
the others stand here so that the documented mapping is whole, and name the function that does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from esxvirt.vmx.reader import VmxReader
    from esxvirt.vmx.writer import VmxWriter

__all__ = [
    "NONZERO",
    "NUMBER",
    "PLAIN",
    "UUID",
    "Inverted",
    "Kind",
    "Row",
    "Switch",
    "Word",
    "format_uuid",
    "read_rows",
    "write_rows",
]


class Kind(Protocol):
    """How a value is written in a VMX file."""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Give the field's value, `default` if the key is not there."""

    def write(self, value: Any) -> str | None:
        """Give the VMX value; None if nothing is to be written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the mapping.

    Attributes:
        key: the VMX key; ``{}`` stands for the device, such as ``ethernet0``.
        xml: what it is in the domain XML.
        field: the field of the dataclass, for regular rows.
        kind: how it is written; None for rows that a function maps.
        default: the field's value without the key.
        required: under `strict`, a missing key is an error.
        write: whether it is written back (a row may be for reading only).
        note: for the documentation.
    """

    key: str
    xml: str
    field: str = ""
    kind: Kind | None = None
    default: Any = None
    required: bool = False
    write: bool = True
    note: str = ""


class _Plain:
    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        value = reader.plain(key)
        return default if value is None else value

    def write(self, value: Any) -> str | None:
        return None if value is None else str(value)


class _Number:
    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        return reader.integer(key, default)

    def write(self, value: Any) -> str | None:
        return None if value is None else str(value)


class _Nonzero(_Number):
    def write(self, value: Any) -> str | None:
        return str(value) if value else None


class _Uuid:
    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        return reader.uuid(key) or default

    def write(self, value: Any) -> str | None:
        return None if value is None else format_uuid(value)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the VMX file that stands for a value of the model: pairs of both."""

    pairs: tuple[tuple[str, Any], ...]

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Give the value of the word, `default` for other words."""
        word = (reader.string(key) or "").lower()
        return next((value for name, value in self.pairs if name.lower() == word), default)

    def write(self, value: Any) -> str | None:
        """Give the word of the value."""
        return next((name for name, meant in self.pairs if meant == value), None)


@dataclass(frozen=True, slots=True)
class Switch:
    """A truth value that, if true, stands for a value of the model."""

    value: str

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Give the value if the key is true."""
        return self.value if reader.boolean(key, False) else default

    def write(self, value: Any) -> str | None:
        """Write ``true`` for the value, nothing for others."""
        return "true" if value == self.value else None


@dataclass(frozen=True, slots=True)
class Inverted:
    """A truth value that is the opposite of the model's."""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Give the opposite."""
        return not reader.boolean(key, not default)

    def write(self, value: Any) -> str | None:
        """Write the opposite."""
        return "false" if value else "true"


PLAIN: Kind = _Plain()
NUMBER: Kind = _Number()
# 0 is what is not said.
NONZERO: Kind = _Nonzero()
UUID: Kind = _Uuid()


def format_uuid(uuid: str) -> str:
    """Write a UUID as VMware does: bytes in hex with blanks between, a dash in the middle."""
    digits = uuid.replace("-", "")
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def read_rows(rows: Iterable[Row], reader: "VmxReader", device: str, target: object) -> None:
    """Fill the fields of `target` from the regular rows.

    Raises:
        VmxError: under `strict`, for wrong values and missing keys.
    """
    for row in rows:
        if row.kind is None:
            continue
        key = row.key.replace("{}", device)
        if row.required and reader.strict:
            reader.required(key)
        setattr(target, row.field, row.kind.read(reader, key, row.default))


def write_rows(rows: Iterable[Row], writer: "VmxWriter", device: str, origin: object) -> None:
    """Write the fields of `origin` by the regular rows, in their order."""
    for row in rows:
        if row.kind is None or not row.write:
            continue
        value = row.kind.write(getattr(origin, row.field))
        if value is not None:
            writer.put(row.key.replace("{}", device), value)
