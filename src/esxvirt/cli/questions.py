"""Questions that block a task, asked of the person at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.esx_protocol import Esx, Question
    from esxvirt.cli.protocols import Connection, Domain

__all__ = ["ask_person", "lines_of"]


def ask_person(esx: Esx, connection: Connection, before: Callable[[], None]) -> None:
    """Have the person at the terminal asked; without one nobody is.

    `before` is called before each question.
    """

    def ask(connection: Connection, domain: Domain, question: Question, opaque: object) -> str | None:
        before()
        return _ask(connection, domain, question, opaque)

    if sys.stdin.isatty() and sys.stdout.isatty():
        esx.set_question_callback(connection, ask)


def lines_of(question: Question) -> list[str]:
    """Return a question and its answers, for a person."""
    answers = question.answers()
    width = max((len(key) for key, _ in answers), default=0)
    marks = {question.default: " (default)"}
    return [question.text, *(f"  {key:<{width}}  {words}{marks.get(key, '')}" for key, words in answers)]


def _ask(_connection: Connection, domain: Domain, question: Question, _opaque: object) -> str | None:
    """Ask until there is an answer; end of input (Ctrl-D) gives up, which cancels the task."""
    sys.stdout.write(f"\nDomain '{domain.name()}' asks:\n" + "\n".join(lines_of(question)) + "\n")
    if not question.choices:
        return None
    shown = "" if question.default is None else f" [{question.default}]"
    while True:
        sys.stdout.write(f"Answer{shown}: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            sys.stdout.write("\n")
            return None
        choice = line.strip() or question.default
        if choice is None:
            continue
        keys: list[str] = question.keys_of(choice)
        if len(keys) == 1:
            return keys[0]
        sys.stdout.write(f"'{choice}' is none of the answers\n")
