"""Commands whose functions the driver has not, declared as data: their help is virsh's, and so is the error."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import domain_of
from esxvirt.cli.declare import Command, Kind, Option
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_KINDS = {"flag": Kind.FLAG, "string": Kind.STRING, "number": Kind.NUMBER}
_TABLE = Path(__file__).with_suffix(".toml")


def _refusing(function: str, messages: list[str]) -> Callable[[Virsh, Arguments], None]:
    def refuse(virsh: Virsh, arguments: Arguments) -> None:
        """Look the domain up, if there is one to look up, and say that there is no such function."""
        if arguments.command.option("domain"):
            domain_of(virsh, arguments)
        for option in arguments.command.options:
            if option.kind is Kind.NUMBER:
                arguments.number(option.name, (-(2**63), 2**64 - 1))
        given = {option.name: arguments.raw(option.name) or "" for option in arguments.command.options}
        with virsh.failing(*(message.format_map(given) for message in messages)):
            raise_ = getattr(virsh.libvirt, "virRaiseUnsupported", None)
            if raise_ is None:  # libvirt-python, which has no command line of this kind
                raise Failed(f"this function is not supported by the connection driver: {function}")
            raise_(virsh.connection, function)

    return refuse


def _option(name: str, kind: str, text: str) -> Option:
    required, _, rest = kind.rpartition(" ")
    if required and rest == "string":
        return Option(name, Kind.DATA, text, required=True)
    return Option(name, _KINDS[rest], text, required=bool(required))


def _command(row: dict[str, Any]) -> Command:
    return Command(
        row["name"],
        row["help"],
        _refusing(row["function"], row.get("messages", [])),
        row["description"],
        tuple(_option(*option) for option in row["options"]),
        completer="domains",
    )


COMMANDS = tuple(map(_command, tomllib.loads(_TABLE.read_text(encoding="utf-8"))["command"]))
