"""``vncdisplay`` and ``domdisplay``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import INT, parse_number
from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml, running
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_VNC_BASE = 5900
_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104  looked for, not bound to
_TYPES = ("vnc", "spice", "rdp", "dbus")


def _running(virsh: Virsh, arguments: Arguments) -> Domain:
    domain = domain_of(virsh, arguments)
    if not running(domain):
        raise Failed("Domain is not running")
    return domain


def _port(graphics: Any, attribute: str) -> int | None:
    return parse_number(graphics.get(attribute) or "", INT)


def _address(graphics: Any) -> str | None:
    """Return the address that the server listens on, as attribute or as element."""
    given: str | None = graphics.get("listen")
    if given is None:
        listen = graphics.find("listen")
        given = None if listen is None else listen.get("address")
    return given


def show_vnc(virsh: Virsh, arguments: Arguments) -> None:
    """Print ``[ADDRESS]:DISPLAY`` of the VNC server."""
    root = domain_xml(virsh, _running(virsh, arguments))
    graphics = root.find("devices/graphics[@type='vnc']")
    port = None if graphics is None else _port(graphics, "port")
    if port is None or port < 0:
        raise Failed("Failed to get VNC port. Is this domain using VNC?")
    address = _address(graphics)
    if address is None or address == "0.0.0.0":  # noqa: S104  looked for, not bound to
        address = ""
    virsh.line(f"{address}:{port - _VNC_BASE}")


def show_all(virsh: Virsh, arguments: Arguments) -> None:
    """Print the URI of the first graphical display, or of all of them."""
    arguments.exclusive("all", "type")
    domain = _running(virsh, arguments)
    wanted = arguments.text("type")
    flags = virsh.libvirt.VIR_DOMAIN_XML_SECURE if arguments.flag("include-password") else 0
    root = domain_xml(virsh, domain, flags)
    uris = [
        uri
        for kind in _TYPES
        if wanted in {None, kind}
        for graphics in [root.find(f"devices/graphics[@type='{kind}']")]
        if graphics is not None
        for uri in [_display_uri(kind, graphics)]
        if uri
    ]
    if not uris:
        raise Failed(
            "No graphical display found" if wanted is None else f"No graphical display with type '{wanted}' found"
        )
    if arguments.flag("all"):
        virsh.write("".join(uri + "\n" for uri in uris))
    else:
        virsh.write(uris[0])


def _display_uri(kind: str, graphics: Any) -> str | None:
    port, tls_port = _port(graphics, "port") or 0, _port(graphics, "tlsPort") or 0
    if not port and not tls_port:
        return None
    password = graphics.get("passwd")
    address = _address(graphics)
    if address is None or address in _ANY_ADDRESS:
        address = "localhost"
    uri = f"{kind}://"
    if kind == "vnc" and password:
        uri += f":{password}@"
    uri += f"[{address}]" if ":" in address else address
    if port:
        uri += f":{port - _VNC_BASE if kind == 'vnc' else port}"
    parameters = [f"tls-port={tls_port}"] if tls_port else []
    if kind == "spice" and password:
        parameters.append(f"password={password}")
    return uri + ("?" + "&".join(parameters) if parameters else "")


COMMANDS = (
    Command(
        "domdisplay",
        "domain display connection URI",
        show_all,
        "Output the IP address and port number for the graphical display.",
        (
            DOMAIN,
            flag("include-password", "includes the password into the connection URI if available"),
            string(
                "type", 'select particular graphical display (e.g. "vnc", "spice", "rdp", "dbus")', by_position=True
            ),
            flag("all", "show all possible graphical displays"),
        ),
    ),
    Command(
        "vncdisplay",
        "vnc display",
        show_vnc,
        "Output the IP address and port number for the VNC display.",
        (DOMAIN,),
    ),
)
