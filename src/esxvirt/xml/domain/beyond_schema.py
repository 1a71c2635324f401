"""What a domain can have that libvirt's schema of domains, of version 11.3.0, does not take.

The schema is narrower than libvirt itself, which writes some of this and reads it again: it knows no NVMe disks, and
few letters in the names of networks. Who checks XML (`virt-xml-validate`, `virsh define --validate`) is to know why it
is refused.
"""

import re
from collections.abc import Iterator
from typing import Final

from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface
from esxvirt.xml.domain.model import Domain

__all__ = ["beyond_schema"]

_TARGET: Final = re.compile(r"(?:fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+")
_FILE: Final = re.compile(r"(?:/|[a-zA-Z]:\\).+|\[[^\]]+\] .+", re.DOTALL)
_DEVICE: Final = re.compile(r"(?:/|[a-zA-Z]:\\).+|[a-zA-Z0-9_.\-\\:/]+", re.DOTALL)
_NETWORK: Final = re.compile(r"[a-zA-Z0-9_.\-\\:/ ]*")
_INTERFACE: Final = re.compile(r"[a-zA-Z0-9_.\-\\:/]+")
_MODEL: Final = re.compile(r"[a-zA-Z0-9\-_]+")
_HOST: Final = re.compile(r"[a-zA-Z0-9.\-]+|[0-9a-fA-F:.]+")
_MULTICAST: Final = re.compile(r".[13579bdf]", re.IGNORECASE)
_BUSES: Final = frozenset({"ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd"})
_MOST_VCPUS: Final = 2**16 - 1
_MOST: Final = 2**32 - 1
_PORTS: Final = 2**16 - 1
_NAME: Final = "a line end in a name"


def beyond_schema(domain: Domain) -> Iterator[tuple[str, str]]:
    """Iterate over what the schema does not take: the path in the XML, and what it is."""
    for path, text in (("name", domain.name), ("title", domain.title)):
        if text is not None and "\n" in text:
            yield path, _NAME
    if domain.vcpus > _MOST_VCPUS:
        yield "vcpu", f"{domain.vcpus} virtual CPUs"
    if domain.shares is not None and domain.shares > _MOST:
        yield "cputune/shares", f"{domain.shares} shares"
    for disk in domain.disks:
        yield from _of_disk(disk)
    for card in domain.interfaces:
        yield from _of_card(card)
    for folder in domain.filesystems:
        if not folder.source.startswith("/"):
            yield "devices/filesystem/source/@dir", f"'{folder.source}', which is no absolute path"
    yield from _of_screens(domain)


def _of_screens(domain: Domain) -> Iterator[tuple[str, str]]:
    for display in domain.graphics:
        if display.listen is not None and not _HOST.fullmatch(display.listen):
            yield "devices/graphics/@listen", f"'{display.listen}', which is no address"
        if not -1 <= (display.port or 0) <= _PORTS:
            yield "devices/graphics/@port", f"the port {display.port}"
    for video in domain.videos:
        if not 0 <= video.vram <= _MOST:
            yield "devices/video/model/@vram", f"{video.vram} KiB"


def _of_disk(disk: Disk) -> Iterator[tuple[str, str]]:
    if disk.bus not in _BUSES or not _TARGET.fullmatch(disk.target):
        yield "devices/disk/target", f"a disk '{disk.target}' on the bus '{disk.bus}'"
    fits = {"file": _FILE, "block": _DEVICE}.get(disk.type)
    if fits is not None and disk.source is not None and not fits.fullmatch(disk.source):
        yield "devices/disk/source", f"the source '{disk.source}'"


def _of_card(card: Interface) -> Iterator[tuple[str, str]]:
    if card.type == "bridge" and card.source is not None and not _NETWORK.fullmatch(card.source):
        yield "devices/interface/source/@bridge", f"the letters in the name '{card.source}'"
    if card.target is not None and not _INTERFACE.fullmatch(card.target):
        yield "devices/interface/target/@dev", f"the letters in the name '{card.target}'"
    if card.model is not None and not _MODEL.fullmatch(card.model):
        yield "devices/interface/model/@type", f"the letters in the name '{card.model}'"
    if card.mac is not None and _MULTICAST.match(card.mac):
        yield "devices/interface/mac/@address", f"the address '{card.mac}' of several"
