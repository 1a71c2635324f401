"""The tables of commands, and their help."""

import importlib
import pkgutil

import pytest

from esxvirt.cli import commands, helptext
from esxvirt.cli.declare import Command, Kind, alias, argv, data, flag, number, string

NAMES = [name for group in commands.GROUPS for name in group.commands]


def _declared() -> dict[str, str]:
    """Every command that a module of the package declares, and the module."""
    found = {}
    for module in pkgutil.walk_packages(commands.__path__, commands.__name__ + "."):
        for command in getattr(importlib.import_module(module.name), "COMMANDS", ()):
            found[command.name] = module.name.removeprefix(commands.__name__ + ".")
    return found


def test_the_table_names_every_declared_command_and_its_module() -> None:
    listed = {name: module for group in commands.GROUPS for name, module in group.commands.items()}
    assert listed | {"complete": "shell.completing"} == _declared()
    assert "complete" not in listed


def test_no_command_stands_in_two_groups() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_declared_well(name: str) -> None:
    command = commands.command(name)
    assert command.help
    options = command.options
    assert len({option.name for option in options}) == len(options)
    assert all(option.help for option in options if option.kind is not Kind.ALIAS)
    # what must be given comes first, or positions could not be told; the rest of the line is last
    positional = [option for option in options if option.positional]
    assert [option.required for option in positional] == sorted((o.required for o in positional), reverse=True)
    assert all(option.kind is not Kind.ARGV for option in options[:-1])
    for option in options:
        if option.kind is Kind.ALIAS:
            target = command.option(option.target)
            assert target is not None
            assert target.kind is not Kind.ALIAS


def test_an_unknown_command_is_none() -> None:
    assert commands.find("nope") is None
    assert commands.group("nope") is None
    assert commands.group("Domain") is None


def _nothing(*_: object) -> None:
    raise AssertionError


def test_help_shows_each_kind_of_option_as_it_may_be_written() -> None:
    command = Command(
        "send",
        "send things",
        _nothing,
        "Sends things.\n    Or not.",
        (
            data("domain", "who"),
            number("count", "how many", required=True),
            string("codeset", "which codes"),
            string("device", "on what", by_position=True),
            number("holdtime", "how long"),
            flag("now", "at once"),
            alias("old", "codeset"),
            argv("keycode", "the keys", required=True),
        ),
    )
    assert helptext.command_help(command) == (
        "  NAME\n"
        "    send - send things\n"
        "\n"
        "  SYNOPSIS\n"
        "    send <domain> <count> [--codeset <string>] [<device>] [--holdtime <number>] [--now] <keycode>...\n"
        "\n"
        "  DESCRIPTION\n"
        "    Sends things.\n"
        "    Or not.\n"
        "\n"
        "  OPTIONS\n"
        "    [--domain] <string>  who\n"
        "    [--count] <number>  how many\n"
        "    --codeset <string>  which codes\n"
        "    [--device] <string>  on what\n"
        "    --holdtime <number>  how long\n"
        "    --now            at once\n"
        "    [--keycode] <string>...  the keys\n"
    )


def test_the_rest_of_the_line_is_shown_by_position_or_by_name() -> None:
    command = Command("say", "say it", _nothing, "", (flag("loud", "loudly"), argv("word", "what")))
    assert helptext.synopsis(command) == "say [--loud] [<word>]..."
    assert helptext.command_help(command).endswith("    --loud           loudly\n    [--word] <string>...  what\n")
    named = Command("say", "say it", _nothing, "", (argv("word", "what", by_position=False),))
    assert helptext.synopsis(named) == "say [--word <string>]..."
    assert helptext.command_help(named).endswith("    --word <string>...  what\n")
