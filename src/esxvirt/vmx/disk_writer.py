"""Disks, CD-ROM drives and floppy drives, as they are written."""

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, VmxError
from esxvirt.vmx.disks import CACHE, MODE, SCSI_MODELS
from esxvirt.vmx.table import write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import SCSI_MODELS as LIBVIRT_MODELS
from esxvirt.xml.domain.disks import Disk, disk_index
from esxvirt.xml.domain.implied import SATA_UNITS, address_from_target
from esxvirt.xml.domain.model import Domain

__all__ = ["slot_name", "write_disks"]

_CONTROLLERS = 4
_WIDE_UNITS = 16
_PREFIXES = {"scsi": "sd", "ide": "hd", "sata": "sd", "fdc": "fd"}
_PASSTHRU_FOLDER = "/vmfs/devices/cdrom/"
_VMX_MODELS = {model: word for word, model in SCSI_MODELS.items()}
# The words that libvirt's messages have for a disk's device and type: those of another of its lists.
_DEVICE_WORDS = {"disk": "none", "cdrom": "disk", "floppy": "lease", "lun": "filesystem"}
_TYPE_WORDS = {
    "file": "disk", "block": "lease", "dir": "filesystem", "network": "interface", "volume": "input", "nvme": "sound",
    "vhostuser": "video",
}  # fmt: skip


def write_disks(domain: Domain, writer: VmxWriter) -> None:
    """Write the SCSI controllers' lines, then those of the disks.

    Raises:
        EsxvirtError: for disks that VMware does not have, and controllers of which two models are asked.
    """
    for disk in domain.disks:
        _check_place(disk, writer)
    models = _scsi_models(domain, writer)
    for controller in sorted(models):
        writer.put(f"scsi{controller}.present", "true")
        model = models[controller]
        if model is not None:
            writer.put(f"scsi{controller}.virtualDev", _VMX_MODELS[model])
    if not writer.strict:
        for bus in ("sata", "nvme"):
            for controller in sorted({_controller(disk) for disk in domain.disks if disk.bus == bus}):
                writer.put(f"{bus}{controller}.present", "true")
    floppies = [False, False]
    for disk in domain.disks:
        if disk.device == "floppy":
            floppies[_write_floppy(disk, writer)] = True
        else:
            _write_disk(disk, writer)
    for unit, present in enumerate(floppies):
        if not present:
            writer.put(f"floppy{unit}.present", "false")


def _controller(disk: Disk) -> int:
    if disk.bus == "sata":
        return disk_index(disk.target) // SATA_UNITS
    return 0 if disk.address is None else disk.address.controller


def _check_place(disk: Disk, writer: VmxWriter) -> None:
    """Refuse a disk where VMware has none, or whose address and name disagree.

    Source: virVMXVerifyDiskAddress.
    """
    address = disk.address
    if disk.bus == "nvme" and not writer.strict:
        if address is None or address != address_from_target(disk):
            raise writer.located(
                "Expecting domain XML attribute 'dev' of entry 'devices/disk/target' to be like 'nvme0n1' and to agree "
                f"with the address but found '{disk.target}'",
                disk.line,
            )
        return
    if address is None:
        raise ConfigUnsupportedError("Unsupported disk address type 'none'")
    if not writer.strict and disk.bus == "scsi" and address.unit >= _WIDE_UNITS:
        return
    named = address_from_target(disk)
    if named is None or (named.controller, named.bus, named.unit) != (address.controller, address.bus, address.unit):
        raise writer.located(
            f"Disk address {address.controller}:{address.bus}:{address.unit} doesn't match target device "
            f"'{disk.target}'",
            disk.line,
        )
    if disk.bus == "scsi":
        _check_range("SCSI controller index", address.controller, _CONTROLLERS, disk, writer)
    elif disk.bus in {"ide", "fdc"}:
        called = "IDE" if disk.bus == "ide" else "FDC"
        if address.controller:
            raise writer.located(f"{called} controller index {address.controller} out of [0] range", disk.line)
    elif disk.bus == "sata" and not writer.strict:
        _check_range("SATA controller index", _controller(disk), _CONTROLLERS, disk, writer)
    else:
        raise ConfigUnsupportedError(f"Unsupported bus type '{disk.bus}'")
    prefix = _PREFIXES[disk.bus]
    if not disk.target.startswith(prefix):
        raise writer.located(
            f"Expecting domain XML attribute 'dev' of entry 'devices/disk/target' to start with '{prefix}'", disk.line
        )


def _check_range(what: str, number: int, count: int, disk: Disk, writer: VmxWriter) -> None:
    if number >= count:
        raise writer.located(f"{what} {number} out of [0..{count - 1}] range", disk.line)


def _scsi_models(domain: Domain, writer: VmxWriter) -> dict[int, str | None]:
    """Give the model of each SCSI controller that has disks; None where none is said.

    Source: virVMXGatherSCSIControllers.
    """
    declared = {controller.index: controller.model for controller in domain.controllers if controller.type == "scsi"}
    disks = [(disk, _scsi_place(disk)[0]) for disk in domain.disks if disk.bus == "scsi" and disk.address is not None]
    models = {index: declared.get(index) for _disk, index in disks}
    for model in models.values():
        if model is not None and model not in LIBVIRT_MODELS:
            raise ConfigUnsupportedError(f"Unknown model type '{model}'")
    for disk, index in disks:
        if disk.driver is not None:
            _take_driver_name(disk, disk.driver, models, index, writer)
    automatic = {index for index, model in models.items() if model == "auto"}
    for disk, index in disks:
        if index in automatic and disk.device == "disk" and disk.type == "file" and disk.source is not None:
            _detect(disk, disk.source, models, index, writer)
    for model in models.values():
        if model is not None and model not in _VMX_MODELS:
            raise VmxError(
                "Expecting domain XML attribute 'model' of entry 'controller' to be 'buslogic' or 'lsilogic' or "
                f"'lsisas1068' or 'vmpvscsi' but found '{model}'"
            )
    return models


def _take_driver_name(disk: Disk, name: str, models: dict[int, str | None], index: int, writer: VmxWriter) -> None:
    """Give a controller the model that a disk's `<driver name=...>` says, the deprecated place for it.

    Source: virVMXHandleLegacySCSIDiskDriverName.
    """
    model = name.lower()
    if model not in LIBVIRT_MODELS:
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


def slot_name(disk: Disk) -> str:
    """Give what a disk is called in a VMX file: ``scsi0:1``, ``ide1:0``, ``sata0:3``, ``nvme0:0``."""
    address = disk.address
    if disk.bus == "nvme":
        return f"nvme{_controller(disk)}:{address.unit if address is not None else 0}"
    if disk.bus == "ide":
        return f"ide{address.bus}:{address.unit}" if address is not None else "ide0:0"
    if disk.bus == "sata":
        return f"sata{_controller(disk)}:{disk_index(disk.target) % SATA_UNITS}"
    return f"scsi{_scsi_place(disk)[0]}:{_scsi_place(disk)[1]}"


def _scsi_place(disk: Disk) -> tuple[int, int]:
    """Give controller and unit; the name counts where libvirt moved the disk to a unit that its controller lacks."""
    named = address_from_target(disk)
    address = disk.address
    if address is None or (address.unit >= _WIDE_UNITS and named is not None and named.controller < _CONTROLLERS):
        address = named
    return (0, 0) if address is None else (address.controller, address.unit)


def _write_disk(disk: Disk, writer: VmxWriter) -> None:
    name = slot_name(disk)
    if (
        disk.device == "lun"
        and disk.type == "block"
        and (disk.source or "").startswith(_PASSTHRU_FOLDER)
        and disk.bus == "scsi"
    ):
        device_type = "scsi-passthru"
    elif disk.type == "block" and disk.device in {"cdrom", "lun"} and (disk.source is not None or disk.startup_policy):
        device_type = "atapi-cdrom" if disk.device == "cdrom" else "cdrom-raw"
    elif disk.device == "cdrom" and (disk.type == "file" or disk.source is None):
        device_type = "cdrom-image"
    elif disk.device == "disk" and disk.type == "block" and not writer.strict:
        writer.report.add("a disk of the host is written as a raw disk; ESX has none", "devices/disk", disk.line)
        device_type = "rawDisk"
    elif disk.device == "disk" and disk.type == "file":
        device_type = {"scsi": "scsi-hardDisk", "ide": "ata-hardDisk"}.get(disk.bus, "disk")
    else:
        _refuse_type(disk)
        return
    path = _disk_path(disk, device_type, writer)
    writer.put(f"{name}.present", "true")
    writer.put(f"{name}.deviceType", device_type)
    if path == "auto detect":
        writer.put(f"{name}.autodetect", "true")
    writer.put(f"{name}.fileName", path)
    if disk.cache not in {None, "writethrough"} and disk.bus == "scsi":
        writer.unsupported(
            f"{disk.bus} harddisk '{disk.target}' has unsupported cache mode '{disk.cache}'",
            "devices/disk/driver/@cache",
            disk.line,
            f"the cache mode '{disk.cache}' is left out",
        )
    # libvirt reads the cache mode of any disk, and writes that of SCSI disks.
    rows = (CACHE, MODE) if disk.bus == "scsi" or not writer.strict else (MODE,)
    write_rows(rows, writer, name, disk)


def _disk_path(disk: Disk, device_type: str, writer: VmxWriter) -> str:
    if device_type in {"cdrom-image", "scsi-hardDisk", "ata-hardDisk", "disk"}:
        if disk.source is None:
            return "emptyBackingString"
        suffix = ".iso" if device_type == "cdrom-image" else ".vmdk"
        if not disk.source.lower().endswith(suffix):
            word = _DEVICE_WORDS[disk.device] if writer.strict else disk.device
            message = f"Image file for {disk.bus} {word} '{disk.target}' has unsupported suffix, expecting '{suffix}'"
            writer.refuse_or_note(
                VmxError(message), "devices/disk/source", disk.line, f"'{disk.source}' has no suffix '{suffix}'; kept"
            )
        return writer.file_name(disk.source, disk.line)
    if disk.source is not None:
        return disk.source
    # libvirt writes "(null)" for other policies.
    return "auto detect"


def _refuse_type(disk: Disk) -> None:
    device, kind = _DEVICE_WORDS[disk.device], _TYPE_WORDS[disk.type]
    if disk.type in {"file", "block"}:
        raise ConfigUnsupportedError(f"{disk.bus} {device} '{disk.target}' has an unsupported type '{kind}'")
    raise ConfigUnsupportedError(
        f"{disk.bus} {device} '{disk.target}' has unsupported type '{kind}', expecting 'file' or 'block'"
    )


def _write_floppy(disk: Disk, writer: VmxWriter) -> int:
    """Write a floppy drive and give its number."""
    unit = 0 if disk.address is None else disk.address.unit
    name = f"floppy{unit}"
    writer.put(f"{name}.present", "true")
    if disk.type == "block" and disk.source is not None:
        writer.put(f"{name}.fileType", "device")
        writer.put(f"{name}.fileName", disk.source)
    elif disk.type in {"file", "block"}:
        writer.put(f"{name}.fileType", "file")
        if disk.source is not None:
            writer.put(f"{name}.fileName", writer.file_name(disk.source, disk.line))
    else:
        raise EsxvirtError(f"Floppy '{disk.target}' has unsupported type '{disk.type}', expecting 'file' or 'block'")
    return unit
