"""Commands on domains that need little more than their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED, UNSIGNED_LONG_LONG
from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import scaled
from esxvirt.cli.failures import Failed
from esxvirt.cli.rates import parse_rates
from esxvirt.cli.scaled import option_bytes

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_LIMITS = [
    f"{which}-{what}-sec{most}"
    for what in ("bytes", "iops")
    for most in ("", "-max")
    for which in ("total", "read", "write")
]


def check_throttles(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Read the limits of a disk: those of bytes with or without a unit."""
    lengths = [f"{limit}-length" for limit in _LIMITS if limit.endswith("-max")]
    for option in (*_LIMITS, "size-iops-sec", *lengths):
        text = arguments.raw(option)
        if text is None:
            continue
        try:
            if option in _LIMITS and "bytes" in option:
                option_bytes(text, option)
            else:
                arguments.number(option, UNSIGNED_LONG_LONG)
        except Failed as failure:
            first, *others = failure.messages
            raise Failed(first, "Unable to parse integer parameter", *others) from None
    try:
        arguments.text("group-name")
    except Failed as failure:
        raise Failed(*failure.messages, "Unable to parse group-name parameter") from None


def check_sizes(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Read the new size of a disk, or see that it is to get the size of its source."""
    arguments.exclusive("size", "capacity")
    if "size" not in arguments and not arguments.flag("capacity"):
        raise Failed("Either --size or --capacity must be provided")
    scaled(virsh, arguments, "size")


def check_weights(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse lists of devices that are empty."""
    lists = [option.name for option in arguments.command.options if option.name.startswith("device-")]
    if any(arguments.raw(name) == "" for name in lists):
        raise Failed("Unable to parse string parameter")


def check_rates(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Read the rates of an interface, inbound before outbound."""
    for direction in ("inbound", "outbound"):
        text = arguments.text(direction)
        if text is None:
            continue
        rates = parse_rates(text)
        if any(rates.get(name, 0) > UNSIGNED[1] for name in ("average", "peak", "burst")):
            raise Failed(f"{direction} rate larger than maximum {UNSIGNED[1]}")
        bare = not rates.get("average") and bool(rates.get("peak") or rates.get("burst"))
        if direction == "inbound" and bare and not rates.get("floor"):
            raise Failed("either inbound average or floor is mandatory")
        if direction == "outbound" and bare:
            raise Failed("outbound average is mandatory")
        if direction == "outbound" and rates.get("floor"):
            raise Failed("outbound floor is unsupported yet")


COMMANDS = commands(
    __file__,
    {"rates": check_rates, "sizes": check_sizes, "throttles": check_throttles, "weights": check_weights},
)
