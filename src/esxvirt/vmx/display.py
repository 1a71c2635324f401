"""The remote display and the display adapter: `RemoteDisplay.vnc`, `svga`."""

from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PLAIN, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.graphics import Graphics, Video
from esxvirt.xml.domain.model import Domain

__all__ = ["ROWS", "VNC_ROWS", "read_graphics", "read_video", "write_graphics", "write_video"]

VNC_ROWS = (
    Row("{}.ip", "devices/graphics/@listen", "listen", PLAIN),
    Row("{}.keymap", "devices/graphics/@keymap", "keymap", PLAIN),
    Row("{}.password", "devices/graphics/@passwd", "password", PLAIN),
)

ROWS = (
    Row("RemoteDisplay.vnc.enabled", "devices/graphics"),
    Row("RemoteDisplay.vnc.port", "devices/graphics/@port", note="chosen by the server without the key"),
    *(Row(row.key.format("RemoteDisplay.vnc"), row.xml, row.field, row.kind) for row in VNC_ROWS),
    Row("svga.vramSize", "devices/video/model/@vram", note="bytes; 4096 KiB without the key"),
)

_VNC = "RemoteDisplay.vnc"
_DEFAULT_VRAM = 4096
_HIGHEST_PORT = 65535


def read_graphics(reader: VmxReader, domain: Domain) -> None:
    """Add the remote display.

    Raises:
        VmxError: under `strict`, for wrong values.
    """
    if not reader.boolean(f"{_VNC}.enabled", False):
        return
    port = reader.integer(f"{_VNC}.port", -1)
    graphics = Graphics(auto_port=port < 0, port=port if port >= 0 else None)
    if port > _HIGHEST_PORT:
        reader.note(f"{port} is no port; kept as it is", f"{_VNC}.port")
    read_rows(VNC_ROWS, reader, _VNC, graphics)
    domain.graphics.append(graphics)


def read_video(reader: VmxReader, domain: Domain) -> None:
    """Add the display adapter, which every machine has.

    Raises:
        VmxError: under `strict`, for wrong values.
    """
    size = reader.integer("svga.vramSize", 0)
    domain.videos.append(Video(vram=-(-size // 1024) if size > 0 else _DEFAULT_VRAM, primary=True))


def write_graphics(domain: Domain, writer: VmxWriter) -> None:
    """Write the remote display.

    Raises:
        ConfigUnsupportedError: for other kinds than VNC.
    """
    for graphics in domain.graphics:
        if graphics.type != "vnc":
            writer.unsupported(
                f"Unsupported graphics type '{graphics.type}'",
                "devices/graphics",
                graphics.line,
                f"'{graphics.type}' is left out",
            )
            continue
        writer.put(f"{_VNC}.enabled", "true")
        if graphics.port is not None and not graphics.auto_port:
            writer.put(f"{_VNC}.port", str(graphics.port))
        write_rows(VNC_ROWS, writer, _VNC, graphics)


def write_video(domain: Domain, writer: VmxWriter) -> None:
    """Write the display adapter.

    Raises:
        EsxvirtError: for more than one, and for other models.
    """
    if len(domain.videos) > 1:
        raise VmxError("No support for multiple video devices")
    for video in domain.videos:
        if video.model != "vmvga":
            raise ConfigUnsupportedError(f"Unsupported video device type '{video.model}'")
        if video.heads > 1:
            raise ConfigUnsupportedError("Multi-head video devices are unsupported")
        # VMware takes powers of two.
        writer.put("svga.vramSize", str(1024 * _power_of_two(video.vram or _DEFAULT_VRAM)))


def _power_of_two(number: int) -> int:
    power = 1
    while power < number:
        power *= 2
    return power
