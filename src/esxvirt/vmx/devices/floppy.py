"""Floppy drives: `floppy0` and `floppy1`."""

from esxvirt.errors import EsxvirtError
from esxvirt.vmx.devices.disk_slots import Slot
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, Switch, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND", "write_floppy"]

_PRESENT = Row("{}.present", "devices/disk", kind=PRESENT, note="written as `false`, too")
_CACHE = Row("{}.writeThrough", "devices/disk/driver/@cache", "cache", Switch("writethrough"), write=False)

_ROWS = (
    _PRESENT,
    Row(
        "{}.clientDevice", "devices/disk", write=False, note="`true`: a drive of the client's, left out as libvirt does"
    ),
    Row("{}.fileType", "devices/disk/@type", note="`file` or `device`"),
    Row("{}.fileName", "devices/disk/source", note="`auto detect`: any drive of the host"),
    Row("{}.autodetect", "devices/disk/source/@startupPolicy", note="of a drive of the host; `true`: optional"),
    _CACHE,
)

_AUTO = "auto detect"


def _read(reader: VmxReader, domain: Domain) -> None:
    for unit in range(2):
        _read_floppy(reader, domain, unit)


def _read_floppy(reader: VmxReader, domain: Domain, unit: int) -> None:
    name = f"floppy{unit}"
    if not reader.boolean(f"{name}.present", False):
        _note_unsaid(reader, name)
        return
    key = f"{name}.clientDevice"
    if reader.boolean(key, False):
        reader.note("a drive of the client's machine has no place in the XML; left out, as libvirt does", key)
        reader.left_out.add(name)
        return
    slot = Slot(name, "fdc", 0, unit)
    file_name = reader.string(f"{name}.fileName")
    file_type = (reader.string(f"{name}.fileType") or "").lower()
    automatic = False
    if file_type not in {"file", "device"}:
        file_type = _guess_floppy_type(reader, name, file_name)
    disk = Disk(target=slot.target, bus="fdc", device="floppy", address=slot.address)
    read_rows((_CACHE,), reader, name, disk)
    if file_type == "device":
        disk.type = "block"
        path = reader.plain(f"{name}.fileName")
        if not reader.strict:
            named = (path or "").lower() not in {"", _AUTO}
            automatic = reader.boolean(f"{name}.autodetect", False) or (path is not None and path.lower() == _AUTO)
            path = path if named else None
        disk.source = path
        disk.startup_policy = "optional" if automatic else None
    elif file_name is not None and (file_name or reader.strict):
        disk.source = reader.file_name(f"{name}.fileName", file_name)
    domain.disks.append(disk)


def _note_unsaid(reader: VmxReader, name: str) -> None:
    """Note a drive of which the file does not say that it is there: VMware has the first one unless told."""
    key = f"{name}.fileName"
    medium = reader.values.get(key.lower(), "")
    if name != "floppy0" or f"{name}.present" in reader.values or not medium or reader.strict:
        return
    if not reader.seems_true(f"{name}.clientDevice"):
        reader.note(f"VMware has the drive, with '{medium}', since nothing says that it has not; libvirt has none", key)


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


def _write(domain: Domain, writer: VmxWriter) -> None:
    """Say which drives there are not: VMware has them unless told."""
    there = {_unit(disk) for disk in domain.disks if disk.device == "floppy"}
    for unit in range(2):
        if unit not in there:
            writer.put(f"floppy{unit}.present", "false")


def _unit(disk: Disk) -> int:
    return 0 if disk.address is None else disk.address.unit


def write_floppy(disk: Disk, writer: VmxWriter) -> None:
    """Write a floppy drive, which has its place among the other disks.

    Raises:
        EsxvirtError: For another type of source than a file or a drive of the host.
    """
    name = f"floppy{_unit(disk)}"
    write_rows((_PRESENT,), writer, name, disk)
    if disk.type == "block" and (disk.source is not None or disk.startup_policy is not None or not writer.strict):
        automatic = disk.startup_policy == "optional" and not writer.strict
        writer.put(f"{name}.fileType", "device")
        if automatic:
            writer.put(f"{name}.autodetect", "true")
        if disk.source is not None or automatic:
            writer.put(f"{name}.fileName", disk.source or _AUTO)
    elif disk.type in {"file", "block"}:
        writer.put(f"{name}.fileType", "file")
        if disk.source is not None:
            writer.put(f"{name}.fileName", writer.file_name(disk.source, disk.line))
    else:
        raise EsxvirtError(f"Floppy '{disk.target}' has unsupported type '{disk.type}', expecting 'file' or 'block'")


KIND = DeviceKind("Floppy drives", _ROWS, _read, _write, prefixes=("floppy#",))
