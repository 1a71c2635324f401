"""Small helpers that all modules of a domain's XML share: looking at elements, libvirt's errors for wrong values."""

from typing import TYPE_CHECKING

from esxvirt.errors import InvalidArgumentError, TooLargeError, XmlError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

__all__ = [
    "boolean",
    "boot_order",
    "child_text",
    "integer",
    "lookup",
    "required",
    "scaled_kib",
    "unsigned",
    "where",
]

_MOST_BYTES = 2**63 - 1
_UNITS = {
    "b": 1,
    "byte": 1,
    "bytes": 1,
    "k": 1024,
    "kib": 1024,
    "m": 1024**2,
    "mib": 1024**2,
    "g": 1024**3,
    "gib": 1024**3,
    "t": 1024**4,
    "tib": 1024**4,
    "p": 1024**5,
    "pib": 1024**5,
    "e": 1024**6,
    "eib": 1024**6,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "tb": 1000**4,
    "pb": 1000**5,
    "eb": 1000**6,
}


def where(element: "_Element") -> int:
    """Give the element's line in its document, from 1; 0 if not known."""
    line = element.sourceline
    return line if isinstance(line, int) else 0


def child_text(element: "_Element", tag: str) -> str | None:
    """Give the text of the first child `tag`: None without one or if it has no text."""
    child = element.find(tag)
    return None if child is None else child.text


def lookup(element: "_Element", attribute: str, allowed: "Iterable[str]", default: str | None = None) -> str | None:
    """Give an attribute that must be one of `allowed`.

    Raises:
        XmlError: for any other value, as libvirt's virXMLPropEnum.
    """
    value = element.get(attribute)
    if value is None:
        return default
    if value not in allowed:
        raise XmlError(f"Invalid value for attribute '{attribute}' in element '{element.tag!s}': '{value}'.")
    return value


def required(element: "_Element", attribute: str) -> str:
    """Give an attribute that must be there.

    Raises:
        XmlError: without it.
    """
    value = element.get(attribute)
    if value is None:
        raise XmlError(f"Missing required attribute '{attribute}' in element '{element.tag!s}'")
    return value


def boolean(element: "_Element", attribute: str) -> bool | None:
    """Give a yes/no attribute, None without it.

    Raises:
        XmlError: for another value.
    """
    value = lookup(element, attribute, ("yes", "no"))
    return None if value is None else value == "yes"


def integer(element: "_Element", attribute: str, default: int | None = None, *, kind: str = "integer") -> int | None:
    """Give a whole number.

    Raises:
        XmlError: for anything else.
    """
    value = element.get(attribute)
    if value is None:
        return default
    try:
        return _number(value)
    except ValueError:
        raise XmlError(
            f"Invalid value for attribute '{attribute}' in element '{element.tag!s}': '{value}'. Expected {kind} value"
        ) from None


def unsigned(element: "_Element", attribute: str, default: int | None = None) -> int | None:
    """Give a whole number of at least 0.

    Raises:
        XmlError: for anything else.
    """
    number = _number_or_none(element.get(attribute))
    if element.get(attribute) is None:
        return default
    if number is None or not 0 <= number < 2**32:
        raise XmlError(
            f"Invalid value for attribute '{attribute}' in element '{element.tag!s}': '{element.get(attribute)}'. "
            "Expected non-negative integer value"
        )
    return number


def boot_order(element: "_Element") -> int | None:
    """Give the place of a device in the boot order, its `<boot order='...'>`, from 1; None without one.

    Raises:
        XmlError: for anything else.
    """
    boot = element.find("boot")
    if boot is None:
        return None
    required(boot, "order")
    order = unsigned(boot, "order")
    if order == 0:
        raise XmlError("Invalid value for attribute 'order' in element 'boot': Zero is not permitted")
    return order


def _number_or_none(value: str | None) -> int | None:
    try:
        return None if value is None else _number(value)
    except ValueError:
        return None


def _number(value: str) -> int:
    stripped = value.lstrip()
    if not stripped.lstrip("+-").isascii() or not stripped.lstrip("+-").isdigit() or len(stripped) > 25:
        raise ValueError(value)
    return int(stripped)


def scaled_kib(element: "_Element", path: str) -> int:
    """Give a size with a unit (`unit` attribute, KiB without one) in KiB, rounded up; an empty element is 0.

    Raises:
        XmlError: if it is no number.
        TooLargeError: if it is more than libvirt's numbers hold.
        InvalidArgumentError: for an unknown unit.
    """
    if not element.text:
        return 0
    number = _number_or_none(element.text)
    if number is None or number < 0:
        raise XmlError(f"Invalid value '{element.text}' for element or attribute './{path}[1]'")
    unit = element.get("unit") or "KiB"
    factor = _UNITS.get(unit.lower())
    if factor is None:
        raise InvalidArgumentError(f"unknown suffix '{unit}'")
    if number > _MOST_BYTES // factor:
        raise TooLargeError(f"value too large: {number}{unit}")
    return -(-number * factor // 1024)
