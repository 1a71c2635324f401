"""The texts of ``help`` and ``COMMAND --help``, as virsh lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, Kind, Option

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["command_help", "group_listing", "synopsis"]


def group_listing(title: str, keyword: str, commands: Iterable[tuple[str, str]], *, colon: bool) -> str:
    """A group's heading and its commands with their help lines.

    Args:
        title: such as ``Domain Monitoring``.
        keyword: the word for ``help``.
        commands: name and help line of each.
        colon: ``help`` ends the heading with a colon, the program's usage does not.
    """
    heading = f" {title} (help keyword '{keyword}'){':' if colon else ''}\n"
    return heading + "".join(f"    {name:<30} {text}\n" for name, text in commands)


def synopsis(command: Command) -> str:
    """The command with all its options, each as it may be written."""
    words = [command.name]
    named = False  # "[--name]" is offered for the rest of the line only after another option that has a name
    for option in command.options:
        match option.kind:
            case Kind.FLAG:
                words.append(f"[--{option.name}]")
            case Kind.NUMBER:
                words.append(f"<{option.name}>" if option.required else f"[--{option.name} <number>]")
            case Kind.STRING:
                words.append(f"[--{option.name} <string>]")
            case Kind.DATA:
                words.append(f"<{option.name}>")
            case Kind.ARGV:
                inner = f"[--{option.name}] <string>" if named else f"<{option.name}>"
                words.append(_repeated(inner, required=option.required, named=named))
            case Kind.ALIAS:
                continue
        named = named or option.positional
    return " ".join(words)


def _repeated(inner: str, *, required: bool, named: bool) -> str:
    if not required:
        return f"[{inner}]..."
    return f"{{{inner}}}..." if named else f"{inner}..."


def command_help(command: Command) -> str:
    """Name, synopsis, description and options of a command."""
    lines = ["  NAME", f"    {command.name} - {command.help}", "", "  SYNOPSIS", f"    {synopsis(command)}"]
    if command.description:
        lines += ["", "  DESCRIPTION", f"    {command.description}"]
    shown = [option for option in command.options if option.kind is not Kind.ALIAS]
    if shown:
        lines += ["", "  OPTIONS"]
        named = False
        for option in shown:
            lines.append(f"    {_term(option, named=named):<15}  {option.help}")
            named = named or option.positional
    return "\n".join([*lines, "", ""])


def _term(option: Option, *, named: bool) -> str:
    match option.kind:
        case Kind.FLAG:
            return f"--{option.name}"
        case Kind.NUMBER:
            return f"[--{option.name}] <number>" if option.required else f"--{option.name} <number>"
        case Kind.STRING:
            return f"--{option.name} <string>"
        case Kind.DATA:
            return f"[--{option.name}] <string>"
        case _:
            return f"[--{option.name}] <string>" if named else f"<{option.name}>"
