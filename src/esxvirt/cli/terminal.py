"""Lines from a person at a terminal: editing, completion, history (prompt_toolkit)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from esxvirt.cli.completion import candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from esxvirt.cli.virsh import Virsh

__all__ = ["reader"]


class _Completer(Completer):
    def __init__(self, virsh: Virsh) -> None:
        self._virsh = virsh

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        start, words = candidates(self._virsh, document.text_before_cursor)
        for word in words:
            yield Completion(word, start_position=start - len(document.text_before_cursor))


def reader(virsh: Virsh) -> Callable[[str], str]:
    """Return what reads a line behind a prompt; it raises EOFError at Ctrl-D and KeyboardInterrupt at Ctrl-C."""
    history = _history()
    session: PromptSession[str] = PromptSession(
        history=history, completer=_Completer(virsh), complete_while_typing=False
    )

    def read(prompt: str) -> str:
        try:
            return session.prompt(prompt)
        finally:
            if isinstance(history, _FileHistory):
                history.complain(virsh.output.warning)

    return read


class _FileHistory(FileHistory):
    """Lines of earlier sessions. What a disk does not give or take of them stops nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._trouble: str | None = None
        self._told = False

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError as error:
            self._trouble = error.strerror
            return []

    def store_string(self, string: str) -> None:
        if self._trouble is not None:
            return
        try:
            super().store_string(string)
        except OSError as error:
            self._trouble = error.strerror

    def complain(self, warn: Callable[[str], None]) -> None:
        """Tell of trouble, once, when the line is at an end."""
        if self._trouble is not None and not self._told:
            self._told = True
            warn(f"the lines of this session are not kept in '{os.fsdecode(self.filename)}': {self._trouble}")


def _history() -> History:
    """Lines of earlier sessions, kept for the user alone; without a place for them, of this session."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        folder = Path(cache).expanduser() / "esxvirsh"
        file = folder / "history"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        usable = file.is_file()  # and no pipe, which would be waited for
    except (OSError, RuntimeError):  # a full disk, or nobody knows a home directory
        usable = False
    return _FileHistory(str(file)) if usable else InMemoryHistory()
