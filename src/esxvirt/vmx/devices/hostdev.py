"""Devices of the host: `pciPassthru0` and on."""

import re
from typing import Any

from esxvirt.records import replace
from esxvirt.vmx.devices.kind import DeviceKind, Reach, numbered
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Kind, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.domain.hardware import HostDevice
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

# As ESX writes it, all in decimal: `00000:003:16.1`, and before ESX 5.5 without the domain: `003:16.1`.
_PCI = re.compile(r"(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,3}):([0-9a-f]{1,2})\.([0-7])", re.IGNORECASE)
_HIGHEST = {"domain": 0xFFFF, "bus": 0xFF, "slot": 0x1F, "function": 7}
_MOST = 100


class _Place(Kind):
    """A place on the host's PCI buses; None, with a note, for what is none."""

    def read(self, reader: VmxReader, key: str, default: Any) -> Any:
        text = (reader.string(key) or "").strip()
        match = _PCI.fullmatch(text)
        if match is None:
            if text:
                reader.note(f"'{text}' is no place of a PCI device; the device is left out", key)
            return default
        numbers = match.groups("0")
        decimal = all(number.isdecimal() for number in numbers)
        values = dict(zip(_HIGHEST, (int(number, 10 if decimal else 16) for number in numbers), strict=True))
        for name, value in values.items():
            if value > _HIGHEST[name]:
                reader.note(f"{name} {value} cannot be; the device is left out", key)
                return default
        place = PciAddress(**values)
        if not decimal:
            reader.guess(f"VMware writes decimal numbers; '{text}' is read as {place}", key)
        return place

    def write(self, value: Any) -> str | None:
        return f"{value.domain:05d}:{value.bus:03d}:{value.slot:02d}.{value.function}"


_ROWS = (
    Row("{}.present", "devices/hostdev", kind=PRESENT),
    Row(
        "{}.id",
        "devices/hostdev/source/address",
        "pci",
        _Place(),
        note="`00000:003:16.1`, or `003:16.1`; all in decimal",
    ),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    for number in numbered(reader, "pciPassthru", _MOST):
        name = f"pciPassthru{number}"
        device = HostDevice("pci", managed=True, number=number)
        read_rows(_ROWS, reader, name, device)
        if device.pci is not None:
            domain.host_devices.append(device)
            continue
        reader.left_out.add(name.lower())
        if not reader.string(f"{name}.id"):
            reader.note(f"{_what_it_is(reader, name)}, for which the XML has no word; left out", f"{name}.present")


def _what_it_is(reader: VmxReader, name: str) -> str:
    """Return what a device of the host is of which the file does not say where it is."""
    profile = reader.string(f"{name}.vgpu")
    if profile or (reader.string(f"{name}.virtualDev") or "").lower() == "vmiop":
        which = f", profile '{profile}'" if profile else ""
        return f"a share of a graphics card (vGPU{which})"
    begin = name.lower()
    if any(key.startswith((f"{begin}.dvx", f"{begin}.deviceclass")) for key in reader.values):
        return "a device that its driver on the host makes (DVX)"
    if any(key.startswith((f"{begin}.alloweddevice", f"{begin}.customlabel")) for key in reader.values):
        allowed = reader.string(f"{name}.allowedDevices") or reader.string(f"{name}.customLabel")
        which = f" of '{allowed}'" if allowed else ""
        return f"any free device of the host{which} (dynamic DirectPath I/O)"
    if any(key.startswith((f"{begin}.pfid", f"{begin}.networkname")) for key in reader.values):
        return "a network card by SR-IOV whose function the host chooses"
    return "a device of the host whose place is not said"


def _write(domain: Domain, writer: VmxWriter) -> None:
    passed = [device for device in domain.host_devices if device.pci is not None]
    taken = {f"pcipassthru{device.number}" for device in passed if device.number is not None} | writer.taken
    free = (number for number in range(_MOST) if f"pcipassthru{number}" not in taken)
    for device in passed:
        number = next(free, _MOST) if device.number is None else device.number
        write_rows(_ROWS, writer, f"pciPassthru{number}", device)
    for device in domain.host_devices:
        if device.pci is None:
            writer.report.add(f"a host device of type '{device.type}' is left out", "devices/hostdev", device.line)


def _keep(domain: Domain, current: Domain) -> None:
    """Give the devices that the machine has already the numbers that they have: keys of their own go by them."""
    numbers = {str(device.pci): device.number for device in current.host_devices}
    domain.host_devices = [replace(device, number=numbers.pop(str(device.pci), None)) for device in domain.host_devices]


KIND = DeviceKind(
    "Devices of the host", _ROWS, _read, _write, prefixes=("pciPassthru#",), reach=Reach.TOLERANT, keep=_keep
)
