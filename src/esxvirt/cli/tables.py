r"""Tables as virsh prints them (`vshTable`): columns as wide as their widest cell on a terminal, three blanks apart.

Characters that a terminal cannot show, or the locale's encoding does not have, become ``\xNN`` for each byte.
"""

from __future__ import annotations

from functools import cache

from esxvirt.cli._late import locale, unicodedata

__all__ = ["Table", "display_width", "printable"]

_GAP = "   "


@cache
def _unicode_terminal() -> bool:
    """Return whether the locale's encoding is UTF-8; looked up only once a table has other than ASCII in it."""
    if not hasattr(locale, "nl_langinfo"):  # Windows, whose consoles take Unicode
        return True
    return locale.nl_langinfo(locale.CODESET).upper().replace("-", "") == "UTF8"


def printable(text: str) -> str:
    r"""Return the text with ``\xNN`` for each byte of what cannot be shown."""
    if text.isascii():
        return text if text.isprintable() else "".join(map(_shown, text))
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isascii():
        visible = character.isprintable()
    else:
        visible = _unicode_terminal() and (character.isprintable() or _zero_width(character))
    if visible:
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def _zero_width(character: str) -> bool:

    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def display_width(text: str) -> int:
    """Return how many columns of a terminal the text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)

    return sum(
        0 if _zero_width(character) else 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        for character in text
    )


class Table:
    """Rows under a header.

    Args:
        header: the titles of the columns; every row has as many cells.
    """

    def __init__(self, *header: str) -> None:
        self.rows: list[list[str]] = [[printable(title) for title in header]]

    def add(self, *cells: str) -> None:
        """Append a row."""
        if len(cells) != len(self.rows[0]):
            raise ValueError(f"a row of {len(cells)} cells in a table of {len(self.rows[0])} columns")
        self.rows.append([printable(cell) for cell in cells])

    def text(self, *, header: bool = True) -> str:
        """Return the table; without its header, columns are only as wide as the rows need."""
        rows = self.rows if header else self.rows[1:]
        widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
        lines = [self._line(row, widths) for row in rows]
        if header:
            lines.insert(1, "-" * sum(width + len(_GAP) for width in widths))
        return "".join(line + "\n" for line in lines)

    @staticmethod
    def _line(row: list[str], widths: list[int]) -> str:
        *padded, last = row
        cells = [cell + " " * (width - display_width(cell)) for cell, width in zip(padded, widths, strict=False)]
        return " " + _GAP.join([*cells, last])
