"""The rows of the VMX <-> domain XML mapping, and how regular rows are read and written.

A row binds a VMX key to a field of a model's record. Regular rows have a `kind`, from which both directions derive;
the others, which a function maps, are there so that the documented mapping is whole.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from esxvirt.errors import VmxError
from esxvirt.records import record
from esxvirt.uuids import spaced
from esxvirt.vmx.escapes import escape

if TYPE_CHECKING:
    from esxvirt.vmx.reader import VmxReader
    from esxvirt.vmx.writer import VmxWriter

__all__ = [
    "NONZERO",
    "OWN",
    "PLAIN",
    "PRESENT",
    "Constant",
    "Escaped",
    "Inverted",
    "Kind",
    "Row",
    "Switch",
    "SwitchedOn",
    "Uuid",
    "Word",
    "read_rows",
    "write_rows",
]


class Kind:
    """How a value is written in a VMX file."""

    raw: ClassVar[bool] = False
    """Whether `write` has escaped the value already."""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the field's value, `default` if the key is not there.

        Raises:
            VmxError: Under `strict`, for what libvirt refuses.
        """
        raise NotImplementedError

    def write(self, value: Any) -> str | None:
        """Return the VMX value; None if nothing is to be written."""
        raise NotImplementedError


@record(frozen=True)
class Row:
    """One row of the mapping.

    Attributes:
        key: the VMX key; ``{}`` stands for the device, such as ``ethernet0``.
        xml: what it is in the domain XML.
        field: the field of the record, for regular rows; empty for constants.
        kind: how it is written; None for rows that a function maps.
        default: the field's value without the key.
        required: under `strict`, a missing key is an error.
        write: whether it is written back (a row may be for reading only).
        extension: whether it is not written under `strict`, because libvirt has no such key.
        note: for the documentation.
    """

    key: str
    xml: str
    field: str = ""
    kind: Kind | None = None
    default: Any = None
    required: bool = False
    write: bool = True
    extension: bool = False
    note: str = ""


class _Plain(Kind):
    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        value = reader.plain(key)
        return default if value is None else value

    def write(self, value: Any) -> str | None:
        return None if value is None else str(value)


class _Number(Kind):
    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        return reader.integer(key, default)

    def write(self, value: Any) -> str | None:
        return str(value) if value else None


@record(frozen=True)
class Uuid(Kind):
    """A UUID; `unset` is the one that stands for none, which is not written."""

    unset: str | None = None

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the UUID in libvirt's writing."""
        return reader.uuid(key) or default

    def write(self, value: Any) -> str | None:
        """Return the UUID in VMware's writing."""
        return None if value is None or value == self.unset else spaced(value)


@record(frozen=True)
class Escaped(Kind):
    """A text with escapes: how they are made and undone; `always` writes an empty one, too."""

    raw: ClassVar[bool] = True

    undo: Callable[[str], str]
    make: Callable[[str], str]
    always: bool = False

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the text; as it is written, with a note, if an escape is broken."""
        value = reader.string(key)
        if value is None:
            return default
        try:
            return self.undo(value)
        except VmxError as error:
            reader.refuse_or_note(str(error), key, "an escape without two hex digits is kept as it is")
            return value

    def write(self, value: Any) -> str | None:
        """Return the text with its escapes."""
        return self.make(value or "") if value or self.always else None


class _Own(Kind):
    """A text in a key of our own."""

    raw: ClassVar[bool] = True

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        return (not reader.strict and reader.plain(key)) or default

    def write(self, value: Any) -> str | None:
        return escape(value) if value else None


@record(frozen=True)
class Constant(Kind):
    """What is written of every device, and fills no field."""

    value: str

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:  # noqa: ARG002  as every kind
        """Return the default."""
        return default

    def write(self, value: Any) -> str | None:  # noqa: ARG002  as every kind
        """Return the constant."""
        return self.value


@record(frozen=True)
class Word(Kind):
    """A word of the VMX file that stands for a value of the model.

    Attributes:
        pairs: Words and values.
        guess: The note on another word, which libvirt refuses; ``{}`` stands for it. It is read like no word.
        loss: The note on another word, which libvirt does not look at. It is read as None.
    """

    pairs: tuple[tuple[str, Any], ...]
    guess: str = ""
    loss: str = ""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the value of the word, `default` for other words."""
        word = reader.string(key)
        if word is None:
            return default
        for name, value in self.pairs:
            if name.lower() == word.lower():
                return value
        if self.guess:
            words = " or ".join(f"'{name}'" for name, _value in self.pairs)
            message = f"Expecting VMX entry '{key}' to be {words} but found '{word}'"
            reader.refuse_or_note(message, key, self.guess.format(word))
        if self.loss:
            reader.note(self.loss.format(word), key)
            return None
        return default

    def write(self, value: Any) -> str | None:
        """Return the word of the value."""
        return next((name for name, meant in self.pairs if meant == value), None)


@record(frozen=True)
class Switch(Kind):
    """A truth value that, if true, stands for a value of the model."""

    value: str

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the value if the key is true."""
        return self.value if reader.boolean(key, False) else default

    def write(self, value: Any) -> str | None:
        """Write ``true`` for the value, nothing for others."""
        return "true" if value == self.value else None


@record(frozen=True)
class SwitchedOn(Kind):
    """A truth value that is written only if it is true."""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the value."""
        return reader.boolean(key, default)

    def write(self, value: Any) -> str | None:
        """Write ``TRUE``, nothing else."""
        return "TRUE" if value else None


@record(frozen=True)
class Inverted(Kind):
    """A truth value that is the opposite of the model's."""

    def read(self, reader: "VmxReader", key: str, default: Any) -> Any:
        """Return the opposite."""
        return not reader.boolean(key, not default)

    def write(self, value: Any) -> str | None:
        """Write the opposite."""
        return "false" if value else "true"


PLAIN: Kind = _Plain()
# 0 is what is not said.
NONZERO: Kind = _Number()
OWN: Kind = _Own()
# What says that a device is there.
PRESENT: Kind = Constant("true")


def read_rows(rows: Iterable[Row], reader: "VmxReader", device: str, target: object) -> None:
    """Fill the fields of `target` from the regular rows.

    Raises:
        VmxError: under `strict`, for wrong values and missing keys.
    """
    for row in rows:
        if row.kind is None or not row.field:
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
        if row.extension and writer.strict:
            continue
        value = row.kind.write(getattr(origin, row.field) if row.field else None)
        if value is not None:
            put = writer.put_raw if row.kind.raw else writer.put
            put(row.key.replace("{}", device), value)
