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
    from collections.abc import Callable, Iterator

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
    """What reads a line behind a prompt; it raises EOFError at Ctrl-D and KeyboardInterrupt at Ctrl-C."""
    session: PromptSession[str] = PromptSession(
        history=_history(), completer=_Completer(virsh), complete_while_typing=False
    )
    return session.prompt


def _history() -> History:
    """Lines of earlier sessions, kept for the user alone; without a place for them, of this session."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(cache).expanduser() / "esxvirsh"
    file = folder / "history"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
