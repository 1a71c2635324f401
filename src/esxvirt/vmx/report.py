"""What a conversion could not carry over, or had to guess: a list of notes, each with its key and line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Note", "Report"]


@dataclass(frozen=True, slots=True)
class Note:
    """One loss or guess. `key` is a VMX key or an XML path, `line` its line in the input from 1, 0 if there is none."""

    text: str
    key: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        what = f"{self.key}: " if self.key else ""
        return f"{where}{what}{self.text}"


@dataclass(slots=True)
class Report:
    """The notes of one conversion, in the order in which they were made."""

    notes: list[Note] = field(default_factory=list)

    def add(self, text: str, key: str = "", line: int = 0) -> None:
        """Add a note."""
        self.notes.append(Note(text, key, line))

    def __iter__(self) -> Iterator[Note]:
        return iter(self.notes)

    def __len__(self) -> int:
        return len(self.notes)

    def __str__(self) -> str:
        return "\n".join(str(note) for note in self.notes)
