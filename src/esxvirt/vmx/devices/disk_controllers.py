"""The controllers that disks are attached to, `scsi0`, `sata0`, `nvme0`, and the models of the SCSI ones."""

from collections.abc import Iterable

from esxvirt.buses import SCSI_WORDS
from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.vmx.devices.disk_slots import controller_of, scsi_place
from esxvirt.vmx.devices.shared_buses import SHARED, shared_buses, with_shared_buses
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, Word, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import SCSI_MODELS, Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.model import Domain

__all__ = ["PREFIXES", "ROWS", "read_scsi_controller", "read_shared_buses", "write_controllers"]

PREFIXES = ("scsi#", "sata#", "nvme#")
_SCSI = (
    Row("scsi{}.present", "devices/controller", kind=PRESENT, note="0 to 3"),
    Row(
        "scsi{}.virtualDev",
        "devices/controller/@model",
        "model",
        Word(tuple(SCSI_WORDS.items()), guess="'{}' is no SCSI controller model; left out"),
        note="`pvscsi` is vmpvscsi; must agree with the `.vmdk`",
    ),
)
_SHARED_BUS = Row(
    "scsi{}.sharedBus",
    "metadata",
    kind=None,
    extension=True,
    note="`virtual` and `physical`, in an element of esxvirt's own; libvirt leaves it out",
)
_OTHERS = {
    "sata": Row("sata{}.present", "devices/controller", kind=PRESENT, note="0 to 3"),
    "nvme": Row("nvme{}.present", "devices/controller", kind=PRESENT, note="0 to 3; libvirt leaves NVMe disks out"),
}

ROWS = (*_SCSI, _SHARED_BUS, *_OTHERS.values())


def read_scsi_controller(reader: VmxReader, number: int) -> Controller | None:
    """Return a SCSI controller, None if the file has none of the number.

    Raises:
        VmxError: Under `strict`, for another model.
    """
    if not reader.boolean(f"scsi{number}.present", False):
        return None
    controller = Controller("scsi", number)
    read_rows(_SCSI, reader, str(number), controller)
    return controller


def read_shared_buses(reader: VmxReader, domain: Domain, numbers: Iterable[int]) -> None:
    """Put into the metadata which SCSI controllers are shared with other machines."""
    buses = {}
    for number in numbers:
        key = f"scsi{number}.sharedBus"
        word = (reader.string(key) or "").lower()
        if word in SHARED:
            buses[number] = word
        elif word not in {"", "none"}:
            reader.note(f"'{word}' is no way to share a controller; left out", key)
    if buses or domain.metadata is not None:
        domain.metadata = with_shared_buses(domain.metadata, buses)


def write_controllers(domain: Domain, writer: VmxWriter) -> None:
    """Write the controllers that have disks.

    Raises:
        EsxvirtError: For controllers of which two models, or another one, are asked.
    """
    models = _scsi_models(domain, writer)
    shared = {} if writer.strict else shared_buses(domain.metadata)
    for number in sorted(models):
        write_rows(_SCSI, writer, str(number), Controller("scsi", number, models[number]))
        if shared.get(number) in SHARED:
            writer.put(f"scsi{number}.sharedBus", shared[number])
    if not writer.strict:
        for bus, row in _OTHERS.items():
            for number in sorted({controller_of(disk) for disk in domain.disks if disk.bus == bus}):
                write_rows((row,), writer, str(number), domain)


def _scsi_models(domain: Domain, writer: VmxWriter) -> dict[int, str | None]:
    """Return the model of each SCSI controller that has disks; None where none is said.

    Source: virVMXGatherSCSIControllers.
    """
    declared = {controller.index: controller.model for controller in domain.controllers if controller.type == "scsi"}
    disks = [(disk, scsi_place(disk)[0]) for disk in domain.disks if disk.bus == "scsi" and disk.address is not None]
    models = {index: declared.get(index) for _disk, index in disks}
    if not writer.strict:
        _add_implied_models(disks, declared, models)
    for model in models.values():
        if model is not None and model not in SCSI_MODELS:
            raise ConfigUnsupportedError(f"Unknown model type '{model}'")
    for disk, index in disks:
        if disk.driver is not None:
            _take_driver_name(disk, disk.driver, models, index, writer)
    automatic = {index for index, model in models.items() if model == "auto"}
    for disk, index in disks:
        if index in automatic and disk.device == "disk" and disk.type == "file" and disk.source is not None:
            _detect(disk, disk.source, models, index, writer)
    for model in models.values():
        if model is not None and model not in SCSI_WORDS.values():
            raise VmxError(
                "Expecting domain XML attribute 'model' of entry 'controller' to be 'buslogic' or 'lsilogic' or "
                f"'lsisas1068' or 'vmpvscsi' but found '{model}'"
            )
    return models


def _add_implied_models(
    disks: list[tuple[Disk, int]], declared: dict[int, str | None], models: dict[int, str | None]
) -> None:
    """Give their models to controllers that the XML does not name, or that have no disks."""
    # libvirt moves disks of other controllers to the first one, whose model is theirs unless they have one.
    for disk, index in disks:
        if index not in declared and disk.address is not None:
            models[index] = declared.get(disk.address.controller)
    # The XML has those before them, too, with or without disks.
    for index in range(max(models, default=0)):
        if index not in models and declared.get(index) in SCSI_WORDS.values():
            models[index] = declared[index]


def _take_driver_name(disk: Disk, name: str, models: dict[int, str | None], index: int, writer: VmxWriter) -> None:
    """Give a controller the model that a disk's `<driver name=...>` says, the deprecated place for it.

    Source: virVMXHandleLegacySCSIDiskDriverName.
    """
    model = name.lower()
    if model not in SCSI_MODELS:
        raise writer.located(f"Unknown driver name '{name}'", disk.line)
    if models[index] is None:
        models[index] = model
    elif models[index] != model:
        raise writer.located(
            f"Inconsistent SCSI controller model ('{name}' is not '{models[index]}') for SCSI controller index {index}",
            disk.line,
        )


def _detect(disk: Disk, source: str, models: dict[int, str | None], index: int, writer: VmxWriter) -> None:
    """Give a controller the model that a disk's image is for."""
    lookup = writer.context.autodetect_scsi_model
    model = "lsilogic" if lookup is None else lookup(source)
    if models[index] == "auto":
        models[index] = model
    elif model not in {"auto", models[index]}:
        text = f"Disks on SCSI controller {index} have inconsistent controller models, cannot autodetect model"
        raise writer.located(text, disk.line)
