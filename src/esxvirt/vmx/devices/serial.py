"""Serial ports: `serial0` and on."""

import re

from esxvirt.vmx._late import urls
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.devices.ports import check_number, numbered_ports, port_without_file, read_file
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Constant, Row, Word, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND", "service_uri"]

_PRESENT = Row("{}.present", "devices/serial", kind=PRESENT, note="0 to 3 for libvirt")
_END_POINT = Row(
    "{}.network.endPoint",
    "devices/serial/source/@mode",
    "mode",
    Word((("server", "bind"), ("client", "connect")), guess="read as server"),
    default="bind",
    note="server: bind; client: connect; server without the key",
)
_PIPE = (
    Row("{}.pipe.endPoint", "", kind=Constant("client"), note="written as client"),
    Row("{}.tryNoRxLoss", "", kind=Constant("false"), note="written as false for pipes"),
)
_YIELD = Row("{}.yieldOnMsrRead", "", kind=Constant("true"), note="written as true")

_ROWS = (
    _PRESENT,
    Row("{}.startConnected", "", write=False, note="has no place in the XML"),
    Row("{}.fileType", "devices/serial/@type", note="device: dev; file; pipe; network: tcp; all others: null"),
    Row("{}.fileName", "devices/serial/source", note="a path, or `PROTOCOL://HOST:PORT`"),
    _END_POINT,
    Row("{}.vspc", "", write=False, note="a concentrator's address has no place in the XML"),
    *_PIPE,
    _YIELD,
)

# Protocols as VMware spells them, and libvirt's; the first spelling of each is written.
_PROTOCOLS = {
    "tcp": "raw",
    "telnet": "telnet",
    "telnets": "telnets",
    "ssl": "tls",
    "tcp4": "raw",
    "tcp6": "raw",
    "tcp+ssl": "tls",
    "tcp4+ssl": "tls",
    "tcp6+ssl": "tls",
}
_SCHEMES = {"raw": "tcp", "telnet": "telnet", "telnets": "telnets", "tls": "ssl"}
_URI_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


def _read_serial(reader: VmxReader, name: str, number: int) -> CharDevice:
    written = reader.string(f"{name}.fileType")
    kind = "device" if written is None else written.lower()
    file_name = reader.plain(f"{name}.fileName")
    port = CharDevice("serial", "null", number)
    if kind == "device":
        port.type, port.path = "dev", file_name
    elif kind == "file":
        read_file(reader, name, file_name, port)
    elif kind == "pipe":
        port.type, port.path = "pipe", file_name
        if file_name is None and not reader.strict:
            port_without_file(reader, name, port)
    elif kind == "network":
        _read_network(reader, name, file_name, port)
    else:
        reader.refuse_or_note(
            f"Expecting VMX entry '{name}.fileType' to be 'device', 'file' or 'pipe' or 'network' but found "
            f"'{written}'",
            f"{name}.fileType",
            f"the XML has no word for '{written}'; the port is kept, with nothing behind it",
        )
    return port


def _read_network(reader: VmxReader, name: str, file_name: str | None, port: CharDevice) -> None:
    key = f"{name}.fileName"
    uri = _split_uri(file_name or "", any_host=not reader.strict)
    if uri is None:
        # Such as a concentrator's own name.
        if f"{name}.vspc" in reader.values:
            reader.note("a connection through a concentrator has no place in the XML; the port is kept", key)
        else:
            reader.note(
                f"'{file_name or ''}' is no PROTOCOL://HOST:PORT; the port is kept, with nothing behind it",
                key if file_name is not None else f"{name}.present",
            )
        return
    scheme, port.host, port.service = uri
    port.protocol = _PROTOCOLS.get(scheme.lower())
    if port.protocol is None:
        reader.refuse_or_note(
            f"VMX entry '{key}' contains unsupported scheme '{scheme}'",
            key,
            f"the XML has no word for '{scheme}'; the port is kept, with nothing behind it",
        )
        return
    port.type = "tcp"
    read_rows((_END_POINT,), reader, name, port)


def _split_uri(text: str, *, any_host: bool) -> tuple[str, str, str] | None:
    """Take ``PROTOCOL://HOST:PORT`` apart; None if it is none, for which libvirt has nothing behind the port.

    `any_host` takes ``PROTOCOL://:PORT``, which VMware means as any address and libvirt cannot read.
    """
    if not text or _URI_UNSAFE.search(text):
        return None
    try:
        uri = urls.urlsplit(text)
        number = uri.port
    except ValueError:
        return None
    if not number or (uri.hostname is None and not any_host):
        return None
    # The host as written: urlsplit's own is in lower case.
    host = uri.netloc.rpartition("@")[2].rpartition(":")[0].removeprefix("[").removesuffix("]")
    return uri.scheme, host, str(number)


def _write_serial(port: CharDevice, name: str, writer: VmxWriter) -> None:
    if port.type == "null" and not writer.strict:
        # What is read as nothing behind the port.
        write_rows((_PRESENT,), writer, name, port)
        writer.put(f"{name}.fileType", "network")
        writer.put(f"{name}.fileName", "")
        return
    if port.type not in {"dev", "file", "pipe", "tcp"}:
        writer.unsupported(
            f"Unsupported character device type '{port.type}'",
            "devices/serial",
            port.line,
            f"'{port.type}' is left out",
        )
        return
    write_rows((_PRESENT,), writer, name, port)
    if port.type == "dev":
        writer.put(f"{name}.fileType", "device")
        writer.put(f"{name}.fileName", port.path or "")
    elif port.type == "file":
        writer.put(f"{name}.fileType", "file")
        writer.put(f"{name}.fileName", writer.file_name(port.path or "", port.line))
    elif port.type == "pipe":
        writer.put(f"{name}.fileType", "pipe")
        write_rows(_PIPE, writer, name, port)
        writer.put(f"{name}.fileName", port.path or "")
    else:
        writer.put(f"{name}.fileType", "network")
        writer.put(f"{name}.fileName", service_uri(port, strict=writer.strict))
        write_rows((_END_POINT,), writer, name, port)
    write_rows((_YIELD,), writer, name, port)


def service_uri(port: CharDevice, *, strict: bool = False) -> str:
    """Give VMware's name for the other end of a `tcp` port, such as ``telnet://host:23``."""
    host = port.host or ""
    if ":" in host and not strict:
        host = f"[{host}]"
    return f"{_SCHEMES[port.protocol or 'raw']}://{host}:{port.service}"


def _read(reader: VmxReader, domain: Domain) -> None:
    for number in numbered_ports(reader, "serial"):
        domain.serials.append(_read_serial(reader, f"serial{number}", number))


def _write(domain: Domain, writer: VmxWriter) -> None:
    for port in domain.serials:
        check_number(port, writer)
        _write_serial(port, f"serial{port.port}", writer)


KIND = DeviceKind("Serial ports", _ROWS, _read, _write, prefixes=("serial#",))
