"""The display adapter, which every machine has: `svga`."""

from typing import Any

from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.records import replace
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Kind, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.graphics import Video
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_DEFAULT_VRAM = 4096


class _Memory(Kind):
    """KiB in the model, and bytes in the file.

    VMware has people set what their screens need, width x height x 4: that need be no power of two, which libvirt makes
    of it.
    """

    def read(self, reader: VmxReader, key: str, default: Any) -> Any:
        size = reader.integer(key, 0)
        return -(-size // 1024) if size > 0 else default

    def write(self, value: Any) -> str | None:
        return str(1024 * (value or _DEFAULT_VRAM))


_ROWS = (
    Row(
        "svga.vramSize",
        "devices/video/model/@vram",
        "vram",
        _Memory(),
        _DEFAULT_VRAM,
        note="bytes; 4096 KiB without the key",
    ),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    video = Video(primary=True)
    read_rows(_ROWS, reader, "", video)
    domain.videos.append(video)


def _write(domain: Domain, writer: VmxWriter) -> None:
    if len(domain.videos) > 1:
        raise VmxError("No support for multiple video devices")
    for video in domain.videos:
        if video.model != "vmvga":
            message = f"Unsupported video device type '{video.model}'"
            raise ConfigUnsupportedError(message if writer.strict else f"{message}: VMware has vmvga")
        if video.heads > 1:
            raise ConfigUnsupportedError("Multi-head video devices are unsupported")
        written = replace(video, vram=_power_of_two(video.vram or _DEFAULT_VRAM)) if writer.strict else video
        write_rows(_ROWS, writer, "", written)


def _power_of_two(size: int) -> int:
    power = 1
    while power < size:
        power *= 2
    return power


# Without a prefix: the adapter stays when the XML does not mention it, and so do its other keys.
KIND = DeviceKind("Display adapter", _ROWS, _read, _write)
