"""``question`` and ``answer``, which virsh has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, data
from esxvirt.cli.questions import lines_of

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print what the domain asks, with the possible answers."""
    domain = domain_of(virsh, arguments)
    asked = virsh.ours.questions(domain)
    for question in asked:
        for line in lines_of(question):
            virsh.line(line)
    if not asked:
        virsh.aside(f"Domain '{domain.name()}' asks nothing\n")


def answer(virsh: Virsh, arguments: Arguments) -> None:
    """Answer what the domain asks."""
    domain = domain_of(virsh, arguments)
    choice = arguments.required("choice")
    with virsh.failing(f"Failed to answer domain '{domain.name()}'"):
        virsh.ours.answer(domain, None, choice)
    virsh.aside(f"Domain '{domain.name()}' answered\n")


COMMANDS = (
    Command(
        "answer",
        "answer a question of a domain",
        answer,
        "Answer the question that a domain waits for; see the command 'question'.",
        (DOMAIN, data("choice", "an answer, by its key or its text")),
    ),
    Command(
        "question",
        "show what a domain asks",
        show,
        "Show the question that a domain waits for, and the possible answers.",
        (DOMAIN,),
    ),
)
