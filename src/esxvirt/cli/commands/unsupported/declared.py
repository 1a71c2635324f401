"""Commands declared as data: their help is virsh's, so is what they check, and so is the error that ends them.

A table (TOML, beside the module that has it) has rows ``[[command]]`` with ``name``, ``help``, ``description`` and

- ``options``: name, kind, help of each. A kind is ``flag``, ``string``, ``number`` or ``words`` (the rest of the line),
  with ``required`` in front of what must be given, ``placed`` in front of what may be left out and is meant to be given
  by position (as all that is required is, and all ``words`` that are not ``loose``), ``named`` in front of what is not
  taken by position;
- ``steps``: what is done first, in this order, each a name and its operands (see `steps`); by default the domain is
  looked up, if there is an option for it, and all numbers are read;
- ``function`` and ``messages``: the function of libvirt's that is refused, and what is said before that;
- ``underscores``: that the options' older names are taken, too;
- ``states``: that the library refuses ``--running`` with ``--paused`` before anything else, to those who may write;
- ``otherwise``: ``function`` and ``messages`` that count instead if one of the options ``given`` was given.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.unsupported.steps import STEPS, Done
from esxvirt.cli.declare import Command, Kind, Option, alias
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.commands.unsupported.steps import Step
    from esxvirt.cli.virsh import Virsh

__all__ = ["commands", "refuse"]

_TWO_STATES = "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"
_KINDS = {"flag": Kind.FLAG, "string": Kind.STRING, "number": Kind.NUMBER, "words": Kind.ARGV}


def commands(module: str, own: Mapping[str, Step] | None = None) -> tuple[Command, ...]:
    """Return the commands of the table beside a module.

    Args:
        module: the module's ``__file__``.
        own: steps that only its commands have.
    """
    rows = tomllib.loads(Path(module).with_suffix(".toml").read_text(encoding="utf-8"))["command"]
    known = {**STEPS, **(own or {})}
    return tuple(_command(row, known) for row in rows)


def _command(row: dict[str, Any], known: Mapping[str, Step]) -> Command:
    options = tuple(_option(*option) for option in row["options"])
    if row.get("underscores"):
        options += tuple(alias(option.name.replace("-", "_"), option.name) for option in options if "-" in option.name)
    return Command(row["name"], row["help"], _Refusal(row, known, options), row["description"], options)


def _option(name: str, kind: str, text: str) -> Option:
    *words, last = kind.split()
    required = "required" in words
    found = Kind.DATA if required and last == "string" else _KINDS[last]
    named = "named" in words
    placed = not named and (required or "placed" in words or (found is Kind.ARGV and "loose" not in words))
    return Option(
        name, found, text, required=required, by_name_only=named, by_position=placed, empty_ok=found is Kind.ARGV
    )


class _Refusal:
    """What runs such a command."""

    def __init__(self, row: dict[str, Any], known: Mapping[str, Step], options: tuple[Option, ...]) -> None:
        numbers = [f"number {option.name} any" for option in options if option.kind is Kind.NUMBER]
        lines = row.get("steps", ["domain", *numbers])
        self._steps = [(known[name], operands) for name, *operands in map(str.split, lines)]
        self._row = row

    def __call__(self, virsh: Virsh, arguments: Arguments) -> None:
        """Do the steps, and say that there is no such function."""
        function = None
        try:
            for step, operands in self._steps:
                function = step(virsh, arguments, *operands) or function
        except Done:
            return
        cases = [case for case in self._row.get("otherwise", ()) if any(map(arguments.__contains__, case["given"]))]
        case = cases[0] if cases else self._row
        given = defaultdict(
            str, {option.name: arguments.raw(option.name) or "" for option in arguments.command.options}
        )
        messages = [message.format_map(given) for message in case.get("messages", ())]
        if self._row.get("states") and not virsh.read_only and arguments.flag("running") and arguments.flag("paused"):
            raise Failed(*messages, _TWO_STATES)
        with virsh.failing(*messages):
            refuse(virsh, function or case["function"])


def refuse(virsh: Virsh, function: str) -> None:
    """Say that the driver has no such function.

    Raises:
        libvirtError: always, or Failed on another library than ours.
    """
    if virsh.esx is None:  # libvirt-python, which has no command line of this kind
        raise Failed(f"this function is not supported by the connection driver: {function}")
    virsh.esx.raise_unsupported(virsh.connection, function)
