"""Node devices: a host itself, and its PCI devices with what it takes to give them to guests."""

from collections.abc import Sequence
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.host.host_rows import read_hosts
from esxvirt.driver.host.smbios import BIOS, SYSTEM, firmware_date, serial_number
from esxvirt.errors import AmbiguousError, NodeDeviceNotFoundError
from esxvirt.records import record
from esxvirt.uuids import NO_UUID, normalize
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row
from esxvirt.vsphere.versions import has_passthrough
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.node_device import NodeDevice, PciCapability, SystemCapability

__all__ = ["NodeDeviceHandle", "describe", "list_devices", "lookup_by_name", "passthrough"]

SYSTEM_KIND: Final = "system"
PCI_KIND: Final = "pci"

_COMPUTER: Final = "computer"
_DEVICES: Final = "hardware.pciDevice"
_NUMA: Final = "hardware.numaInfo"
_PASSTHROUGH: Final = "config.pciPassthruInfo"

_PCI_BRIDGE: Final = 0x0604
_BYTE, _SHORT = 0xFF, 0xFFFF  # the API's numbers have a sign
_OWNER: Final = "passthru"  # what ESXi itself calls the owner of a device that guests can have


@record(frozen=True)
class NodeDeviceHandle:
    """A device as it was when it was looked up.

    Attributes:
        name: As libvirt names devices: ``computer``, ``pci_0000_03_00_0``; on a connection to several hosts with the
            host's name and a slash before it.
        kind: ``system`` or ``pci``.
        parent: The name of the device that it is behind; None for the host itself.
        host: The host that has it.
        id: What the host calls it; empty for the host itself.
    """

    name: str
    kind: str
    parent: str | None
    host: Ref
    id: str


def list_devices(connection: Connection) -> list[NodeDeviceHandle]:
    """Return all devices of the connection's hosts, each host before its PCI devices, in its order.

    One SOAP call a page.

    Raises:
        EsxvirtError: The account may not see the host.
    """
    found = []
    for row in read_hosts(connection, _DEVICES):
        prefix = _prefix(connection, row.ref)
        found.append(NodeDeviceHandle(f"{prefix}{_COMPUTER}", SYSTEM_KIND, None, row.ref, ""))
        devices = row.get(_DEVICES) or ()
        names = {device.id: f"{prefix}{_name(_address(device))}" for device in devices}
        found += [
            NodeDeviceHandle(
                names[device.id],
                PCI_KIND,
                names.get(device.parentBridge) or f"{prefix}{_COMPUTER}",
                row.ref,
                device.id,
            )
            for device in devices
        ]
    return found


def lookup_by_name(connection: Connection, name: str) -> NodeDeviceHandle:
    """Return the device of that name (virNodeDeviceLookupByName). One SOAP call a page.

    Raises:
        NodeDeviceNotFoundError: There is none.
        AmbiguousError: Several hosts have one, and the name does not say which.
    """
    devices = list_devices(connection)
    exact = [device for device in devices if device.name == name]
    found = exact or [device for device in devices if device.name.endswith(f"/{name}")]
    if len(found) > 1 and not exact:
        choices = ", ".join(f"'{device.name}'" for device in found[:5])
        raise AmbiguousError(f"{len(found)} hosts have a device '{name}': name one of {choices}")
    if not found:
        raise _missing(name)
    return found[0]


def describe(connection: Connection, handle: NodeDeviceHandle) -> NodeDevice:
    """Return the description of a device as it is now (virNodeDeviceGetXMLDesc). One SOAP call.

    Raises:
        NodeDeviceNotFoundError: It is gone.
    """
    if handle.kind == SYSTEM_KIND:
        return NodeDevice(handle.name, _system(_row(connection, handle, SYSTEM, BIOS)))
    row = _row(connection, handle, _DEVICES, _NUMA, *_optional(connection))
    device = next((device for device in row.get(_DEVICES) or () if device.id == handle.id), None)
    if device is None:
        raise _missing(handle.name)
    info = _info(row, handle.id)
    active = info is not None and bool(info.passthruActive)
    return NodeDevice(handle.name, _pci(row, device), handle.parent, _OWNER if active else None)


def passthrough(connection: Connection, handle: NodeDeviceHandle) -> dict[str, Any] | None:
    """Return whether guests can have a device, and what goes with it; None where the host does not tell.

    One SOAP call.
    """
    row = _row(connection, handle, _DEVICES, *_optional(connection))
    info = _info(row, handle.id)
    if info is None:
        return None
    return {
        "capable": bool(info.passthruCapable),
        "enabled": bool(info.passthruEnabled),
        "active": bool(info.passthruActive),
        "together": [f"{_prefix(connection, row.ref)}{_name(place)}" for place in _members(row, info)],
    }


def _optional(connection: Connection) -> tuple[str, ...]:
    return (_PASSTHROUGH,) if has_passthrough(connection.session.version) else ()


def _row(connection: Connection, handle: NodeDeviceHandle, *properties: str) -> Row:
    for row in read_hosts(connection, *properties):
        if row.ref == handle.host:
            return row
    raise _missing(handle.name)  # its host is no more of the connection's


def _missing(name: str) -> NodeDeviceNotFoundError:
    return NodeDeviceNotFoundError(f"no node device with matching name '{name}'")


def _prefix(connection: Connection, host: Ref) -> str:
    return "" if connection.scope.is_one_host else f"{connection.scope.label(host)}/"


def _address(device: Any) -> PciAddress:
    """Return where a device is; what the host calls it says the segment (``0000:03:00.0``), older ones do not."""
    segment, _, rest = str(device.id).partition(":")
    try:
        domain = int(segment, 16) if ":" in rest else 0
    except ValueError:
        domain = 0
    return PciAddress(domain & _SHORT, device.bus & _BYTE, device.slot & _BYTE, device.function & _BYTE)


def _name(place: PciAddress) -> str:
    return f"pci_{place.domain:04x}_{place.bus:02x}_{place.slot:02x}_{place.function:x}"


def _system(row: Row) -> SystemCapability:
    system, bios = row.get(SYSTEM), row.get(BIOS)
    return SystemCapability(
        product=None if system is None else system.model,
        vendor=None if system is None else system.vendor,
        serial=None if system is None else serial_number(system),
        uuid=(None if system is None else normalize(system.uuid or "")) or NO_UUID,
        firmware_vendor=None if bios is None else bios.vendor,
        firmware_version=None if bios is None else bios.biosVersion,
        firmware_date=None if bios is None else firmware_date(bios),
    )


def _pci(row: Row, device: Any) -> PciCapability:
    info = _info(row, device.id)
    capable = info is not None and bool(info.passthruCapable)
    return PciCapability(
        address=_address(device),
        # The host does not tell the programming interface, the last two digits.
        class_code=(device.classId & _SHORT) << 8,
        product=device.deviceId & _SHORT,
        product_name=(device.deviceName or "").strip(),
        vendor=device.vendorId & _SHORT,
        vendor_name=(device.vendorName or "").strip(),
        max_virtual_functions=(info.maxVirtualFunctionSupported or 0) if info is not None and info.sriovCapable else 0,
        bridge=device.classId & _SHORT == _PCI_BRIDGE,
        group=_group(row, info) if capable else None,
        members=_members(row, info) if capable else (),
        numa_node=_numa_node(row, device.id),
    )


def _info(row: Row, identity: str) -> Any:
    return next((info for info in row.get(_PASSTHROUGH) or () if info.id == identity), None)


def _group(row: Row, info: Any) -> int:
    """Return a number for the devices that depend on one another.

    The place of what they depend on, among the host's.
    """
    leaders = sorted({other.dependentDevice or other.id for other in row.get(_PASSTHROUGH) if other.passthruCapable})
    return leaders.index(info.dependentDevice or info.id)


def _members(row: Row, info: Any) -> Sequence[PciAddress]:
    """Return where the devices are that a guest can only have together.

    Those that depend on the same one, and that one.
    """
    leader = info.dependentDevice or info.id
    together = {leader, info.id} | {
        other.id for other in row.get(_PASSTHROUGH) if (other.dependentDevice or other.id) == leader
    }
    return [_address(device) for device in row.get(_DEVICES) or () if device.id in together]


def _numa_node(row: Row, identity: str) -> int | None:
    numa = row.get(_NUMA)
    nodes = [] if numa is None else numa.numaNode or []
    return next((node.typeId & _BYTE for node in nodes if identity in (node.pciId or ())), None)
