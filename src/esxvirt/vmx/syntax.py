"""The grammar of `key = "value"` lines: as libvirt's strict reader takes them, and as VMware's products write them.

libvirt reads a VMX file with its reader of configuration files (`virConf`, in VMX mode): names begin with a letter or a
dot; values are quoted with `"`, `'` or `\"\"\"`; nothing but a comment or `;` may follow. Real files have more: values
without quotes, lines that are no assignment, a BOM. The tolerant reader takes what can be meant and notes the rest.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from esxvirt.errors import VmxSyntaxError
from esxvirt.vmx.report import Report

__all__ = ["Line", "read_strictly", "read_tolerantly"]


class Line(NamedTuple):
    """One line of a file.

    Attributes:
        number: from 1 on; 0 for a line that was added.
        text: as written.
        key: empty for comments, blank lines and lines that say nothing.
        value: as written, without the quotes.
        end: its line end; None for the file's.
        raw: its bytes, where `text` does not tell them.
    """

    number: int
    text: str
    key: str = ""
    value: str = ""
    end: str | None = None
    raw: bytes | None = None


# A line that both readers take, and take alike; nearly every line of a real file is one.
_PLAIN = re.compile(r'[ \t]*([A-Za-z.][A-Za-z0-9_:.\-]*)[ \t]*=[ \t]*"([^"\r\n]*)"[ \t]*\r?')
_LOOSE = re.compile(r"\s*([^\s=\"'#][^\s=\"']*)\s*=[ \t]*(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z.][A-Za-z0-9_:.\-]*")
_BLANKS = re.compile(r"[ \t]*")
_BLANKS_AND_ENDS = re.compile(r"[ \t\r\n]*")
# A return alone ends a line, too, as for libvirt: editors of the old Macintosh wrote nothing else.
_LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_TO_END = re.compile(r"[^\r\n]*")


def read_tolerantly(text: str, report: Report | None = None) -> list[Line]:
    """Read a file as VMware's products write it; what is no assignment, or needs a guess, becomes a note."""
    lines = []
    for number, (written, end) in enumerate(_LINES.findall(text), 1):
        plain = _PLAIN.fullmatch(written)
        if plain:
            lines.append(Line(number, written, plain[1], plain[2], end))
        elif written or end:
            lines.append(_read_loose_line(number, written, report)._replace(end=end))
    return lines


def _read_loose_line(number: int, raw: str, report: Report | None) -> Line:
    stripped = raw.strip().strip("\ufeff\x00")
    if not stripped or stripped[0] == "#":
        return Line(number, raw)
    match = _LOOSE.match(stripped)
    if match is None:
        if report is not None:
            report.add(f"no assignment, left out: {stripped[:60]!r}", line=number, guessed=True)
        return Line(number, raw)
    key, rest = match[1], match[2]
    value, problem = _read_loose_value(rest)
    if problem and report is not None:
        report.add(f"{problem}; read as {value!r}", key, number, guessed=True)
    return Line(number, raw, key, value)


def _read_loose_value(rest: str) -> tuple[str, str]:
    """Give the value and what is wrong with how it is written ("" if nothing)."""
    quote = rest[:1]
    if quote not in {'"', "'"}:
        return rest.partition("#")[0].rstrip(), "the value has no quotes"
    value, end, after = rest[1:].partition(quote)
    if not end:
        return value, "the value has no closing quote"
    after = after.lstrip(" \t;")
    if after and after[0] != "#":
        return value, "there is more behind the closing quote"
    return value, ""


def read_strictly(text: str) -> list[Line]:
    """Read a file as libvirt does.

    Raises:
        VmxSyntaxError: for whatever libvirt refuses, with its text.
    """
    lines = []
    for number, raw in enumerate(text.split("\n"), 1):
        plain = _PLAIN.fullmatch(raw)
        if plain:
            lines.append(Line(number, raw.rstrip("\r"), plain[1], plain[2]))
        elif not raw.strip(" \t\r") or raw.lstrip(" \t")[0] == "#":
            lines.append(Line(number, raw.rstrip("\r")))
        else:
            return list(_Scanner(text).lines())
    if lines and not lines[-1].text:
        lines.pop()
    return lines


class _Scanner:
    """libvirt's grammar, character by character; only for files with a line out of the ordinary."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1

    def fail(self, message: str) -> VmxSyntaxError:
        return VmxSyntaxError(f"memory conf:{self.line}: {message}", line=self.line)

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match is not None  # noqa: S101  every pattern here matches the empty string
        self.at = match.end()
        skipped = match[0]
        self.line += skipped.count("\n")
        return skipped

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def lines(self) -> Iterator[Line]:
        while True:
            self.skip(_BLANKS_AND_ENDS)
            start, number = self.at, self.line
            if not self.peek():
                return
            if self.peek() == "#":
                yield Line(number, self.skip(_TO_END))
                continue
            key = self.name()
            self.skip(_BLANKS)
            if self.peek() != "=":
                raise self.fail("expecting an assignment")
            self.at += 1
            self.skip(_BLANKS)
            value = self.value()
            yield Line(number, self.text[start : self.at], key, value)
            self.separator()

    def name(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self.fail("expecting a name")
        self.at = match.end()
        return match[0]

    def value(self) -> str:
        first = self.peek()
        if self.text.startswith('"""', self.at):
            return self.long_string()
        if first in {'"', "'"}:
            return self.string(first)
        if first == "[":
            raise self.fail("lists not allowed in VMX format")
        if first and (first in "0123456789-"):
            raise self.fail("numbers not allowed in VMX format")
        raise self.fail("expecting a value")

    def string(self, quote: str) -> str:
        end = self.text.find(quote, self.at + 1)
        ends = [at for at in (self.text.find("\n", self.at), self.text.find("\r", self.at)) if at >= 0]
        line_end = min(ends, default=len(self.text))
        if end < 0 or end > line_end:
            raise self.fail("unterminated string")
        value = self.text[self.at + 1 : end]
        self.at = end + 1
        return value

    def long_string(self) -> str:
        end = self.text.find('"""', self.at + 3)
        if end < 0:
            raise self.fail("unterminated string")
        value = self.text[self.at + 3 : end]
        self.line += value.count("\n")
        self.at = end + 3
        return value

    def separator(self) -> None:
        self.skip(_BLANKS)
        following = self.peek()
        if following == ";":
            self.at += 1
        elif following == "#":
            self.skip(_TO_END)
        elif following and following not in "\r\n":
            raise self.fail("expecting a separator")
