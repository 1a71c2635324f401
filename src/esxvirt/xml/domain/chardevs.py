"""`<serial>`, `<parallel>` and `<console>`: character devices."""

from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError
from esxvirt.records import record
from esxvirt.xml.domain.elements import boolean, lookup, required, unsigned, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["CharDevice", "format_char_device", "parse_char_device"]

TYPES = (
    "null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc", "spiceport", "nmdm",
    "qemu-vdagent", "dbus",
)  # fmt: skip
_PROTOCOLS = ("raw", "telnet", "telnets", "tls")


@record
class CharDevice:
    """A character device; `kind` is its element, `port` its number among its kind.

    Attributes:
        path: of a device, a file or a pipe.
        mode, host, service, protocol: of `tcp`; `mode` is ``bind`` (server) or ``connect`` (client).
        target_type: of a console, what it shows: ``serial``.
    """

    kind: str
    type: str
    port: int = 0
    path: str | None = None
    mode: str | None = None
    host: str | None = None
    service: str | None = None
    protocol: str | None = None
    target_type: str | None = None
    line: int = 0


def format_char_device(device: CharDevice, lines: Lines) -> None:
    """Write the device."""
    lines.start(f"<{device.kind} type='{device.type}'>")
    if device.type == "tcp":
        lines.add(
            f"<source mode='{device.mode or 'connect'}' host='{escape(device.host or '')}' "
            f"service='{escape(device.service or '')}'/>"
        )
        lines.add(f"<protocol type='{device.protocol or 'raw'}'/>")
    elif device.path is not None:
        lines.add(f"<source path='{escape(device.path)}'/>")
    target_type = "" if device.target_type is None else f"type='{device.target_type}' "
    lines.add(f"<target {target_type}port='{device.port}'/>")
    lines.end(f"</{device.kind}>")


def parse_char_device(element: "_Element") -> CharDevice:
    """Read the device; a missing port is -1, for `implied` to number.

    Raises:
        EsxvirtError: for wrong values and a missing source.
    """
    kind = str(element.tag)
    type_ = element.get("type", "null")
    if type_ not in TYPES:
        raise ConfigUnsupportedError(f"unknown type presented to host for character device: {type_}")
    device = CharDevice(kind, type_, line=where(element))
    target = element.find("target")
    port = None if target is None else unsigned(target, "port")
    device.port = -1 if port is None else port
    if kind == "console":
        device.target_type = "serial" if target is None else target.get("type", "serial")
    source = element.find("source")
    if type_ in {"dev", "file", "pipe"}:
        device.path = None if source is None else source.get("path")
        if device.path is None:
            raise EsxvirtError("Missing source path attribute for char device")
    elif type_ in {"tcp", "udp"} and source is not None:
        device.mode = lookup(source, "mode", ("connect", "bind")) or "connect"
        device.host = source.get("host")
        device.service = source.get("service")
    if type_ == "udp" and device.service is None:
        raise EsxvirtError("Missing source service attribute for char device")
    if type_ == "tcp":
        if device.host is None:
            raise EsxvirtError("Missing source host attribute for char device")
        if device.service is None:
            raise EsxvirtError("Missing source service attribute for char device")
        protocol = element.find("protocol")
        device.protocol = "raw" if protocol is None else lookup(protocol, "type", _PROTOCOLS, "raw")
    _check_idle(element, source)
    return device


def _check_idle(element: "_Element", source: "_Element | None") -> None:
    """Refuse wrong values, as libvirt does, of what has no place on VMware."""
    if source is not None:
        lookup(source, "append", ("on", "off"))
        boolean(source, "tls")
        reconnect = source.find("reconnect")
        if reconnect is not None and boolean(reconnect, "enabled"):
            required(reconnect, "timeout")
            unsigned(reconnect, "timeout")
    log = element.find("log")
    if log is not None:
        lookup(log, "append", ("on", "off"))
