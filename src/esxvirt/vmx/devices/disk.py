"""Hard disks and CD-ROM drives: `scsi0:0`, `sata0:0`, `ide0:0`, `nvme0:0`."""

from typing import Any

from esxvirt.buses import CONTROLLERS, NVME_UNITS, SATA_UNITS, SCSI_OWN_UNIT, SCSI_UNITS, SUPER_WIDE_UNITS, scsi_units
from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.vmx.devices.disk_controllers import (
    PREFIXES,
    ROWS,
    read_scsi_controller,
    read_shared_buses,
    write_controllers,
)
from esxvirt.vmx.devices.disk_slots import Slot, check_place, scsi_place, slot_name
from esxvirt.vmx.devices.floppy import write_floppy
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.devices.shared_buses import keep_shared_buses
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Kind, Row, Switch, Word, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND", "read_slot", "write_disk"]

_PRESENT = Row("{}.present", "devices/disk", kind=PRESENT)
_CACHE = Row("{}.writeThrough", "devices/disk/driver/@cache", "cache", Switch("writethrough"))
_MODE = Row(
    "{}.mode", "devices/disk/transient", "transient", Word((("independent-nonpersistent", True),)), default=False
)


class _Sharing(Kind):
    """Whether several machines may write on a disk at once."""

    def read(self, reader: VmxReader, key: str, default: Any) -> Any:
        word = (reader.string(key) or "").lower()
        if word not in {"multi-writer", "none", ""}:
            reader.note(f"the XML has no word for the sharing '{word}'; left out", key)
        return word == "multi-writer" or default

    def write(self, value: Any) -> str | None:
        return "multi-writer" if value else None


_SHARING = Row(
    "{}.sharing",
    "devices/disk/shareable",
    "shareable",
    _Sharing(),
    default=False,
    extension=True,
    note="only `multi-writer`; libvirt leaves it out",
)

_ROWS = (
    *ROWS,
    _PRESENT,
    Row("{}.startConnected", "", write=False, note="has no place in the XML"),
    Row(
        "{}.clientDevice", "devices/disk", write=False, note="`true`: a drive of the client's, left out as libvirt does"
    ),
    Row("{}.deviceType", "devices/disk/@device"),
    Row(
        "{}.fileName",
        "devices/disk/source",
        note="`emptyBackingString`, or empty with `cdrom-image`: no medium; `auto detect`: any drive of the host",
    ),
    Row(
        "{}.autodetect",
        "devices/disk/source/@startupPolicy",
        note="`true`: optional; libvirt has it so with `auto detect` only",
    ),
    _CACHE,
    _MODE,
    _SHARING,
)

_EMPTY = "emptyBackingString"
_AUTO = "auto detect"
_PASSTHRU_FOLDER = "/vmfs/devices/cdrom/"
# The device type that libvirt wants of a hard disk; it asks for none on SATA.
_HARD_DISKS = {"scsi": "scsi-hardDisk", "ide": "ata-hardDisk", "sata": "", "nvme": "", "usb": ""}
# The words that libvirt's messages have for a disk's device and type: those of another of its lists.
_DEVICE_WORDS = {"disk": "none", "cdrom": "disk", "floppy": "lease", "lun": "filesystem"}
_TYPE_WORDS = {
    "file": "disk", "block": "lease", "dir": "filesystem", "network": "interface", "volume": "input", "nvme": "sound",
    "vhostuser": "video",
}  # fmt: skip


def _read(reader: VmxReader, domain: Domain) -> None:
    units = scsi_units(reader.integer("virtualHW.version", 4))
    models: dict[int, str | None] = {}
    for number in range(CONTROLLERS):
        controller = read_scsi_controller(reader, number)
        if controller is not None:
            models[number] = controller.model
            for unit in range(units):
                if unit != SCSI_OWN_UNIT:
                    _add_slot(reader, domain, Slot(f"scsi{number}:{unit}", "scsi", number, unit, units))
            _note_units_beyond(reader, "scsi", number, units)
    _read_sata(reader, domain)
    for number in range(2):
        for unit in range(2):
            _add_slot(reader, domain, Slot(f"ide{number}:{unit}", "ide", number, unit))
    if not reader.strict:
        _read_nvme(reader, domain)
    used = [disk.address.controller for disk in domain.disks if disk.bus == "scsi" and disk.address is not None]
    for index in range(max(used, default=-1) + 1):
        domain.controllers.append(Controller("scsi", index, models.get(index)))
    if not reader.strict:
        _keep_controllers(reader, domain, models, max(used, default=-1))


def _keep_controllers(reader: VmxReader, domain: Domain, models: dict[int, str | None], last: int) -> None:
    """Add SCSI controllers whose disks libvirt has on another one, if that one is of another model."""
    there = {scsi_place(disk)[0]: disk for disk in reversed(domain.disks) if disk.bus == "scsi"}
    for number, disk in sorted(there.items()):
        home = 0 if disk.address is None else disk.address.controller
        if number > last and number in models and models[number] != models.get(home):
            domain.controllers.append(Controller("scsi", number, models[number]))
    read_shared_buses(reader, domain, (number for number in models if number in there))
    for number in models:
        if number not in there and number > last:
            _leave_out_controller(reader, f"scsi{number}")


def _leave_out_controller(reader: VmxReader, name: str) -> None:
    if not any(note.key.lower().startswith(f"{name}.") for note in reader.report):
        reader.note("a controller without disks, which the XML does not have", f"{name}.present")
    reader.left_out.add(name)


def _read_sata(reader: VmxReader, domain: Domain) -> None:
    for controller in range(CONTROLLERS):
        if reader.boolean(f"sata{controller}.present", False):
            known = len(domain.disks)
            for unit in range(SATA_UNITS):
                _add_slot(reader, domain, Slot(f"sata{controller}:{unit}", "sata", controller, unit))
            if len(domain.disks) == known:
                _leave_out_controller(reader, f"sata{controller}")


def _read_nvme(reader: VmxReader, domain: Domain) -> None:
    for controller in range(CONTROLLERS):
        if reader.boolean(f"nvme{controller}.present", False):
            known = len(domain.disks)
            for unit in range(NVME_UNITS):
                _add_slot(reader, domain, Slot(f"nvme{controller}:{unit}", "nvme", controller, unit))
            if len(domain.disks) == known:
                _leave_out_controller(reader, f"nvme{controller}")


def _note_units_beyond(reader: VmxReader, bus: str, controller: int, units: int) -> None:
    if reader.strict:
        return
    for unit in range(units, SUPER_WIDE_UNITS + 1):
        key = f"{bus}{controller}:{unit}.present"
        if key in reader.values:
            reader.note(f"libvirt has no unit {unit} on a {bus.upper()} controller; the disk is left out", key)


def _add_slot(reader: VmxReader, domain: Domain, slot: Slot) -> None:
    if f"{slot.name}.present" in reader.values:
        disk = read_slot(reader, slot)
        if disk is not None:
            domain.disks.append(disk)


def read_slot(reader: VmxReader, slot: Slot) -> Disk | None:
    """Read the drive at a place; None if there is none, or one that the XML cannot have.

    Raises:
        VmxError: For a file that is not there, and under `strict` for what libvirt refuses.
    """
    name = slot.name
    if not reader.boolean(f"{name}.present", False):
        return None
    key = f"{name}.clientDevice"
    if reader.boolean(key, False):
        reader.note("a drive of the client's machine has no place in the XML; left out, as libvirt does", key)
        reader.left_out.add(name.lower())
        return None
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
        disk = _read_drive(reader, slot, file_name, device_type)
    elif _is_passthru(slot, device_type) and (file_name is None or file_name.startswith(_PASSTHRU_FOLDER)):
        disk = None if file_name is None else _cdrom(slot, "block", file_name, device="lun")
    else:
        disk = _guess(reader, slot, file_name, device_type)
    if disk is not None:
        disk.address = slot.address
    else:
        reader.note("the drive has no place in the XML; left out, as libvirt does", f"{name}.present")
    return disk


def _is_passthru(slot: Slot, device_type: str | None) -> bool:
    return slot.bus == "scsi" and device_type == "scsi-passthru"


def _read_hard_disk(reader: VmxReader, slot: Slot, file_name: str, device_type: str | None) -> Disk | None:
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
    if slot.bus == "scsi" and slot.unit >= SCSI_UNITS:
        text = "the XML cannot tell the unit from one on the next controller: a machine made of it has the disk there"
        reader.note(text, f"{slot.name}.present")
    elif slot.bus == "scsi" and slot.address.controller != slot.controller:
        reader.note("libvirt, and so the XML, has the disk on another controller", f"{slot.name}.present")
    disk.source = reader.file_name(f"{slot.name}.fileName", file_name)
    _read_modes(reader, slot.name, disk)
    return disk


def _read_modes(reader: VmxReader, name: str, disk: Disk) -> None:
    read_rows((_CACHE, _MODE), reader, name, disk)
    if not reader.strict:
        read_rows((_SHARING,), reader, name, disk)
    mode = reader.string(f"{name}.mode")
    if mode is None:
        return
    if not disk.transient and mode.lower() not in {"persistent", ""}:
        reader.note(f"the XML has no word for the mode '{mode}'; left out", f"{name}.mode")


def _read_image(reader: VmxReader, slot: Slot, file_name: str, device_type: str | None) -> Disk | None:
    """Read a slot with an `.iso`, or with no medium."""
    key = f"{slot.name}.deviceType"
    if file_name == _EMPTY and device_type in {"atapi-cdrom", "cdrom-raw"}:
        return _read_drive(reader, slot, file_name, device_type)
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


def _read_drive(reader: VmxReader, slot: Slot, file_name: str | None, device_type: str) -> Disk:
    """Read a CD-ROM drive of the host: as a drive, or raw."""
    raw = device_type == "cdrom-raw"
    disk = _cdrom(slot, "block", file_name, device="lun" if raw else "cdrom")
    automatic = file_name is not None and file_name.lower() == _AUTO
    if not reader.strict:
        automatic = reader.boolean(f"{slot.name}.autodetect", False) or automatic
        if file_name in {"", _EMPTY}:
            disk.source = None
        if raw and disk.source is None and not automatic:
            # libvirt does not take its own XML back: what is raw must have a source.
            reader.note("no drive of the host is named; it is any that there is", f"{slot.name}.present")
            automatic = True
    if automatic:
        disk.startup_policy = "optional"
        if file_name is not None and file_name.lower() == _AUTO:
            disk.source = None
    return disk


def _cdrom(slot: Slot, type_: str, path: str | None, *, device: str = "cdrom") -> Disk:
    return Disk(target=slot.target, bus=slot.bus, type=type_, device=device, source=path, read_only=True)


def _guess(reader: VmxReader, slot: Slot, file_name: str | None, device_type: str | None) -> Disk:
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
            return _read_drive(reader, slot, file_name or _AUTO, "atapi-cdrom")
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


def _write(domain: Domain, writer: VmxWriter) -> None:
    """Write the controllers' lines, then those of the disks, floppy drives among them."""
    disks = [disk for disk in domain.disks if writer.strict or disk.bus != "usb"]
    for disk in disks:
        check_place(disk, writer)
    write_controllers(domain, writer)
    for disk in disks:
        if disk.device == "floppy":
            write_floppy(disk, writer)
        else:
            write_disk(disk, slot_name(disk), writer)


def write_disk(disk: Disk, name: str, writer: VmxWriter) -> None:
    """Write a drive at the place `name`.

    Raises:
        EsxvirtError: For a kind of drive or image that VMware does not have.
    """
    if (
        disk.device == "lun"
        and disk.type == "block"
        and (disk.source or "").startswith(_PASSTHRU_FOLDER)
        and disk.bus == "scsi"
    ):
        device_type = "scsi-passthru"
    elif (
        disk.type == "block"
        and disk.device in {"cdrom", "lun"}
        and (disk.source is not None or disk.startup_policy or not writer.strict)
    ):
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
    write_rows((_PRESENT,), writer, name, disk)
    writer.put(f"{name}.deviceType", device_type)
    if path == _AUTO or (disk.type == "block" and disk.startup_policy == "optional" and not writer.strict):
        writer.put(f"{name}.autodetect", "true")
    if path is not None:
        writer.put(f"{name}.fileName", path)
    # libvirt looks at SCSI disks alone.
    if disk.cache not in {None, "writethrough"} and (disk.bus == "scsi" or not writer.strict):
        writer.unsupported(
            f"{disk.bus} harddisk '{disk.target}' has unsupported cache mode '{disk.cache}'",
            "devices/disk/driver/@cache",
            disk.line,
            f"the cache mode '{disk.cache}' is left out",
        )
    # libvirt reads the cache mode of any disk, and writes that of SCSI disks.
    rows = (_CACHE, _MODE) if disk.bus == "scsi" or not writer.strict else (_MODE,)
    write_rows(rows, writer, name, disk)
    if disk.device == "disk":
        write_rows((_SHARING,), writer, name, disk)
    elif disk.shareable and not writer.strict:
        text = f"'{disk.target}' is not shared: VMware shares hard disks only"
        writer.report.add(text, "devices/disk/shareable", disk.line)


def _disk_path(disk: Disk, device_type: str, writer: VmxWriter) -> str | None:
    if device_type in {"cdrom-image", "scsi-hardDisk", "ata-hardDisk", "disk"}:
        if disk.source is None:
            return _EMPTY
        suffix = ".iso" if device_type == "cdrom-image" else ".vmdk"
        if not disk.source.lower().endswith(suffix):
            word = _DEVICE_WORDS[disk.device] if writer.strict else disk.device
            message = f"Image file for {disk.bus} {word} '{disk.target}' has unsupported suffix, expecting '{suffix}'"
            writer.refuse_or_note(
                VmxError(message), "devices/disk/source", disk.line, f"'{disk.source}' has no suffix '{suffix}'; kept"
            )
        return writer.file_name(disk.source, disk.line)
    if disk.source is not None or not (disk.startup_policy or writer.strict):
        return disk.source
    # libvirt writes "(null)" for other policies.
    return _AUTO


def _refuse_type(disk: Disk) -> None:
    device, kind = _DEVICE_WORDS[disk.device], _TYPE_WORDS[disk.type]
    if disk.type in {"file", "block"}:
        raise ConfigUnsupportedError(f"{disk.bus} {device} '{disk.target}' has an unsupported type '{kind}'")
    raise ConfigUnsupportedError(
        f"{disk.bus} {device} '{disk.target}' has unsupported type '{kind}', expecting 'file' or 'block'"
    )


KIND = DeviceKind(
    "Disks and CD-ROM drives",
    _ROWS,
    _read,
    _write,
    prefixes=("scsi#:#", "sata#:#", "ide#:#", "nvme#:#"),
    controllers=PREFIXES,
    keep=keep_shared_buses,
)
