"""``hostname``, ``uri`` and ``version``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show_hostname(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the host's name."""
    with virsh.failing("failed to get hostname"):
        virsh.line(virsh.connection.getHostname())


def show_uri(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the connection's URI."""
    with virsh.failing("failed to get URI"):
        virsh.line(virsh.connection.getURI())


def _dotted(version: int) -> str:
    return f"{version // 1000000}.{version // 1000 % 1000}.{version % 1000}"


def show_version(virsh: Virsh, arguments: Arguments) -> None:
    """Print the versions of the library, of the driver's interface and of the hypervisor."""
    with virsh.failing("failed to get hypervisor type"):
        kind = virsh.connection.getType()
    library = _dotted(virsh.libvirt.getVersion())
    virsh.line(f"Compiled against library: libvirt {library}")
    virsh.line(f"Using library: libvirt {library}")
    virsh.line(f"Using API: {kind} {library}")
    with virsh.failing("failed to get the hypervisor version"):
        version = virsh.connection.getVersion()
    if version:
        virsh.line(f"Running hypervisor: {kind} {_dotted(version)}")
    else:
        virsh.line(f"Cannot extract running {kind} hypervisor version")
    if arguments.flag("daemon"):
        with virsh.failing("failed to get the daemon version"):
            virsh.line(f"Running against daemon: {_dotted(virsh.connection.getLibVersion())}")


COMMANDS = (
    Command("hostname", "print the hypervisor hostname", show_hostname),
    Command("uri", "print the hypervisor canonical URI", show_uri),
    Command(
        "version",
        "show version",
        show_version,
        "Display the system version information.",
        (flag("daemon", "report daemon version too"),),
    ),
)
