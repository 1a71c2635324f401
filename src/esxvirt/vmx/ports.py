"""Serial and parallel ports: `serial0`, `parallel0` and on."""

import re

from esxvirt.errors import VmxError
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.model import Domain

__all__ = ["ROWS", "read_ports", "service_uri", "write_ports"]

ROWS = (
    Row("{}.present", "devices/serial, devices/parallel", note="serial 0 to 3, parallel 0 to 2 for libvirt"),
    Row("{}.startConnected", "", write=False, note="has no place in the XML"),
    Row("{}.fileType", "devices/serial/@type", note="device: dev; file; pipe; network: tcp; all others: null"),
    Row("{}.fileName", "devices/serial/source", note="a path, or `PROTOCOL://HOST:PORT`"),
    Row(
        "{}.network.endPoint",
        "devices/serial/source/@mode",
        note="server: bind; client: connect; server without the key",
    ),
    Row("{}.vspc", "", write=False, note="a concentrator's address has no place in the XML"),
    Row("{}.pipe.endPoint", "", note="written as client"),
    Row("{}.tryNoRxLoss", "", note="written as false for pipes"),
    Row("{}.yieldOnMsrRead", "", note="written as true"),
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
_LIMITS = {"serial": 4, "parallel": 3}
_PORT = re.compile(r"(serial|parallel)(0|[1-9][0-9]?)\.present")
_URI_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


def read_ports(reader: VmxReader, domain: Domain) -> None:
    """Add the serial and parallel ports.

    Raises:
        VmxError: under `strict`, for what libvirt refuses.
    """
    found = sorted((match[1], int(match[2])) for match in map(_PORT.fullmatch, reader.values) if match)
    for kind, number in found:
        name = f"{kind}{number}"
        if reader.strict and number >= _LIMITS[kind]:
            continue
        if not reader.boolean(f"{name}.present", False):
            continue
        if kind == "serial":
            domain.serials.append(_read_serial(reader, name, number))
        else:
            domain.parallels.append(_read_parallel(reader, name, number))


def _read_serial(reader: VmxReader, name: str, number: int) -> CharDevice:
    written = reader.string(f"{name}.fileType")
    kind = "device" if written is None else written.lower()
    file_name = reader.plain(f"{name}.fileName")
    port = CharDevice("serial", "null", number)
    if kind == "device":
        port.type, port.path = "dev", file_name
    elif kind == "file":
        _read_file(reader, name, file_name, port)
    elif kind == "pipe":
        port.type, port.path = "pipe", file_name
        if file_name is None and not reader.strict:
            _no_file_name(reader, name, port)
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


def _read_file(reader: VmxReader, name: str, file_name: str | None, port: CharDevice) -> None:
    if file_name is None:
        _no_file_name(reader, name, port)
        return
    port.type = "file"
    port.path = reader.file_name(f"{name}.fileName", file_name)


def _no_file_name(reader: VmxReader, name: str, port: CharDevice) -> None:
    # libvirt crashes here.
    reader.refuse_or_note(
        f"Missing essential config entry '{name}.fileName'",
        f"{name}.present",
        "no file name; the port is kept, with nothing behind it",
    )
    port.type = "null"


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
    key = f"{name}.network.endPoint"
    end_point = reader.string(key)
    lowered = "server" if end_point is None else end_point.lower()
    if lowered not in {"server", "client"}:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be 'server' or 'client' but found '{end_point}'", key, "read as server"
        )
    port.type = "tcp"
    port.mode = "connect" if lowered == "client" else "bind"


def _split_uri(text: str, *, any_host: bool) -> tuple[str, str, str] | None:
    """Take ``PROTOCOL://HOST:PORT`` apart; None if it is none, for which libvirt has nothing behind the port.

    `any_host` takes ``PROTOCOL://:PORT``, which VMware means as any address and libvirt cannot read.
    """
    from urllib.parse import urlsplit  # noqa: PLC0415  few machines have such a port

    if not text or _URI_UNSAFE.search(text):
        return None
    try:
        uri = urlsplit(text)
        number = uri.port
    except ValueError:
        return None
    if not number or (uri.hostname is None and not any_host):
        return None
    # The host as written: urlsplit's own is in lower case.
    host = uri.netloc.rpartition("@")[2].rpartition(":")[0].removeprefix("[").removesuffix("]")
    return uri.scheme, host, str(number)


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
        _read_file(reader, name, file_name, port)
    return port


# Writing


def write_ports(domain: Domain, writer: VmxWriter) -> None:
    """Write the serial ports, then the parallel ones.

    Raises:
        EsxvirtError: for ports that VMware does not have.
    """
    for serial in domain.serials:
        _check_number(serial, writer)
        _write_serial(serial, f"serial{serial.port}", writer)
    for parallel in domain.parallels:
        _check_number(parallel, writer)
        _write_parallel(parallel, f"parallel{parallel.port}", writer)


def _check_number(port: CharDevice, writer: VmxWriter) -> None:
    limit = _LIMITS[port.kind]
    if port.port >= limit:
        name = port.kind.capitalize()
        message = f"{name} port index {port.port} out of [0..{limit - 1}] range"
        writer.refuse_or_note(VmxError(message), f"devices/{port.kind}", port.line, f"{message}; VMware may refuse it")


def _write_serial(port: CharDevice, name: str, writer: VmxWriter) -> None:
    if port.type == "null" and not writer.strict:
        # What is read as nothing behind the port.
        writer.put(f"{name}.present", "true")
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
    writer.put(f"{name}.present", "true")
    if port.type == "dev":
        writer.put(f"{name}.fileType", "device")
        writer.put(f"{name}.fileName", port.path or "")
    elif port.type == "file":
        writer.put(f"{name}.fileType", "file")
        writer.put(f"{name}.fileName", writer.file_name(port.path or "", port.line))
    elif port.type == "pipe":
        writer.put(f"{name}.fileType", "pipe")
        writer.put(f"{name}.pipe.endPoint", "client")
        writer.put(f"{name}.tryNoRxLoss", "false")
        writer.put(f"{name}.fileName", port.path or "")
    else:
        writer.put(f"{name}.fileType", "network")
        writer.put(f"{name}.fileName", service_uri(port, strict=writer.strict))
        writer.put(f"{name}.network.endPoint", "server" if port.mode == "bind" else "client")
    writer.put(f"{name}.yieldOnMsrRead", "true")


def service_uri(port: CharDevice, *, strict: bool = False) -> str:
    """Give VMware's name for the other end of a `tcp` port, such as ``telnet://host:23``."""
    host = port.host or ""
    if ":" in host and not strict:
        host = f"[{host}]"
    return f"{_SCHEMES[port.protocol or 'raw']}://{host}:{port.service}"


def _write_parallel(port: CharDevice, name: str, writer: VmxWriter) -> None:
    if port.type not in {"dev", "file"}:
        writer.unsupported(
            f"Unsupported character device type '{port.type}'",
            "devices/parallel",
            port.line,
            f"'{port.type}' is left out",
        )
        return
    writer.put(f"{name}.present", "true")
    writer.put(f"{name}.fileType", "device" if port.type == "dev" else "file")
    path = port.path or ""
    writer.put(f"{name}.fileName", path if port.type == "dev" else writer.file_name(path, port.line))
