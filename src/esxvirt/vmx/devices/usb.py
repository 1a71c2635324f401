"""USB controllers: `usb`, `ehci`, `usb_xhci`."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.devices.usb_disk import CONTROLLERS, controllers_of_disks
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_ROWS = tuple(
    Row(f"{name}.present", "devices/controller", kind=PRESENT, note=model) for name, model in CONTROLLERS.items()
)


def _read(reader: VmxReader, domain: Domain) -> None:
    for name, model in CONTROLLERS.items():
        if reader.boolean(f"{name}.present", False):
            index = sum(controller.type == "usb" for controller in domain.controllers)
            domain.controllers.append(Controller("usb", index, model))


def _write(domain: Domain, writer: VmxWriter) -> None:
    models = {controller.model for controller in domain.controllers if controller.type == "usb"}
    used = controllers_of_disks(domain, writer)
    for row, (name, model) in zip(_ROWS, CONTROLLERS.items(), strict=True):
        if model in models or name in used:
            write_rows((row,), writer, "", domain)


KIND = DeviceKind("USB controllers", _ROWS, _read, _write, prefixes=tuple(CONTROLLERS), reach=Reach.ALL_DEVICES)
