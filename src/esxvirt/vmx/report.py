"""What a conversion could not carry over, or had to guess: a list of notes, each with its key and line."""

from collections.abc import Iterator

from esxvirt.records import field, record, replace

__all__ = ["Note", "Report", "at_place"]


@record(frozen=True)
class Note:
    """One loss or guess.

    Attributes:
        text: what was lost or guessed.
        key: a VMX key, or a path in the XML.
        line: its line in the input from 1, 0 if there is none.
        guessed: whether libvirt refuses what was guessed here; False for what libvirt leaves out, too.
    """

    text: str
    key: str = ""
    line: int = 0
    guessed: bool = False

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        what = f"{self.key}: " if self.key else ""
        return f"{where}{what}{self.text}"


@record
class Report:
    """The notes of one conversion, in the order in which they were made."""

    notes: list[Note] = field(default_factory=list)

    def add(self, text: str, key: str = "", line: int = 0, *, guessed: bool = False) -> None:
        """Add a note."""
        self.notes.append(Note(text, key, line, guessed))

    def locate(self, first: int, key: str, line: int) -> None:
        """Say where the notes from number `first` on belong, as far as they do not say it themselves."""
        for at, note in enumerate(self.notes[first:], first):
            if not note.key:
                self.notes[at] = replace(note, key=key, line=line)

    def __iter__(self) -> Iterator[Note]:
        return iter(self.notes)

    def __len__(self) -> int:
        return len(self.notes)

    def __str__(self) -> str:
        return "\n".join(str(note) for note in self.notes)


def at_place(message: str, name: str, line: int | None) -> str:
    """Add file and line to a message, as far as they are known."""
    where = ", ".join(part for part in (name, f"line {line}" if line else "") if part)
    return f"{message} ({where})" if where else message
