"""Opening a connection for the command line: prompts, keepalive, and errors as virsh words them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import prompts
from esxvirt.cli.failures import Failed
from esxvirt.cli.questions import ask_person

if TYPE_CHECKING:
    from types import ModuleType

    from esxvirt.cli.api import Connection
    from esxvirt.cli.output import Output
    from esxvirt.cli.settings import Settings
    from esxvirt.cli.task_progress import TaskProgress

__all__ = ["connect"]

_NO_URI = (
    "no connection URI: name the server with -c, such as 'esxvirsh -c esx://root@example-esx.com/ list --all', "
    "or set LIBVIRT_DEFAULT_URI; 'sim:///esx' needs no server"
)


def connect(
    libvirt: ModuleType,
    settings: Settings,
    output: Output,
    uri: str | None,
    *,
    read_only: bool,
    progress: TaskProgress,
) -> Connection:
    """Open a connection, asking for what credentials are missing.

    Args:
        libvirt: the module of `esxvirt.cli.api.load`.
        settings: keepalive options, and whether to ask.
        output: where errors go.
        uri: or a short name for one; None or empty takes LIBVIRT_DEFAULT_URI, or libvirt.conf's `uri_default`.
        read_only: refuse writes.
        progress: who is told of the progress of tasks.

    Raises:
        Failed: no connection; the message is virsh's, and its cause libvirt's error.
    """
    configuration = getattr(libvirt, "_configuration", None)  # the real libvirt reads its own
    try:
        name = uri if configuration is None else configuration.resolve(uri)
    except libvirt.libvirtError as error:
        raise Failed("failed to connect to the hypervisor", cause=error) from error
    if not name:
        raise Failed("failed to connect to the hypervisor", _NO_URI)
    flags = libvirt.VIR_CONNECT_RO if read_only else 0
    try:
        connection = libvirt.openAuth(
            name, [prompts.CREDENTIAL_TYPES, prompts.answer if settings.ask else prompts.decline, None], flags
        )
    except libvirt.libvirtError as error:
        raise Failed("failed to connect to the hypervisor", cause=error) from error
    if settings.host is not None:
        _narrow(libvirt, connection, settings.host)
    if not read_only:
        ask_person(connection, progress.clear)
        progress.install(connection)
    if settings.task_deadline is not None and hasattr(connection, "setTaskDeadline"):
        connection.setTaskDeadline(settings.task_deadline)
    if settings.keepalive_interval > 0:
        _keep_alive(libvirt, settings, output, connection)
    return connection


def _narrow(libvirt: ModuleType, connection: Connection, host: str) -> None:
    try:
        connection.narrow(host)
    except libvirt.libvirtError as error:
        connection.close()
        raise Failed("failed to connect to the hypervisor", cause=error) from error


def _keep_alive(libvirt: ModuleType, settings: Settings, output: Output, connection: Connection) -> None:
    if not settings.keepalive_forced:
        # virsh asks by itself, and ESX's driver refuses: a shell that nobody uses is no reason to hold a session.
        output.debug(1, "Failed to setup keepalive on connection")
        return
    try:
        connection.setKeepAlive(settings.keepalive_interval, settings.keepalive_count)
    except libvirt.libvirtError as error:
        output.error("Cannot setup keepalive on connection as requested, disconnecting")
        connection.close()
        raise Failed("failed to connect to the hypervisor", cause=error) from error
