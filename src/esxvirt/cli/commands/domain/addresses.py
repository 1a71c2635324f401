"""Addresses of devices as ``attach-disk --address`` takes them: ``scsi:1.0.3``, ``pci:0000.01.02.3``."""

from __future__ import annotations

import re

from esxvirt.cli.failures import Failed

__all__ = ["address_element", "pci_element"]

_UNSIGNED = 2**32
# By kind: the base of the numbers, and how the element is written.
_HEX = "(?:0[xX])?[0-9a-fA-F]+"
_DECIMAL = "[0-9]+"
_KINDS = {
    "pci": (_HEX, 4, "<address type='pci' domain='0x{:04x}' bus='0x{:02x}' slot='0x{:02x}' function='0x{:x}'{}/>"),
    "ccw": (_HEX, 3, "<address type='ccw' cssid='0x{:x}' ssid='0x{:x}' devno='0x{:04x}'/>"),
    "scsi": (_DECIMAL, 3, "<address type='drive' controller='{}' bus='{}' unit='{}'/>"),
    "ide": (_DECIMAL, 3, "<address type='drive' controller='{}' bus='{}' unit='{}'/>"),
    "sata": (_DECIMAL, 3, "<address type='drive' controller='{}' bus='{}' unit='{}'/>"),
    "usb": (_DECIMAL, 2, "<address type='usb' bus='{}' port='{}'/>"),
}
# By the beginning of a target's name: the kinds it may have.
_FITTING = (
    ("vd", ("pci", "ccw"), "expecting a pci:0000.00.00.00 or ccw:00.0.0000 address."),
    ("sd", ("scsi", "usb", "sata"), "expecting a scsi:00.00.00 or usb:00.00 or sata:00.00.00 address."),
    ("hd", ("ide",), "expecting an ide:00.00.00 address."),
)


def _numbers(text: str, form: str, count: int) -> list[int]:
    """Read so many numbers, with any one letter between two; what follows the last does not matter."""
    found = re.match(r"\s*[+]?(" + r").\s*[+]?(".join([form] * count) + ")", text)
    if found is None:
        raise Failed("Invalid address.")
    numbers = [int(part, 16 if form == _HEX else 10) for part in found.groups()]
    if max(numbers) >= _UNSIGNED:
        raise Failed("Invalid address.")
    return numbers


def address_element(address: str, target: str, *, multifunction: bool) -> str:
    """Return the ``<address>`` of a disk.

    Raises:
        Failed: it is none, or none for such a target.
    """
    kind, colon, rest = address.partition(":")
    if not colon or kind not in _KINDS:
        raise Failed("Invalid address.")
    form, count, shown = _KINDS[kind]
    numbers = _numbers(rest, form, count)
    for start, kinds, expected in _FITTING:
        if target.startswith(start) and kind not in kinds:
            raise Failed(expected)
    return shown.format(*numbers, " multifunction='on'" if multifunction else "")


def pci_element(address: str) -> str | None:
    """Return the ``<address>`` of a device of the host, ``0000:01:00.0``; None if it is none."""
    try:
        numbers = _numbers(address, _HEX, 4)
    except Failed:
        return None
    return _KINDS["pci"][2].format(*numbers, "")
