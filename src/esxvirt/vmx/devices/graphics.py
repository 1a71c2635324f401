"""The remote display: `RemoteDisplay.vnc`."""

from typing import Any

from esxvirt.records import replace
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PLAIN, PRESENT, Kind, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.graphics import Graphics
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_VNC = "RemoteDisplay.vnc"
_HIGHEST_PORT = 65535


class _Port(Kind):
    def read(self, reader: VmxReader, key: str, default: Any) -> Any:
        port = reader.integer(key, -1)
        if port > _HIGHEST_PORT:
            reader.note(f"{port} is no port; kept as it is", key)
        return port if port >= 0 else default

    def write(self, value: Any) -> str | None:
        return None if value is None else str(value)


_ROWS = (
    Row("RemoteDisplay.vnc.enabled", "devices/graphics", kind=PRESENT),
    Row(
        "RemoteDisplay.vnc.port",
        "devices/graphics/@port",
        "port",
        _Port(),
        note="chosen by the server without the key",
    ),
    Row("RemoteDisplay.vnc.ip", "devices/graphics/@listen", "listen", PLAIN),
    Row("RemoteDisplay.vnc.keymap", "devices/graphics/@keymap", "keymap", PLAIN),
    Row("RemoteDisplay.vnc.password", "devices/graphics/@passwd", "password", PLAIN),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    if not reader.boolean(f"{_VNC}.enabled", False):
        return
    graphics = Graphics()
    read_rows(_ROWS, reader, "", graphics)
    graphics.auto_port = graphics.port is None
    domain.graphics.append(graphics)


def _write(domain: Domain, writer: VmxWriter) -> None:
    for graphics in domain.graphics:
        if graphics.type != "vnc":
            writer.unsupported(
                f"Unsupported graphics type '{graphics.type}'",
                "devices/graphics",
                graphics.line,
                f"'{graphics.type}' is left out",
            )
            continue
        # A port that was chosen when the machine started is not asked for again.
        asked = replace(graphics, port=None) if graphics.auto_port else graphics
        write_rows(_ROWS, writer, "", asked)


KIND = DeviceKind("Remote display", _ROWS, _read, _write, prefixes=(_VNC,), switch="enabled")
