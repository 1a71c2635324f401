"""Devices of the host: `pciPassthru0` and on."""

import re
from typing import Any

from esxvirt.vmx.devices.kind import DeviceKind, Reach, numbered
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Kind, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.domain.hardware import HostDevice
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_PCI = re.compile(r"([0-9a-f]{1,5}):([0-9]{1,3}):([0-9a-f]{1,2})\.([0-7])", re.IGNORECASE)
_HIGHEST_BUS = 0xFF
_MOST = 100


class _Place(Kind):
    """A place on the host's PCI buses; None, with a note, for what is none."""

    def read(self, reader: VmxReader, key: str, default: Any) -> Any:
        match = _PCI.fullmatch((reader.string(key) or "").strip())
        if match is None:
            name = key.rpartition(".")[0]
            reader.note("a device of the host whose place is not said; left out", f"{name}.present")
            return default
        bus = int(match[2])
        if bus > _HIGHEST_BUS:
            reader.note(f"bus {bus} cannot be; the device is left out", key)
            return default
        return PciAddress(int(match[1], 16) & 0xFFFF, bus, int(match[3], 16) & 0x1F, int(match[4]))

    def write(self, value: Any) -> str | None:
        return f"{value.domain:05x}:{value.bus:03d}:{value.slot:02x}.{value.function}"


_ROWS = (
    Row("{}.present", "devices/hostdev", kind=PRESENT),
    Row("{}.id", "devices/hostdev/source/address", "pci", _Place(), note="`00000:003:00.0`, bus in decimal"),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    for number in numbered(reader, "pciPassthru", _MOST):
        device = HostDevice("pci", managed=True)
        read_rows(_ROWS, reader, f"pciPassthru{number}", device)
        if device.pci is not None:
            domain.host_devices.append(device)


def _write(domain: Domain, writer: VmxWriter) -> None:
    passed = [device for device in domain.host_devices if device.pci is not None]
    for number, device in enumerate(passed):
        write_rows(_ROWS, writer, f"pciPassthru{number}", device)
    for device in domain.host_devices:
        if device.pci is None:
            writer.report.add(f"a host device of type '{device.type}' is left out", "devices/hostdev", device.line)


KIND = DeviceKind("Devices of the host", _ROWS, _read, _write, prefixes=("pciPassthru#",), reach=Reach.TOLERANT)
