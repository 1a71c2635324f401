"""Sizes with a unit, read as virsh does (`virScaleInteger`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.arguments import LONG_LONG, UNSIGNED_LONG_LONG, parse_number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments

__all__ = ["ScaleError", "option_bytes", "parse_kibibytes", "required_kibibytes", "scaled_bytes", "tuned_kibibytes"]

_SPLIT = re.compile(r"([ \t\n\v\f\r]*[+-]?[0-9]+)(.*)", re.ASCII | re.DOTALL)
_PREFIXES = "kmgtpe"
_UNLIMITED = 9007199254740991  # VIR_DOMAIN_MEMORY_PARAM_UNLIMITED


class ScaleError(ValueError):
    """What libvirt says of a size that it does not take."""


def scaled_bytes(text: str) -> int:
    """Read a size such as ``512M``, bytes without a unit.

    Raises:
        ScaleError: it is none, or too large.
    """
    match = _SPLIT.fullmatch(text)
    value = None if match is None else parse_number(match[1], UNSIGNED_LONG_LONG)
    if match is None or value is None:
        raise ScaleError
    return _bytes(value, match[2], UNSIGNED_LONG_LONG[1], scale=1)


def option_bytes(text: str, name: str) -> int:
    """Read an option's size, bytes without a unit.

    Raises:
        Failed: it is none, or too large.
    """
    try:
        return scaled_bytes(text)
    except ScaleError as error:
        complaint = f"Scaled numeric value '{text}' for <{name}> option is malformed or out of range"
        raise Failed(complaint, *filter(None, [str(error)])) from None


def _bytes(value: int, suffix: str, most: int, scale: int = 1024) -> int:
    """Return a number with a unit as bytes; without one, `scale` is what it counts."""
    word = suffix.lower()
    if not word:
        pass
    elif word in {"b", "byte", "bytes"}:
        scale = 1
    elif word[0] in _PREFIXES and word[1:] in {"", "ib", "b"}:
        base = 1000 if word[1:] == "b" else 1024
        scale = base ** (_PREFIXES.index(word[0]) + 1)
    else:
        raise ScaleError(f"invalid argument: unknown suffix '{suffix}'")
    if value > most // scale:
        raise ScaleError(f"numerical overflow: value too large: {value}{suffix}")
    return value * scale


def parse_kibibytes(text: str, complaint: str, *, negative: bool = False) -> int:
    """Read a size such as ``512M`` (KiB without a unit) as KiB, rounded up.

    Args:
        text: the size.
        complaint: what is said of one that is none.
        negative: whether a negative number means no limit.

    Raises:
        Failed: it is none, or too large.
    """
    match = _SPLIT.fullmatch(text)
    value = None if match is None else parse_number(match[1], LONG_LONG if negative else UNSIGNED_LONG_LONG)
    if match is None or value is None:
        raise Failed(complaint)
    if value < 0:
        return _UNLIMITED
    try:
        size = _bytes(value, match[2], LONG_LONG[1] if negative else UNSIGNED_LONG_LONG[1])
    except ScaleError as error:
        raise Failed(complaint, str(error)) from None
    return -(-size // 1024)


def required_kibibytes(arguments: Arguments, name: str) -> int:
    """Return the option's size as KiB.

    Raises:
        Failed: it is none, or too large.
    """
    text = arguments.raw(name) or ""
    return parse_kibibytes(text, f"Scaled numeric value '{text}' for <{name}> option is malformed or out of range")


def tuned_kibibytes(arguments: Arguments, name: str) -> int | None:
    """Return the option's size as KiB, None if it was not given; a negative one is no limit.

    Raises:
        Failed: it is none, or too large.
    """
    text = arguments.raw(name)
    if text is None:
        return None
    return parse_kibibytes(text, f"Unable to parse integer parameter {name}", negative=True)
