"""`<graphics>` and `<video>`: the remote display and the display adapter."""

from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, XmlError
from esxvirt.records import record
from esxvirt.xml.domain.elements import boolean, integer, lookup, required, unsigned, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Graphics", "Video", "format_graphics", "format_video", "parse_graphics", "parse_video"]

GRAPHICS_TYPES = ("sdl", "vnc", "rdp", "desktop", "spice", "egl-headless", "dbus")
VIDEO_MODELS = (
    "vga", "cirrus", "vmvga", "xen", "vbox", "qxl", "parallels", "virtio", "gop", "none", "bochs", "ramfb",
)  # fmt: skip


@record
class Graphics:
    """A remote display.

    Attributes:
        port: its TCP port; None if none is said, or chosen by the server when the machine starts.
        listen: the address it listens on.
    """

    type: str = "vnc"
    port: int | None = None
    auto_port: bool = False
    listen: str | None = None
    keymap: str | None = None
    password: str | None = None
    line: int = 0

    def __repr__(self) -> str:
        return f"Graphics(type={self.type!r}, port={self.port}, auto_port={self.auto_port}, listen={self.listen!r})"


@record
class Video:
    """A display adapter; `vram` in KiB."""

    model: str = "vmvga"
    vram: int = 4096
    heads: int = 0
    primary: bool = False
    accel3d: bool | None = None
    line: int = 0


def format_graphics(graphics: Graphics, lines: Lines, *, secure: bool, inactive: bool) -> None:
    """Write a `<graphics>`: the password only if `secure`, a port chosen at run time only if not `inactive`."""
    attributes = f"type='{graphics.type}'"
    if graphics.auto_port and (inactive or graphics.port is None):
        attributes += " port='-1'"
    elif graphics.port:
        attributes += f" port='{graphics.port}'"
    attributes += f" autoport='{'yes' if graphics.auto_port else 'no'}'"
    if graphics.listen is not None:
        attributes += f" listen='{escape(graphics.listen)}'"
    if graphics.keymap is not None:
        attributes += f" keymap='{escape(graphics.keymap)}'"
    if secure and graphics.password is not None:
        attributes += f" passwd='{escape(graphics.password)}'"
    lines.start(f"<graphics {attributes}>")
    address = "" if graphics.listen is None else f" address='{escape(graphics.listen)}'"
    lines.add(f"<listen type='address'{address}/>")
    lines.end("</graphics>")


def parse_graphics(element: "_Element") -> Graphics:
    """Read a `<graphics>`.

    Raises:
        XmlError: for wrong values.
    """
    required(element, "type")
    type_ = lookup(element, "type", GRAPHICS_TYPES) or ""
    graphics = Graphics(type=type_, line=where(element))
    try:
        port = integer(element, "port")
    except XmlError:
        raise EsxvirtError(f"cannot parse {type_} port {element.get('port')}") from None
    graphics.auto_port = port in {None, -1}
    if element.get("autoport") in {"yes", "no"}:
        graphics.auto_port = element.get("autoport") == "yes"
    graphics.port = None if graphics.auto_port else max(port or 0, 0)
    listen = element.find("listen")
    attribute = element.get("listen")
    nested = None if listen is None else listen.get("address")
    if attribute is not None and nested is not None and attribute != nested:
        raise XmlError(
            f"graphics 'listen' attribute '{attribute}' must match 'address' attribute of first listen element "
            f"(found '{nested}')"
        )
    graphics.listen = nested if attribute is None else attribute
    graphics.keymap = element.get("keymap")
    graphics.password = element.get("passwd")
    return graphics


def format_video(video: Video, lines: Lines) -> None:
    """Write a `<video>`."""
    attributes = f"type='{video.model}'"
    if video.vram:
        attributes += f" vram='{video.vram}'"
    if video.heads:
        attributes += f" heads='{video.heads}'"
    if video.primary:
        attributes += " primary='yes'"
    lines.start("<video>")
    if video.accel3d is None:
        lines.add(f"<model {attributes}/>")
    else:
        lines.start(f"<model {attributes}>")
        lines.add(f"<acceleration accel3d='{'yes' if video.accel3d else 'no'}'/>")
        lines.end("</model>")
    lines.end("</video>")


def parse_video(element: "_Element") -> Video:
    """Read a `<video>`; without a `<model>`, or without `vram`, the driver's default.

    Raises:
        XmlError: for wrong values.
    """
    video = Video(line=where(element))
    model = element.find("model")
    if model is None:
        return video
    video.model = lookup(model, "type", VIDEO_MODELS) or video.model
    memory = {name: unsigned(model, name, 0) for name in ("ram", "vram", "vram64", "vgamem")}
    if model.get("vram") is not None:
        video.vram = memory["vram"] or 0
    video.heads = unsigned(model, "heads", 0) or 0
    blob = lookup(model, "blob", ("on", "off"))
    video.primary = model.get("primary") == "yes"
    acceleration = model.find("acceleration")
    video.accel3d = None if acceleration is None else boolean(acceleration, "accel3d")
    resolution = model.find("resolution")
    if resolution is not None:
        for side in ("x", "y"):
            required(resolution, side)
            unsigned(resolution, side)
    _check_driver(element, video)
    for name in ("ram", "vram64", "vgamem"):
        if memory[name] and video.model != "qxl":
            raise ConfigUnsupportedError(f"{name} attribute only supported for video type qxl")
    if blob == "on" and video.model != "virtio":
        raise ConfigUnsupportedError(f"video type '{video.model}' does not support blob resources")
    return video


def _check_driver(element: "_Element", video: Video) -> None:
    """Refuse a wrong `<driver>`, as libvirt does; VMware has none."""
    driver = element.find("driver")
    if driver is None:
        return
    name = lookup(driver, "name", ("qemu", "vhostuser"))
    for switch in ("iommu", "ats", "packed", "page_per_vq"):
        lookup(driver, switch, ("on", "off"))
    if name == "vhostuser" and video.model != "virtio":
        raise ConfigUnsupportedError("'vhostuser' driver is only supported with 'virtio' device")
