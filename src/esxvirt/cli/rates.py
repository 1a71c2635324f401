"""Rates of traffic as virsh takes them: ``average,peak,burst,floor``."""

from __future__ import annotations

from esxvirt.cli.arguments import UNSIGNED_LONG_LONG, parse_number
from esxvirt.cli.failures import Failed

__all__ = ["parse_rates"]

_FIELDS = ("average", "peak", "burst", "floor")


def parse_rates(text: str) -> dict[str, int]:
    """Read the numbers by their names; any may be left out.

    Raises:
        Failed: it is no such text.
    """
    parts = text.split(",")
    if len(parts) > len(_FIELDS):
        raise Failed(f"Rate string '{text}' has too many fields")
    rates = {}
    for name, part in zip(_FIELDS, parts, strict=False):
        if not part:
            continue
        number = parse_number(part, UNSIGNED_LONG_LONG)
        if number is None:
            raise Failed(f"field '{name}' is malformed")
        rates[name] = number
    return rates
