"""Disks, CD-ROM drives and floppy drives: `scsi0:0`, `sata0:0`, `ide0:0`, `nvme0:0` and `floppy0`, as they are read."""

from dataclasses import dataclass

from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row, Switch, Word, read_rows
from esxvirt.xml.domain.addresses import DriveAddress
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk, disk_name
from esxvirt.xml.domain.implied import SATA_PORTS, SATA_UNITS, target_number
from esxvirt.xml.domain.model import Domain

__all__ = ["CACHE", "MODE", "ROWS", "SCSI_MODELS", "read_disks"]

CACHE = Row("{}.writeThrough", "devices/disk/driver/@cache", "cache", Switch("writethrough"))
MODE = Row(
    "{}.mode", "devices/disk/transient", "transient", Word((("independent-nonpersistent", True),)), default=False
)
MODEL = Row("scsi{}.virtualDev", "devices/controller/@model", note="`pvscsi` is vmpvscsi; must agree with the `.vmdk`")

ROWS = (
    Row("scsi{}.present", "devices/controller", note="0 to 3"),
    MODEL,
    Row("sata{}.present", "devices/controller", note="0 to 3"),
    Row("nvme{}.present", "devices/controller", note="0 to 3; libvirt leaves NVMe disks out"),
    Row("{}.present", "devices/disk"),
    Row("{}.startConnected", "", write=False, note="has no place in the XML"),
    Row(
        "{}.clientDevice", "devices/disk", write=False, note="`true`: a drive of the client's, left out as libvirt does"
    ),
    Row("{}.deviceType", "devices/disk/@device"),
    Row("{}.fileType", "devices/disk/@type", note="floppies: `file` or `device`"),
    Row(
        "{}.fileName",
        "devices/disk/source",
        note="`emptyBackingString`, or empty with `cdrom-image`: no medium; `auto detect`: any drive of the host",
    ),
    Row("{}.autodetect", "devices/disk/source/@startupPolicy", note="written with `auto detect`"),
    CACHE,
    MODE,
)

SCSI_MODELS = {
    "buslogic": "buslogic",
    "lsilogic": "lsilogic",
    "lsisas1068": "lsisas1068",
    "pvscsi": "vmpvscsi",
}

_EMPTY = "emptyBackingString"
_AUTO = "auto detect"
_PASSTHRU_FOLDER = "/vmfs/devices/cdrom/"
# The device type that libvirt wants of a hard disk; it asks for none on SATA.
_HARD_DISKS = {"scsi": "scsi-hardDisk", "ide": "ata-hardDisk", "sata": "", "nvme": ""}
_PREFIXES = {"scsi": "sd", "sata": "sd", "ide": "hd", "fdc": "fd"}
# What each bus has: controllers, units a controller, and those that libvirt looks at.
_CONTROLLERS = 4
_SCSI_UNITS, _NVME_UNITS = 16, 64
# Since this virtual hardware, SCSI controllers have more units.
_SUPER_WIDE_UNITS, _SUPER_WIDE_SINCE = 64, 13
_SCSI_OWN_UNIT = 7


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a disk is: its VMX name, its bus and place."""

    name: str
    bus: str
    controller: int
    unit: int
    units: int = 0

    @property
    def target(self) -> str:
        if self.bus == "nvme":
            return f"nvme{self.controller}n{self.unit + 1}"
        return disk_name(target_number(self.bus, self.controller, self.unit), _PREFIXES[self.bus])

    @property
    def address(self) -> DriveAddress:
        if self.bus == "ide":
            # VMware's second IDE controller is libvirt's second channel.
            return DriveAddress(0, bus=self.controller, unit=self.unit)
        if self.units == _SUPER_WIDE_UNITS:
            # libvirt counts the disk names of 16 units a controller into controllers of 64.
            number = target_number("scsi", self.controller, self.unit)
            unit = number % (_SUPER_WIDE_UNITS - 1)
            return DriveAddress(number // (_SUPER_WIDE_UNITS - 1), unit=unit if unit < _SCSI_OWN_UNIT else unit + 1)
        if self.bus == "sata":
            # libvirt's SATA controllers have fewer ports than VMware's.
            number = target_number("sata", self.controller, self.unit)
            return DriveAddress(number // SATA_PORTS, unit=number % SATA_PORTS)
        return DriveAddress(self.controller, unit=self.unit)


def read_disks(reader: VmxReader, domain: Domain) -> None:
    """Add the disks and the controllers' models.

    Raises:
        VmxError: for a disk whose file does not exist, and under `strict` for what libvirt refuses.
    """
    units = _SUPER_WIDE_UNITS if reader.integer("virtualHW.version", 4) >= _SUPER_WIDE_SINCE else _SCSI_UNITS
    models: dict[int, str | None] = {}
    for controller in range(_CONTROLLERS):
        if reader.boolean(f"scsi{controller}.present", False):
            models[controller] = _read_model(reader, controller)
            for unit in range(units):
                if unit != _SCSI_OWN_UNIT:
                    _read_slot(reader, domain, _Slot(f"scsi{controller}:{unit}", "scsi", controller, unit, units))
            _note_units_beyond(reader, "scsi", controller, units)
    for controller in range(_CONTROLLERS):
        if reader.boolean(f"sata{controller}.present", False):
            for unit in range(SATA_UNITS):
                _read_slot(reader, domain, _Slot(f"sata{controller}:{unit}", "sata", controller, unit))
    for controller in range(2):
        for unit in range(2):
            _read_slot(reader, domain, _Slot(f"ide{controller}:{unit}", "ide", controller, unit))
    if not reader.strict:
        _read_nvme(reader, domain)
    for unit in range(2):
        _read_floppy(reader, domain, unit)
    used = [disk.address.controller for disk in domain.disks if disk.bus == "scsi" and disk.address is not None]
    for index in range(max(used, default=-1) + 1):
        domain.controllers.append(Controller("scsi", index, models.get(index)))


def _read_nvme(reader: VmxReader, domain: Domain) -> None:
    for controller in range(_CONTROLLERS):
        if reader.boolean(f"nvme{controller}.present", False):
            for unit in range(_NVME_UNITS):
                _read_slot(reader, domain, _Slot(f"nvme{controller}:{unit}", "nvme", controller, unit))


def _note_units_beyond(reader: VmxReader, bus: str, controller: int, units: int) -> None:
    if reader.strict:
        return
    for unit in range(units, _NVME_UNITS + 1):
        key = f"{bus}{controller}:{unit}.present"
        if key in reader.values:
            reader.note(f"libvirt has no unit {unit} on a {bus.upper()} controller; the disk is left out", key)


def _read_model(reader: VmxReader, controller: int) -> str | None:
    key = MODEL.key.format(controller)
    value = reader.string(key)
    if value is None:
        return None
    model = SCSI_MODELS.get(value.lower())
    if model is None:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be 'buslogic' or 'lsilogic' or 'lsisas1068' or 'pvscsi' but found "
            f"'{value}'",
            key,
            f"'{value}' is no SCSI controller model; left out",
        )
    return model


def _read_slot(reader: VmxReader, domain: Domain, slot: _Slot) -> None:
    name = slot.name
    if f"{name}.present" not in reader.values or not reader.boolean(f"{name}.present", False):
        return
    key = f"{name}.clientDevice"
    if reader.boolean(key, False):
        reader.note("a drive of the client's machine has no place in the XML; left out, as libvirt does", key)
        return
    if reader.strict:
        # libvirt reads these of every drive, and refuses wrong ones.
        reader.boolean(f"{name}.startConnected", True)
        reader.boolean(f"{name}.writeThrough", False)
    file_name = reader.string(f"{name}.fileName")
    written = reader.string(f"{name}.deviceType")
    device_type = None if written is None else written.lower()
    if file_name is not None and file_name.lower().endswith(".vmdk"):
        disk = _read_hard_disk(reader, slot, file_name, device_type)
    elif file_name is not None and (
        file_name.lower().endswith(".iso") or file_name == _EMPTY or (not file_name and device_type == "cdrom-image")
    ):
        disk = _read_image(reader, slot, file_name, device_type)
    elif device_type in {"atapi-cdrom", "cdrom-raw"}:
        disk = _read_drive(slot, file_name if reader.strict else file_name or None, device_type)
    elif _is_passthru(slot, device_type) and (file_name is None or file_name.startswith(_PASSTHRU_FOLDER)):
        disk = None if file_name is None else _cdrom(slot, "block", file_name, device="lun")
    else:
        disk = _guess(reader, slot, file_name, device_type)
    if disk is not None:
        disk.address = slot.address
        domain.disks.append(disk)
    else:
        reader.note("the drive has no place in the XML; left out, as libvirt does", f"{name}.present")


def _is_passthru(slot: _Slot, device_type: str | None) -> bool:
    return slot.bus == "scsi" and device_type == "scsi-passthru"


def _read_hard_disk(reader: VmxReader, slot: _Slot, file_name: str, device_type: str | None) -> Disk | None:
    """Read a slot with a `.vmdk`; None for a CD-ROM drive with one, which libvirt leaves out."""
    key = f"{slot.name}.deviceType"
    if device_type in {"cdrom-image", "atapi-cdrom", "cdrom-raw"}:
        return None
    expected = _HARD_DISKS[slot.bus]
    if expected and device_type is not None and device_type not in {expected.lower(), "disk"}:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be '{expected}' or 'disk' but found '{reader.string(key)}'",
            key,
            f"'{reader.string(key)}' is read as a hard disk",
        )
    disk = Disk(target=slot.target, bus=slot.bus)
    if slot.bus == "scsi" and slot.address.controller != slot.controller:
        reader.note("libvirt, and so the XML, has the disk on another controller", f"{slot.name}.present")
    disk.source = reader.file_name(f"{slot.name}.fileName", file_name)
    _read_modes(reader, slot.name, disk)
    return disk


def _read_modes(reader: VmxReader, name: str, disk: Disk) -> None:
    read_rows((CACHE, MODE), reader, name, disk)
    mode = reader.string(f"{name}.mode")
    if mode is None:
        return
    if not disk.transient and mode.lower() not in {"persistent", ""}:
        reader.note(f"the XML has no word for the mode '{mode}'; left out", f"{name}.mode")


def _read_image(reader: VmxReader, slot: _Slot, file_name: str, device_type: str | None) -> Disk | None:
    """Read a slot with an `.iso`, or with no medium."""
    key = f"{slot.name}.deviceType"
    if file_name == _EMPTY and device_type in {"atapi-cdrom", "cdrom-raw"}:
        return _read_drive(slot, file_name, device_type)
    if file_name == _EMPTY and _is_passthru(slot, device_type):
        return None
    if device_type not in {None, "cdrom-image"}:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be 'cdrom-image' but found '{reader.string(key)}'",
            key,
            f"'{reader.string(key)}' is read as a CD-ROM image",
        )
    if file_name in {"", _EMPTY}:
        return _cdrom(slot, "file", None)
    image = reader.file_name(f"{slot.name}.fileName", file_name, allow_missing=True)
    if image is None:
        reader.note(f"there is no file '{file_name}'; the drive is left empty", f"{slot.name}.fileName")
    return _cdrom(slot, "file", image)


def _read_drive(slot: _Slot, file_name: str | None, device_type: str) -> Disk:
    """Read a CD-ROM drive of the host: as a drive, or raw."""
    disk = _cdrom(slot, "block", file_name, device="cdrom" if device_type == "atapi-cdrom" else "lun")
    if file_name is not None and file_name.lower() == _AUTO:
        disk.source, disk.startup_policy = None, "optional"
    return disk


def _cdrom(slot: _Slot, type_: str, path: str | None, *, device: str = "cdrom") -> Disk:
    return Disk(target=slot.target, bus=slot.bus, type=type_, device=device, source=path, read_only=True)


def _guess(reader: VmxReader, slot: _Slot, file_name: str | None, device_type: str | None) -> Disk:
    """Read a slot of which libvirt cannot tell what it is.

    Raises:
        VmxError: under `strict`.
    """
    key = f"{slot.name}.fileName"
    found = "<null>" if file_name is None else file_name
    kind = reader.string(f"{slot.name}.deviceType")
    message = (
        f"Invalid or not yet handled value '{found}' for VMX entry '{key}' for device type "
        f"'{'unknown' if kind is None else kind}'"
    )
    where = key if file_name is not None else f"{slot.name}.present"
    if reader.strict:
        reader.fail(message, key)
    automatic = (file_name or "").lower() == _AUTO or reader.boolean(f"{slot.name}.autodetect", False)
    if device_type == "cdrom-image" or automatic:
        reader.guess(f"'{found}' is read as the medium of a CD-ROM drive", where)
        if automatic:
            return _read_drive(slot, _AUTO, "atapi-cdrom")
        image = reader.file_name(key, file_name, allow_missing=True) if file_name else None
        return _cdrom(slot, "file", image)
    if device_type in {"scsi-passthru", "rawdisk"} or (file_name or "").startswith("/dev/"):
        reader.guess(f"'{found}' is read as a device of the host", where)
        return Disk(target=slot.target, bus=slot.bus, type="block", source=file_name)
    reader.guess(f"'{found}' is read as the image of a hard disk", where)
    disk = Disk(target=slot.target, bus=slot.bus)
    disk.source = reader.file_name(key, file_name) if file_name else None
    _read_modes(reader, slot.name, disk)
    return disk


def _read_floppy(reader: VmxReader, domain: Domain, unit: int) -> None:
    name = f"floppy{unit}"
    if not reader.boolean(f"{name}.present", False):
        return
    key = f"{name}.clientDevice"
    if reader.boolean(key, False):
        reader.note("a drive of the client's machine has no place in the XML; left out, as libvirt does", key)
        return
    slot = _Slot(name, "fdc", 0, unit)
    file_name = reader.string(f"{name}.fileName")
    file_type = (reader.string(f"{name}.fileType") or "").lower()
    automatic = False
    if file_type not in {"file", "device"}:
        automatic = (file_name or "").lower() == _AUTO
        file_type = _guess_floppy_type(reader, name, file_name)
    disk = Disk(target=slot.target, bus="fdc", device="floppy", address=slot.address)
    read_rows((CACHE,), reader, name, disk)
    if file_type == "device":
        disk.type = "block"
        path = reader.plain(f"{name}.fileName")
        disk.source = None if automatic else path if reader.strict else path or None
        disk.startup_policy = "optional" if automatic else None
    elif file_name is not None and (file_name or reader.strict):
        disk.source = reader.file_name(f"{name}.fileName", file_name)
    domain.disks.append(disk)


def _guess_floppy_type(reader: VmxReader, name: str, file_name: str | None) -> str:
    found = "<null>" if file_name is None else file_name
    # A drive of the host is /dev/fd0, or A: on Windows.
    drive = not file_name or file_name.startswith("/dev/") or len(file_name) <= 2 or file_name.lower() == _AUTO
    guess = "device" if drive else "file"
    reader.refuse_or_note(
        f"Invalid or not yet handled value '{found}' for VMX entry '{name}.fileName' for device type 'unknown'",
        f"{name}.fileName" if file_name is not None else f"{name}.present",
        f"'{found}' is read as a {guess}",
    )
    return guess
