"""libvirt-python's libvirt_qemu: names that programs import. What is QEMU's own no VMware product has.

Each function raises libvirtError VIR_ERR_NO_SUPPORT, as libvirt-python's do on such connections.
"""

from collections.abc import Callable
from typing import IO, Any

from esxvirt import libvirt
from esxvirt.libvirt._methods import refuse

__all__ = [
    "VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE",
    "VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN",
    "VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT",
    "VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP",
    "qemuAgentCommand",
    "qemuAttach",
    "qemuMonitorCommand",
    "qemuMonitorCommandWithFiles",
    "qemuMonitorEventDeregister",
    "qemuMonitorEventRegister",
]

VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX = 1
VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE = 2

VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK = -2
VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN = -2
VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT = -1
VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT = 0
VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN = 60

VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT = 0
VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP = 1


def qemuAgentCommand(domain: libvirt.virDomain, cmd: str, timeout: int, flags: int) -> str:
    """Refuse: there is no QEMU guest agent."""
    _ = (cmd, timeout, flags)
    refuse(domain, "virDomainQemuAgentCommand")


def qemuAttach(conn: libvirt.virConnect, pid_value: int, flags: int) -> libvirt.virDomain:
    """Refuse: there are no processes of QEMU."""
    _ = (pid_value, flags)
    refuse(conn, "virDomainQemuAttach")


def qemuMonitorCommand(domain: libvirt.virDomain, cmd: str, flags: int) -> str:
    """Refuse: there is no monitor of QEMU."""
    _ = (cmd, flags)
    refuse(domain, "virDomainQemuMonitorCommand")


def qemuMonitorCommandWithFiles(
    domain: libvirt.virDomain,
    cmd: str,
    files: list[int] = [],  # noqa: B006  libvirt-python's signature; nobody changes it
    flags: int = 0,
) -> tuple[str, list[IO[Any]]]:
    """Refuse: there is no monitor of QEMU."""
    _ = (cmd, files, flags)
    refuse(domain, "virDomainQemuMonitorCommandWithFiles")


def qemuMonitorEventRegister(
    conn: libvirt.virConnect,
    dom: libvirt.virDomain | None,
    event: str | None,
    cb: Callable[[libvirt.virConnect, libvirt.virDomain, str, int, int, str, Any], None],
    opaque: Any,
    flags: int = 0,
) -> int:
    """Refuse: there is no monitor of QEMU."""
    _ = (dom, event, cb, opaque, flags)
    refuse(conn, "virConnectDomainQemuMonitorEventRegister")


def qemuMonitorEventDeregister(conn: libvirt.virConnect, callbackID: int) -> None:
    """Refuse: there is no monitor of QEMU."""
    _ = callbackID
    refuse(conn, "virConnectDomainQemuMonitorEventDeregister")


def _dispatchQemuMonitorEventCallback(
    conn: libvirt.virConnect, dom: Any, event: str, seconds: int, micros: int, details: str, cbData: dict[str, Any]
) -> int:
    """Call what a program registered for such an event; 0."""
    cbData["cb"](conn, libvirt.virDomain(conn, _obj=dom), event, seconds, micros, details, cbData["opaque"])
    return 0
