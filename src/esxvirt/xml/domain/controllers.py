"""`<controller>`: what disks and USB devices are attached to."""

from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.records import record
from esxvirt.xml.domain.elements import lookup, required, unsigned, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["SCSI_MODELS", "Controller", "format_controller", "insert_controller", "parse_controller"]

TYPES = (
    "ide", "fdc", "scsi", "sata", "virtio-serial", "ccid", "usb", "pci", "xenbus", "isa", "nvme",
)  # fmt: skip

SCSI_MODELS = (
    "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi", "virtio-scsi", "lsisas1078",
    "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974",
)  # fmt: skip


@record
class Controller:
    """A controller, numbered by `index` among those of its type; `model` None is the driver's default."""

    type: str
    index: int
    model: str | None = None
    line: int = 0


def format_controller(controller: Controller, lines: Lines) -> None:
    """Write a `<controller>`."""
    model = "" if controller.model is None else f" model='{escape(controller.model)}'"
    lines.add(f"<controller type='{controller.type}' index='{controller.index}'{model}/>")


def parse_controller(element: "_Element") -> Controller:
    """Read a `<controller>`; a missing index is -1, for `implied` to number.

    Raises:
        XmlError: for wrong values.
    """
    required(element, "type")
    type_ = lookup(element, "type", TYPES) or ""
    index = unsigned(element, "index")
    model = element.get("model")
    if type_ == "scsi" and model is not None and model not in SCSI_MODELS:
        raise ConfigUnsupportedError(f"Unknown model type '{model}'")
    return Controller(type_, -1 if index is None else index, model, where(element))


def insert_controller(controllers: list[Controller], new: Controller) -> None:
    """Insert a controller where libvirt does: behind those of its type with a lower index, else at the end.

    Source: virDomainControllerInsert.
    """
    at = len(controllers)
    for position in range(len(controllers) - 1, -1, -1):
        if controllers[position].type == new.type:
            if controllers[position].index > new.index:
                at = position
            else:
                at = position + 1 if at == len(controllers) else at
                break
    controllers.insert(at, new)
