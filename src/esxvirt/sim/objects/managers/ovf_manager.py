"""Descriptors of exported machines in the Open Virtualization Format."""

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["OvfManager"]

_NAMESPACES = (
    'xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" '
    'xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" '
    'xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" '
    'xmlns:vmw="http://www.vmware.com/schema/ovf"'
)
_FORMAT = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
# Kinds of resources, as CIM numbers them.
_CPU, _MEMORY, _IDE, _SCSI, _NIC, _DISK = "3", "4", "5", "6", "10", "17"
_MODELS = {"buslogic": "buslogic", "lsisas1068": "lsilogicsas", "pvscsi": "VirtualSCSI"}
_CARDS = {"vlance": "PCNet32", "e1000": "E1000", "e1000e": "E1000e", "vmxnet": "VmxNet", "vmxnet3": "VmxNet3"}


class OvfManager(ManagedObject):
    """The OVF manager of an endpoint: it describes machines, and makes none of descriptors."""

    __slots__ = ()

    wsdl = "OvfManager"

    def CreateDescriptor(self, call: "Call", obj: Ref, cdp: Data) -> Data:
        """Describe a machine whose disks are in the files that the caller names by their devices."""
        target = call.endpoint.find(obj, call.session)
        machine: Machine | None = getattr(target, "machine", None)
        if target is None:
            raise Fault("ManagedObjectNotFound", f"The object '{obj}' does not exist.", obj=obj)
        if machine is None or target.wsdl != "VirtualMachine":
            raise Fault("InvalidArgument", "Only virtual machines are exported here.", invalidProperty="obj")
        if machine.running:
            text = "The attempted operation cannot be performed in the current state (Powered on)."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=machine.power)
        files = list(cdp.ovfFiles or ())
        wrong = [item.deviceId for item in files if not item.path or "VirtualDisk" not in item.deviceId]
        if len(files) > len(machine.config.disks) or wrong:
            raise Fault("InvalidArgument", "Name each disk of the machine by its device, once.",
                        invalidProperty="cdp.ovfFiles")  # fmt: skip
        name = cdp.name or machine.name
        return Data("OvfCreateDescriptorResult", ovfDescriptor=_envelope(machine, name, cdp.description or "", files))


def _envelope(machine: "Machine", name: str, description: str, files: list[Data]) -> str:
    config = machine.config
    references = "".join(
        f'    <File ovf:href={quoteattr(item.path)} ovf:id="file{index}" ovf:size="{item.size}"/>\n'
        for index, item in enumerate(files, start=1)
    )
    disks = "".join(
        f'    <Disk ovf:capacity="{disk.capacity_kib}" ovf:capacityAllocationUnits="byte * 2^10" '
        f'ovf:diskId="vmdisk{index}" ovf:fileRef="file{index}" ovf:format="{_FORMAT}"/>\n'
        for index, disk in enumerate(config.disks[: len(files)], start=1)
    )
    networks = "".join(
        f"    <Network ovf:name={quoteattr(network)}>\n"
        f"      <Description>The {escape(network)} network</Description>\n    </Network>\n"
        for network in dict.fromkeys(card.network for card in config.nics)
    )
    items = "".join(f"      <Item>\n{item}      </Item>\n" for item in _items(machine, len(files)))
    annotation = description or config.annotation
    noted = (
        f"    <AnnotationSection><Info>A human-readable annotation</Info><Annotation>{escape(annotation)}</Annotation>"
        "</AnnotationSection>\n"
        if annotation
        else ""
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Envelope {_NAMESPACES}>\n'
        f"  <References>\n{references}  </References>\n"
        f"  <DiskSection>\n    <Info>Virtual disk information</Info>\n{disks}  </DiskSection>\n"
        f"  <NetworkSection>\n    <Info>The list of logical networks</Info>\n{networks}  </NetworkSection>\n"
        f"  <VirtualSystem ovf:id={quoteattr(name)}>\n"
        f"    <Info>A virtual machine</Info>\n    <Name>{escape(name)}</Name>\n"
        f'    <OperatingSystemSection ovf:id="1" vmw:osType={quoteattr(config.guest_id)}>'
        f"<Info>The kind of installed guest operating system</Info></OperatingSystemSection>\n"
        "    <VirtualHardwareSection>\n      <Info>Virtual hardware requirements</Info>\n      <System>\n"
        "        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>\n"
        "        <vssd:InstanceID>0</vssd:InstanceID>\n"
        f"        <vssd:VirtualSystemIdentifier>{escape(name)}</vssd:VirtualSystemIdentifier>\n"
        f"        <vssd:VirtualSystemType>vmx-{config.hw_version:02d}</vssd:VirtualSystemType>\n      </System>\n"
        f"{items}    </VirtualHardwareSection>\n{noted}  </VirtualSystem>\n</Envelope>\n"
    )


def _items(machine: "Machine", disks: int) -> "Iterator[str]":
    """Yield what the hardware has; settings of an item come in the order of their names, as the schema wants them."""
    config = machine.config
    yield _item(_CPU, 1, f"{config.cpus} virtual CPU(s)", AllocationUnits="hertz * 10^6", VirtualQuantity=config.cpus)
    yield _item(
        _MEMORY, 2, f"{config.memory_mb}MB of memory", AllocationUnits="byte * 2^20", VirtualQuantity=config.memory_mb
    )
    number = 2
    controllers: dict[tuple[str, int], int] = {}
    for disk in config.disks[:disks]:
        where = disk.bus, disk.controller
        if where in controllers:
            continue
        number += 1
        controllers[where] = number
        kind = _SCSI if disk.bus == "scsi" else _IDE
        model = (
            {"ResourceSubType": _MODELS.get(config.scsi.get(disk.controller, ""), "lsilogic")} if kind == _SCSI else {}
        )
        yield _item(kind, number, f"{disk.bus.upper()} Controller {disk.controller}", Address=disk.controller, **model)
    for index, disk in enumerate(config.disks[:disks], start=1):
        number += 1
        parent = controllers[disk.bus, disk.controller]
        yield _item(
            _DISK,
            number,
            f"Hard Disk {index}",
            AddressOnParent=disk.unit,
            HostResource=f"ovf:/disk/vmdisk{index}",
            Parent=parent,
        )
    for index, card in enumerate(config.nics, start=1):
        number += 1
        subtype = _CARDS.get(card.model, "E1000")
        yield _item(
            _NIC, number, f"Network adapter {index}",
            AddressOnParent=7 + card.index, AutomaticAllocation="true", Connection=card.network,
            ResourceSubType=subtype,
        )  # fmt: skip


def _item(kind: str, number: int, name: str, **settings: object) -> str:
    found = {"ElementName": name, "InstanceID": number, "ResourceType": kind, **settings}
    return "".join(f"        <rasd:{key}>{escape(str(found[key]))}</rasd:{key}>\n" for key in sorted(found))
