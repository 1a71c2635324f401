"""``domtime``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from esxvirt.cli.arguments import LONG_LONG
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, number

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the guest's time, or set it."""
    for one, other in (("time", "now"), ("time", "sync"), ("now", "sync")):
        arguments.exclusive(one, other)
    domain = domain_of(virsh, arguments)
    given = arguments.number("time", LONG_LONG)
    if given is None and not arguments.flag("now") and not arguments.flag("sync"):
        seconds = domain.getTime()["seconds"]
        if arguments.flag("pretty"):
            virsh.write(f"Time: {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(seconds))}")
        else:
            virsh.write(f"Time: {seconds}")
        return
    now = time.time_ns() if arguments.flag("now") else 0
    when = {"seconds": given if given is not None else now // 10**9, "nseconds": now % 10**9}
    domain.setTime(when, virsh.libvirt.VIR_DOMAIN_TIME_SYNC if arguments.flag("sync") else 0)


COMMANDS = (
    Command(
        "domtime",
        "domain time",
        show,
        "Gets or sets the domain's system time",
        (
            DOMAIN,
            flag("now", "set to the time of the host running virsh"),
            flag("pretty", "print domain's time in human readable form"),
            flag("sync", "instead of setting given time, synchronize from domain's RTC"),
            number("time", "time to set"),
        ),
    ),
)
