"""The values that one command line gave to a command's options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.declare import Command

__all__ = ["INT", "LONG_LONG", "UNSIGNED", "UNSIGNED_LONG_LONG", "Arguments", "parse_number"]

INT = (-(2**31), 2**31 - 1)
UNSIGNED = (0, 2**32 - 1)
LONG_LONG = (-(2**63), 2**63 - 1)
UNSIGNED_LONG_LONG = (0, 2**64 - 1)

_DECIMAL = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)", re.ASCII)


def parse_number(text: str, limits: tuple[int, int]) -> int | None:
    """Read a decimal number as C's strtol does: blanks and a sign in front, nothing behind. None if it is none."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    value = int(match[1])
    low, high = limits
    return value if low <= value <= high else None


class Arguments:
    """The values of one command line, by option name."""

    def __init__(self, command: Command, values: dict[str, list[str]]) -> None:
        self.command = command
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def flag(self, name: str) -> bool:
        """Return whether ``--name`` was given."""
        return name in self._values

    def raw(self, name: str) -> str | None:
        """Return the option's value, empty or not, or None."""
        values = self._values.get(name)
        return values[0] if values else None

    def text(self, name: str) -> str | None:
        """Return the option's value or None; an empty one is refused unless the option allows it.

        Raises:
            Failed: the value is empty.
        """
        value = self.raw(name)
        option = self.command.option(name)
        if value == "" and not (option and option.empty_ok):
            raise Failed(f"Failed to get option '{name}': Option argument is empty")
        return value

    def required(self, name: str) -> str:
        """Return the value of an option that the grammar has made sure of.

        Raises:
            Failed: the value is empty, or absent all the same.
        """
        value = self.text(name)
        if value is None:
            raise Failed(f"Failed to get option '{name}': Mandatory option not present")
        return value

    def items(self, name: str) -> list[str]:
        """Return all values of an option that takes the rest of the line."""
        return self._values.get(name, [])

    def number(self, name: str, limits: tuple[int, int] = INT) -> int | None:
        """Return the option's number or None.

        Raises:
            Failed: what was given is no decimal number within `limits`.
        """
        text = self.raw(name)
        if text is None:
            return None
        value = parse_number(text, limits)
        if value is None:
            raise Failed(f"Numeric value '{text}' for <{name}> option is malformed or out of range")
        return value

    def exclusive(self, *names: str) -> None:
        """Refuse two options that contradict each other, named in the order given here.

        Raises:
            Failed: two of them were given.
        """
        given = [name for name in names if name in self._values]
        if len(given) > 1:
            raise Failed(f"Options --{given[0]} and --{given[1]} are mutually exclusive")
