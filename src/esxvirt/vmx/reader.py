"""Reading typed values from a VMX file.

What libvirt does not know, but can be, is an error in its words under `strict`, else a guess and a note. What cannot
be, such as a memory size that is no number, is an error always.
"""

import re
from typing import NoReturn

from esxvirt.datastore_path import DatastorePath, is_outside
from esxvirt.errors import VmxError
from esxvirt.uuids import normalize
from esxvirt.vmx.context import VmxContext, default_parse_file_name
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.report import Report, at_place

__all__ = ["VmxReader"]

_TRUE = frozenset({"true", "1", "yes", "y", "on", "t"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "f", ""})
_INTEGER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_ESCAPE = re.compile(r"\|([0-9A-Fa-f]{2})")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class VmxReader:
    """A VMX file under conversion.

    Attributes:
        strict: refuse what libvirt refuses, in its words.
        context: the lookups.
        report: gets what is lost or guessed.
        values: all values by key in lower case.
        name: what the file is called in errors; empty for a file without a name.
        used: keys, in lower case, that were read: whoever reads one carries it over, or notes what is lost.
        left_out: devices, in lower case, that are not in the XML, which was noted or need not be.
        impossible: where it is given, gets the keys, in lower case, whose values cannot be; they count as not there.
            With None, such a value is an error.
    """

    def __init__(
        self,
        file: VmxFile,
        context: VmxContext,
        report: Report,
        *,
        strict: bool,
        name: str = "",
        impossible: set[str] | None = None,
    ) -> None:
        self.file = file
        self.name = name
        self.impossible = impossible
        self.context = context
        self.report = report
        self.strict = strict
        self.values = file.lowered()
        self.used: set[str] = set()
        self.left_out: set[str] = set()

    # Errors and notes

    def fail(self, message: str, key: str) -> NoReturn:
        """Raise a VmxError about `key`; its message names file and line too, except under `strict`.

        Raises:
            VmxError: always.
        """
        raise self.error(message, key)

    def error(self, message: str, key: str) -> VmxError:
        """Make a VmxError about `key`."""
        line = self.file.line_of(key)
        text = message if self.strict else at_place(message, self.name, line)
        return VmxError(text, key=key, line=line or None)

    def note(self, text: str, key: str) -> None:
        """Note a loss at `key`, which libvirt has, too."""
        self.report.add(text, key, self.file.line_of(key))

    def guess(self, text: str, key: str) -> None:
        """Note a guess at `key`, where libvirt refuses the file."""
        self.report.add(text, key, self.file.line_of(key), guessed=True)

    def refuse_or_note(self, message: str, key: str, guess: str) -> None:
        """Fail with libvirt's message under `strict`, else note the guess that is made instead.

        Raises:
            VmxError: under `strict`.
        """
        if self.strict:
            self.fail(message, key)
        self.guess(guess, key)

    def refuse(self, message: str, key: str) -> None:
        """Fail with libvirt's message, because the value cannot be; return where such values are only collected.

        Raises:
            VmxError: unless they are.
        """
        if self.impossible is None:
            self.fail(message, key)
        self.impossible.add(key.lower())

    # Values

    def _get(self, key: str) -> str | None:
        lowered = key.lower()
        self.used.add(lowered)
        return self.values.get(lowered)

    def string(self, key: str) -> str | None:
        """Give a value as written, None without one."""
        return self._get(key)

    def plain(self, key: str) -> str | None:
        """Give a value with its `|XX` escapes undone; libvirt, and so `strict`, leaves them."""
        value = self._get(key)
        if value is None or self.strict or "|" not in value:
            return value
        return _undo_escapes(value)

    def required(self, key: str) -> str:
        """Give a value that must be there.

        Raises:
            VmxError: without it.
        """
        value = self._get(key)
        if value is None:
            self.fail(f"Missing essential config entry '{key}'", key)
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """Give a truth value, `true` or `false` in any case; more spellings are guessed.

        Raises:
            VmxError: under `strict`, for anything else.
        """
        value = self._get(key)
        if value is None:
            return default
        lowered = value.lower()
        if lowered == "true":
            return True
        if lowered == "false":
            return False
        known = lowered in _TRUE or lowered in _FALSE
        meant = lowered in _TRUE if known else default
        self.refuse_or_note(
            f"Config entry '{key}' must represent a boolean value (true|false)",
            key,
            f"'{value}' is read as {'true' if meant else 'false'}",
        )
        return meant

    def seems_true(self, key: str) -> bool:
        """Return whether a key is there and true, in any spelling; without a note, and without having read it."""
        return self.values.get(key.lower(), "").lower() in _TRUE

    def integer(self, key: str, default: int, *, essential: bool = False) -> int:
        """Give a whole number of 64 bits; the word `unlimited` is -1.

        Raises:
            VmxError: for anything else, under `strict`, and where the number is `essential`.
        """
        value = self._get(key)
        if value is None:
            return default
        if value.lower() == "unlimited":
            return -1
        number = parse_integer(value)
        if number is not None:
            return number
        message = f"Config entry '{key}' must represent an integer value"
        if essential:
            self.refuse(message, key)
        else:
            self.refuse_or_note(message, key, f"'{value}' is no number; {default} is used")
        return default

    def uuid(self, key: str) -> str | None:
        """Give a UUID, written with blanks or dashes anywhere between its bytes, in libvirt's form; None without one.

        An empty one is none: templates have it, for VMware to make one up.

        Raises:
            VmxError: for anything else, and under `strict` for an empty one.
        """
        value = self._get(key)
        if value is None:
            return None
        message = f"Could not parse UUID from string '{value}'"
        if not value.strip(" \t\n\r-"):
            self.refuse_or_note(message, key, "empty: there is no UUID yet")
            return None
        uuid = normalize(value)
        if uuid is None:
            self.refuse(message, key)
        return uuid

    def file_name(self, key: str, value: str, *, allow_missing: bool = False) -> str | None:
        """Resolve a file name of the VMX file; None if there is no such file, where that is allowed.

        A path relative to the VMX file's folder is put into that folder; a path of Windows becomes ``/D:/...``, which
        `from_xml` turns back: notes say so. libvirt cannot place either. A file of the host's own,
        ``[] /vmimages/...``, stays as it is.

        Raises:
            VmxError: for a file that must be there and is not, and under `strict` for what libvirt cannot place.
        """
        if self.strict:
            return self._look_up(key, value, allow_missing=allow_missing)
        value = _undo_escapes(value)
        if is_outside(value):
            return value
        if not _is_foreign(value):
            return self._look_up(key, value, allow_missing=allow_missing)
        if _DRIVE.match(value) or value.startswith("\\\\") or "://" in value:
            place = "/" + value.replace("\\", "/").lstrip("/")
        else:
            folders, _slash, name = value.replace("\\", "/").rpartition("/")
            source = self._look_up(key, name, allow_missing=allow_missing)
            if source is None:
                return None
            place = _join(source.removesuffix(name), folders, name)
        self.guess(f"'{value}' is no path of a datastore; taken to be '{place}'", key)
        return place

    def _look_up(self, key: str, value: str, *, allow_missing: bool) -> str | None:
        lookup = self.context.parse_file_name or default_parse_file_name
        known = len(self.report)
        try:
            source = lookup(value, allow_missing)
        except VmxError as error:
            raise self.error(str(error), key) from error
        self.report.locate(known, key, self.file.line_of(key))
        if source is None and not allow_missing:
            self.fail(f"File name '{value}' does not exist", key)
        return source


def _join(home: str, folders: str, name: str) -> str:
    """Put a relative path into a folder, ``[datastore] folder/`` or an absolute one, going up where it says so."""
    place = DatastorePath.parse(home)
    parts = [part for part in (home if place is None else place.path).split("/") if part]
    for part in folders.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    path = "/".join([*parts, name])
    return f"/{path}" if place is None else str(place._replace(path=path))


def parse_integer(value: str) -> int | None:
    """Read a whole number of 64 bits as C's strtoll does; None if it is none."""
    if _INTEGER.fullmatch(value) is None or len(value) > 40:
        return None
    number = int(value)
    return number if -(2**63) <= number < 2**63 else None


def _undo_escapes(value: str) -> str:
    if "|" not in value:
        return value
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)
    return raw if raw.isascii() else _ESCAPE.sub(_undo_byte, value)


def _undo_byte(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0x80 else match[0]


def _is_foreign(value: str) -> bool:
    """Return whether a path can be no path on a server: relative with folders, or of Windows, or a URL."""
    if value.startswith("/"):
        return False
    return "/" in value or "\\" in value or _DRIVE.match(value) is not None
