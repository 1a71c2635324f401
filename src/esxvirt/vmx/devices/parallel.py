"""Parallel ports: `parallel0` and on."""

from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.devices.ports import check_number, numbered_ports, read_file
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_PRESENT = Row("{}.present", "devices/parallel", kind=PRESENT, note="0 to 2 for libvirt")

_ROWS = (
    _PRESENT,
    Row("{}.startConnected", "", write=False, note="has no place in the XML"),
    Row("{}.fileType", "devices/parallel/@type", note="device: dev; file"),
    Row("{}.fileName", "devices/parallel/source", note="a path"),
)


def _read_parallel(reader: VmxReader, name: str, number: int) -> CharDevice:
    key = f"{name}.fileType"
    port = CharDevice("parallel", "null", number)
    if reader.strict:
        reader.required(key)
        reader.required(f"{name}.fileName")
    written = reader.string(key)
    file_name = reader.plain(f"{name}.fileName")
    kind = "" if written is None else written.lower()
    if kind not in {"device", "file"}:
        if written is not None:
            message = f"Expecting VMX entry '{key}' to be 'device' or 'file' but found '{written}'"
        else:
            message = f"Missing essential config entry '{key}'"
        known = file_name is not None and not kind
        reader.refuse_or_note(
            message,
            key if written is not None else f"{name}.present",
            "no file type; read as a device" if known else "the port is kept, with nothing behind it",
        )
        kind = "device" if known else ""
    if kind == "device":
        port.type, port.path = "dev", file_name
    elif kind == "file":
        read_file(reader, name, file_name, port)
    return port


def _write_parallel(port: CharDevice, name: str, writer: VmxWriter) -> None:
    if port.type == "null" and not writer.strict:
        # What is read as nothing behind the port.
        write_rows((_PRESENT,), writer, name, port)
        writer.put(f"{name}.fileType", "file")
        return
    if port.type not in {"dev", "file"}:
        writer.unsupported(
            f"Unsupported character device type '{port.type}'",
            "devices/parallel",
            port.line,
            f"'{port.type}' is left out",
        )
        return
    write_rows((_PRESENT,), writer, name, port)
    writer.put(f"{name}.fileType", "device" if port.type == "dev" else "file")
    path = port.path or ""
    writer.put(f"{name}.fileName", path if port.type == "dev" else writer.file_name(path, port.line))


def _read(reader: VmxReader, domain: Domain) -> None:
    for number in numbered_ports(reader, "parallel"):
        domain.parallels.append(_read_parallel(reader, f"parallel{number}", number))


def _write(domain: Domain, writer: VmxWriter) -> None:
    for port in domain.parallels:
        check_number(port, writer)
        _write_parallel(port, f"parallel{port.port}", writer)


KIND = DeviceKind("Parallel ports", _ROWS, _read, _write, prefixes=("parallel#",))
