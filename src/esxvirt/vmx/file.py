"""A VMX file in memory: looked up by key in any case, written back as it was but for what was changed.

Order, comments, unknown keys, line ends, encoding and bytes that it does not explain are kept. Of duplicate keys the
first counts, as for libvirt (VMware refuses to start such a machine).
"""

from collections.abc import Iterator

from esxvirt.errors import VmxError
from esxvirt.vmx.encodings import LINE, byte_order_mark, check_encoding, decode, python_codec
from esxvirt.vmx.escapes import escape, unescape
from esxvirt.vmx.report import Report
from esxvirt.vmx.syntax import Line, read_strictly, read_tolerantly

__all__ = ["VmxFile"]


class VmxFile:
    """The lines of a VMX file; `file["memsize"]` is the value as written, `|XX` escapes and all.

    Attributes:
        strict: whether the file was read as libvirt reads it.
        report: notes on what was guessed while reading.
    """

    def __init__(self, lines: list[Line] | None = None, *, strict: bool = False, newline: str = "\n") -> None:
        self.strict = strict
        self.report = Report()
        self._newline = newline
        self._mark: tuple[bytes, str] | None = None
        # What the bytes of lines are in, as far as they are kept.
        self._read_as: str | None = None
        self._lines: list[Line | None] = []
        self._at: dict[str, int] = {}
        for line in lines or ():
            self._append(line)

    @classmethod
    def parse(cls, data: str | bytes, *, strict: bool = False) -> "VmxFile":
        """Read a file from its bytes (decoded as its `.encoding` says) or from text.

        Raises:
            VmxSyntaxError: under `strict`, for lines that libvirt does not take.
            VmxError: under `strict`, for an unknown encoding and bytes that do not fit it. Text is taken as it is,
                whatever its `.encoding` says.
        """
        report = Report()
        text = decode(data, strict=strict, report=report) if isinstance(data, bytes) else data
        if strict and isinstance(data, str):
            check_encoding(data)
        file = cls(strict=strict, newline="\r\n" if "\r\n" in text else "\n")
        file.report = report
        for line in read_strictly(text) if strict else read_tolerantly(text, report):
            file._append(line)
        if isinstance(data, bytes) and not strict:
            file._keep_bytes(data)
        return file

    def _keep_bytes(self, data: bytes) -> None:
        """Keep the bytes of lines that are no ASCII: what they were read as may not lead back to them."""
        self._mark = byte_order_mark(data)
        self._read_as = self.encoding
        if data.isascii() or (self._mark is not None and self._mark[1] != "utf-8"):
            return
        written = LINE.findall(data, 0 if self._mark is None else len(self._mark[0]))
        for at, line in enumerate(self._lines):
            if line is not None and not written[line.number - 1][0].isascii():
                self._lines[at] = line._replace(raw=written[line.number - 1][0])

    def copy(self) -> "VmxFile":
        """Return a file of its own with the same lines."""
        other = VmxFile(strict=self.strict, newline=self._newline)
        other._mark, other._read_as = self._mark, self._read_as
        other.report.notes.extend(self.report)
        other._lines, other._at = list(self._lines), dict(self._at)
        return other

    def _append(self, line: Line) -> None:
        if line.key:
            lowered = line.key.lower()
            first = self._at.setdefault(lowered, len(self._lines))
            if first != len(self._lines):
                self._note_duplicate(line, first)
        self._lines.append(line)

    def _note_duplicate(self, line: Line, first: int) -> None:
        earlier = self._lines[first]
        if not self.strict and earlier is not None and earlier.value != line.value:
            self.report.add(f"a duplicate of line {earlier.number}, which counts", line.key, line.number)

    # Looking up

    def get(self, key: str, default: str | None = None) -> str | None:
        """Give the value of `key` in any case, as written; `default` if there is none."""
        at = self._at.get(key.lower())
        return default if at is None else self._lines[at].value  # type: ignore[union-attr]  # indexed lines are Lines

    def text(self, key: str, default: str = "") -> str:
        """Give the value of `key` with its `|XX` escapes undone.

        Raises:
            VmxError: a `|` without two hex digits behind it.
        """
        value = self.get(key)
        return default if value is None else unescape(value, name=key)

    def line_of(self, key: str) -> int:
        """Give the line of `key`, from 1; 0 if it is not there or was added."""
        at = self._at.get(key.lower())
        return 0 if at is None else self._lines[at].number  # type: ignore[union-attr]  # indexed lines are Lines

    def spelling(self, key: str) -> str:
        """Give a key, in any case, as the file spells it; as it is given if it is not there."""
        at = self._at.get(key.lower())
        return key if at is None else self._lines[at].key  # type: ignore[union-attr]  # indexed lines are Lines

    def __getitem__(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower() in self._at

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys that count, in the file's order and spelling."""
        for at in self._at.values():
            line = self._lines[at]
            if line is not None:
                yield line.key

    def __len__(self) -> int:
        return len(self._at)

    def keys(self) -> Iterator[str]:
        """Iterate over the keys that count."""
        return iter(self)

    def items(self) -> Iterator[tuple[str, str]]:
        """Iterate over keys and values as written."""
        for at in self._at.values():
            line = self._lines[at]
            if line is not None:
                yield line.key, line.value

    def lowered(self) -> dict[str, str]:
        """Give all values by their keys in lower case: the quickest way to look at many."""
        return {key: self._lines[at].value for key, at in self._at.items()}  # type: ignore[union-attr]

    @property
    def encoding(self) -> str:
        """The encoding that the file declares, as VMware spells it; ``UTF-8`` if it declares none."""
        return self.get(".encoding") or "UTF-8"

    # Changing

    def __setitem__(self, key: str, value: str) -> None:
        """Set a value as it will stand in the file; a new key goes to the end."""
        at = self._at.get(key.lower())
        if at is None:
            self._append(Line(0, f'{key} = "{value}"', key, value))
            return
        line = self._lines[at]
        if line is not None and line.value != value:
            self._lines[at] = Line(line.number, f'{line.key} = "{value}"', line.key, value, line.end)

    def set_text(self, key: str, value: str) -> None:
        """Set a value from any text, escaping what needs it."""
        self[key] = escape(value)

    def __delitem__(self, key: str) -> None:
        """Remove `key` and its duplicates."""
        lowered = key.lower()
        if lowered not in self._at:
            raise KeyError(key)
        del self._at[lowered]
        for at, line in enumerate(self._lines):
            if line is not None and line.key.lower() == lowered:
                self._lines[at] = None

    def discard(self, key: str) -> None:
        """Remove `key` if it is there."""
        if key in self:
            del self[key]

    # Writing

    def __str__(self) -> str:
        """Return the whole file as text."""
        return "".join(line.text + end for line, end in self._ended())

    def _ended(self) -> Iterator[tuple[Line, str]]:
        """Iterate over the lines and their ends: only the last one may lack one, if it did."""
        lines = [line for line in self._lines if line is not None]
        for number, line in enumerate(lines, 1):
            missing = line.end is None or (not line.end and number < len(lines))
            yield line, self._newline if missing else line.end or ""

    def encode(self) -> bytes:
        """Return the whole file as bytes, in its own encoding; in UTF-8, and declared so, if that cannot say it.

        Lines that were not changed have the bytes that they had.

        Raises:
            VmxError: the file needs another encoding, and it is not known what its bytes mean.
        """
        mark, codec = self._mark or (b"", python_codec(self.encoding))
        if self._mark is not None and codec != "utf-8":
            return mark + str(self).encode(codec or "utf-8")
        keep = self._read_as == self.encoding or self._mark is not None
        try:
            return mark + b"".join(
                (line.raw if keep and line.raw is not None else line.text.encode(codec or "ascii")) + end.encode()
                for line, end in self._ended()
            )
        except UnicodeEncodeError:
            self._check_text()
        self[".encoding"] = "UTF-8"
        return str(self).encode("utf-8")

    def _check_text(self) -> None:
        """Refuse to write lines in UTF-8 whose text is not known.

        Raises:
            VmxError: there are such.
        """
        if python_codec(self.encoding) is not None:
            return
        for line in self._lines:
            if line is not None and line.raw is not None and line.raw != line.text.encode("utf-8"):
                text = (
                    f"the encoding '{self.encoding}' of the VMX file is not known, so nothing beyond ASCII can be added"
                )
                raise VmxError(f"{text}; say in '.encoding' which one it is", key=".encoding", line=line.number)
