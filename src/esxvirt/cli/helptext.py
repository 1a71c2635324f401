"""The texts of ``help`` and ``COMMAND --help``, as virsh lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, Kind, Option

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["command_help", "group_listing", "synopsis"]


def group_listing(title: str, keyword: str, commands: Iterable[tuple[str, str]], *, colon: bool) -> str:
    """Return a group's heading and its commands with their help lines.

    Args:
        title: such as ``Domain Monitoring``.
        keyword: the word for ``help``.
        commands: name and help line of each.
        colon: ``help`` ends the heading with a colon, the program's usage does not.
    """
    heading = f" {title} (help keyword '{keyword}'){':' if colon else ''}\n"
    return heading + "".join(f"    {name:<30} {text}\n" for name, text in commands)


def synopsis(command: Command) -> str:
    """Return the command with all its options, each as it may be written."""
    return " ".join([command.name, *(_word(option) for option in command.options if option.kind is not Kind.ALIAS)])


def _word(option: Option) -> str:
    word = f"<{option.name}>" if option.by_position else _named(option)
    if not option.required:
        word = f"[{word}]"
    return f"{word}..." if option.kind is Kind.ARGV else word


def _named(option: Option) -> str:
    match option.kind:
        case Kind.FLAG:
            return f"--{option.name}"
        case Kind.NUMBER:
            return f"--{option.name} <number>"
        case _:
            return f"--{option.name} <string>"


def command_help(command: Command) -> str:
    """Name, synopsis, description and options of a command."""
    lines = ["  NAME", f"    {command.name} - {command.help}", "", "  SYNOPSIS", f"    {synopsis(command)}"]
    if command.description:
        lines += ["", "  DESCRIPTION", f"    {command.description}"]
    shown = [option for option in command.options if option.kind is not Kind.ALIAS]
    if shown:
        lines += ["", "  OPTIONS"]
        lines += [f"    {_term(option):<15}  {option.help}" for option in shown]
    return "\n".join([*lines, ""])


def _term(option: Option) -> str:
    """Return an option as the list of options has it: what is in brackets may be left out."""
    name, kind, value = _named(option).partition(" ")
    repeated = "..." if option.kind is Kind.ARGV else ""
    return f"{f'[{name}]' if option.by_position else name}{kind}{value}{repeated}"
