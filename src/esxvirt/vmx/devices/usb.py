"""USB controllers: `usb`, `ehci`, `usb_xhci`."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

# Each with the model that its controller has in the XML.
_MODELS = {"usb": "piix3-uhci", "ehci": "ehci", "usb_xhci": "nec-xhci"}

_ROWS = tuple(Row(f"{name}.present", "devices/controller", kind=PRESENT, note=model) for name, model in _MODELS.items())


def _read(reader: VmxReader, domain: Domain) -> None:
    for name, model in _MODELS.items():
        if reader.boolean(f"{name}.present", False):
            index = sum(controller.type == "usb" for controller in domain.controllers)
            domain.controllers.append(Controller("usb", index, model))


def _write(domain: Domain, writer: VmxWriter) -> None:
    models = {controller.model for controller in domain.controllers if controller.type == "usb"}
    for row, model in zip(_ROWS, _MODELS.values(), strict=True):
        if model in models:
            write_rows((row,), writer, "", domain)


KIND = DeviceKind("USB controllers", _ROWS, _read, _write, prefixes=tuple(_MODELS), reach=Reach.ALL_DEVICES)
