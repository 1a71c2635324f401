"""``logout``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def log_out(virsh: Virsh, arguments: Arguments) -> None:
    """End sessions that were kept for later runs, on their servers and here."""
    arguments.exclusive("all", "name")
    uri = virsh.ours.resolve(arguments.text("name") or virsh.uri)
    if not uri and not arguments.flag("all"):
        raise Failed("no connection URI: name the server whose sessions are to end, or all of them with --all")
    ended = virsh.ours.end_kept_sessions(None if arguments.flag("all") else uri)
    troubles = [f"the session of '{user}' on '{server}': {trouble}" for server, user, trouble in ended if trouble]
    for server, user, trouble in ended:
        if not trouble:
            virsh.aside(f"Session of '{user}' on '{server}' ended\n")
    if not ended:
        virsh.aside("No session is kept\n")
    if troubles:
        raise Failed(*troubles)


COMMANDS = (
    Command(
        "logout",
        "end the sessions that are kept for later runs",
        log_out,
        "With ESXVIRT_SESSION_CACHE=1 in the environment, sessions outlive a run, and later ones need not log "
        "in. This ends them.",
        (string("name", "hypervisor connection URI"), flag("all", "end the sessions on all servers")),
        needs_connection=False,
        before_connection=True,
    ),
)
