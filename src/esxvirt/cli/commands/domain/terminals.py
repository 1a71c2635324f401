"""``console`` and ``ttyconsole``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml, running
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def connect(virsh: Virsh, arguments: Arguments) -> None:
    """Connect the terminal to a serial port, as far as the driver can: VMware offers none through its API."""
    domain = domain_of(virsh, arguments)
    device = arguments.text("devname")
    if not running(domain):
        raise Failed("The domain is not running")
    if not sys.stdin.isatty():
        raise Failed("Cannot run interactive console without a controlling TTY")
    libvirt, escape = virsh.libvirt, virsh.settings.escape
    flags = 0
    for option, value in (
        ("force", libvirt.VIR_DOMAIN_CONSOLE_FORCE),
        ("safe", libvirt.VIR_DOMAIN_CONSOLE_SAFE),
    ):
        if arguments.flag(option):
            flags |= value
    domain.openConsole(device, virsh.connection.newStream(0), flags)
    virsh.line(f"Connected to domain '{domain.name()}'")
    how = f" (Ctrl + {escape[1:]})" if escape.startswith("^") else ""
    virsh.line(f"Escape character is {escape}{how}")
    virsh.output.flush()


def show_terminal(virsh: Virsh, arguments: Arguments) -> None:
    """Print the terminal of the host that the console is at; virsh says nothing where there is none."""
    root = domain_xml(virsh, domain_of(virsh, arguments))
    terminal = next((found for found in root.findall("devices/console") if found.get("tty")), None)
    if terminal is None:
        raise Failed
    virsh.line(terminal.get("tty"))


COMMANDS = (
    Command(
        "console",
        "connect to the guest console",
        connect,
        "Connect the virtual serial console for the guest",
        (
            DOMAIN,
            string("devname", "character device name"),
            flag("force", "force console connection (disconnect already connected sessions)"),
            flag("resume", "resume a paused guest after connecting to console"),
            flag("safe", "only connect if safe console handling is supported"),
        ),
    ),
    Command(
        "ttyconsole",
        "tty console",
        show_terminal,
        "Output the device for the TTY console.",
        (DOMAIN,),
    ),
)
