"""What a command is: records that the grammar, the help and the documentation all read.

The kinds of option are virsh's own (`vshCmdOptDef`), because its grammar and its help texts follow from them.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from esxvirt.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Command", "Group", "Kind", "Option", "alias", "argv", "data", "flag", "number", "string"]


class Kind(Enum):
    """How an option takes its value."""

    FLAG = "bool"  # --name
    STRING = "string"  # --name VALUE, or by position
    NUMBER = "number"  # --name NUMBER, or by position
    DATA = "data"  # by position, or --name VALUE; always required
    ARGV = "argv"  # the rest of the line; only the last option of a command
    ALIAS = "alias"  # another spelling, never shown


@record(frozen=True)
class Option:
    """One option of a command."""

    name: str
    kind: Kind
    help: str = ""
    required: bool = False
    empty_ok: bool = False
    by_name_only: bool = False
    by_position: bool = False  # meant to be given without its name, and shown so; virsh still takes many others so
    target: str = ""  # ALIAS: the option meant
    value: str | None = None  # ALIAS: the value it stands for

    @property
    def takes_value(self) -> bool:
        """Whether the option is followed by a value."""
        return self.kind is not Kind.FLAG

    @property
    def positional(self) -> bool:
        """Whether a word without a name in front may be this option's value."""
        return self.takes_value and self.kind is not Kind.ALIAS and not self.by_name_only


@record(frozen=True)
class Command:
    """One command: its words for the help, its options, and what runs it.

    `run` is given the `Virsh` that runs and its `Arguments`, prints through the former and returns; it raises `Failed`,
    or lets a libvirtError pass, when it did not succeed.
    """

    name: str
    help: str
    run: Callable[[Any, Any], None]  # what it is given stands above this module, and knows it
    description: str = ""
    options: tuple[Option, ...] = ()
    needs_connection: bool = True
    # not even the server named at the start is connected to
    before_connection: bool = field(default=False, kw_only=True)

    def option(self, name: str) -> Option | None:
        """Return the option of this name, aliases included."""
        return next((option for option in self.options if option.name == name), None)


@record(frozen=True)
class Group:
    """A group of `help`: its keyword, its title, and its commands in the order shown, each with its module."""

    keyword: str
    title: str
    commands: dict[str, str]


def flag(name: str, text: str, *, by_name_only: bool = False) -> Option:
    """Return an option that is there or not."""
    return Option(name, Kind.FLAG, text, by_name_only=by_name_only)


def string(
    name: str, text: str, *, empty_ok: bool = False, by_name_only: bool = False, by_position: bool = False
) -> Option:
    """Return an optional option with a word for its value."""
    return Option(name, Kind.STRING, text, empty_ok=empty_ok, by_name_only=by_name_only, by_position=by_position)


def number(
    name: str, text: str, *, required: bool = False, by_name_only: bool = False, by_position: bool = False
) -> Option:
    """Return an option with a number for its value."""
    by_position = by_position or required
    return Option(name, Kind.NUMBER, text, required=required, by_name_only=by_name_only, by_position=by_position)


def data(name: str, text: str, *, empty_ok: bool = False) -> Option:
    """Return a word that must be given."""
    return Option(name, Kind.DATA, text, required=True, empty_ok=empty_ok, by_position=True)


def argv(name: str, text: str, *, required: bool = False, by_position: bool = True) -> Option:
    """Return all remaining words."""
    return Option(name, Kind.ARGV, text, required=required, empty_ok=True, by_position=by_position)


def alias(name: str, target: str, value: str | None = None) -> Option:
    """Another spelling of `target`, perhaps with the value it stands for."""
    return Option(name, Kind.ALIAS, target=target, value=value)
