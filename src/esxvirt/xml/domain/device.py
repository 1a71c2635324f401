"""One device alone, as `virsh attach-device` and its kin take it: a `<disk>`, an `<interface>`, without a domain."""

from typing import TypeAlias

from esxvirt.errors import XmlError
from esxvirt.xml.domain.chardevs import CharDevice, parse_char_device
from esxvirt.xml.domain.controllers import Controller, parse_controller
from esxvirt.xml.domain.disks import Disk, parse_disk
from esxvirt.xml.domain.interfaces import Interface, parse_interface
from esxvirt.xml.reader import parse_document

__all__ = ["Device", "OtherDevice", "parse_device"]


class OtherDevice:
    """A device that libvirt has, and for which nothing is done here; `kind` is its element."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


Device: TypeAlias = Disk | Interface | CharDevice | Controller | OtherDevice

# libvirt's other devices.
_OTHERS = frozenset({
    "lease", "filesystem", "input", "sound", "audio", "video", "hostdev", "watchdog", "graphics", "hub", "redirdev",
    "smartcard", "channel", "console", "memballoon", "nvram", "rng", "shmem", "tpm", "panic", "memory", "iommu",
    "vsock", "crypto",
})  # fmt: skip


def parse_device(text: str | bytes) -> Device:
    """Read one device.

    Raises:
        XmlError: if it is not well formed, or no device of libvirt's.
        EsxvirtError: for wrong values in it, as in a domain.

    Source: virDomainDeviceDefParse.
    """
    element = parse_document(text, root=None, name="device_definition")
    kind = str(element.tag)
    if kind == "disk":
        return parse_disk(element)
    if kind == "interface":
        return parse_interface(element)
    if kind in {"serial", "parallel"}:
        return parse_char_device(element)
    if kind == "controller":
        return parse_controller(element)
    if kind not in _OTHERS:
        raise XmlError(f"unknown device type '{kind.rpartition('}')[2]}'")
    return OtherDevice(kind)
