"""Opening a connection for the command line: prompts, keepalive, and errors as virsh words them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import prompts
from esxvirt.cli.failures import Failed
from esxvirt.cli.questions import ask_person

if TYPE_CHECKING:
    from esxvirt.cli.esx_protocol import Esx
    from esxvirt.cli.output import Output
    from esxvirt.cli.protocols import Connection, Libvirt
    from esxvirt.cli.settings import Settings
    from esxvirt.cli.task_progress import TaskProgress

__all__ = ["connect"]

_NO_URI = (
    "no connection URI: name the server with -c, such as 'esxvirsh -c esx://root@example-esx.com/ list --all', "
    "or set LIBVIRT_DEFAULT_URI; 'sim:///esx' needs no server"
)


def connect(
    libvirt: Libvirt,
    esx: Esx | None,
    settings: Settings,
    output: Output,
    uri: str | None,
    *,
    read_only: bool,
    progress: TaskProgress,
) -> Connection:
    """Open a connection, asking for what credentials are missing.

    Args:
        libvirt: the first module of `esxvirt.cli.api.load`.
        esx: the second one, or None.
        settings: keepalive options, and whether to ask.
        output: where errors go.
        uri: or a short name for one; None or empty takes LIBVIRT_DEFAULT_URI, or libvirt.conf's `uri_default`.
        read_only: refuse writes.
        progress: who is told of the progress of tasks.

    Raises:
        Failed: no connection; the message is virsh's, and its cause libvirt's error.
    """
    try:
        name = uri if esx is None else esx.resolve(uri)  # the real libvirt reads its configuration by itself
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
    if esx is not None:
        _prepare(libvirt, esx, settings, connection, read_only=read_only, progress=progress)
    if settings.keepalive_interval > 0:
        _keep_alive(libvirt, settings, output, connection)
    return connection


def _prepare(
    libvirt: Libvirt,
    esx: Esx,
    settings: Settings,
    connection: Connection,
    *,
    read_only: bool,
    progress: TaskProgress,
) -> None:
    """Do with a connection what only our library can: its host, questions, progress, deadline."""
    if settings.host is not None:
        try:
            esx.narrow(connection, settings.host)
        except libvirt.libvirtError as error:
            connection.close()
            raise Failed("failed to connect to the hypervisor", cause=error) from error
    if not read_only:
        ask_person(esx, connection, progress.clear)
        progress.install(esx, connection)
    if settings.task_deadline is not None:
        esx.set_task_deadline(connection, settings.task_deadline)


def _keep_alive(libvirt: Libvirt, settings: Settings, output: Output, connection: Connection) -> None:
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
