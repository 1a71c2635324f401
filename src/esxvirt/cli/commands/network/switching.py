"""``net-start``, ``net-destroy`` and ``net-autostart``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.network.common import NETWORK, network_of
from esxvirt.cli.declare import Command, flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def autostart(virsh: Virsh, arguments: Arguments) -> None:
    """Have a network start with its host, or not."""
    network = network_of(virsh, arguments)
    name, start = arguments.required("network"), not arguments.flag("disable")
    with virsh.failing(f"failed to {'' if start else 'un'}mark network {name} as autostarted"):
        network.setAutostart(int(start))
    virsh.aside(f"Network {name} {'' if start else 'un'}marked as autostarted\n")


def start(virsh: Virsh, arguments: Arguments) -> None:
    """Start a network."""
    network = network_of(virsh, arguments)
    name = arguments.required("network")
    with virsh.failing(f"Failed to start network {name}"):
        network.create()
    virsh.aside(f"Network {name} started\n")


def destroy(virsh: Virsh, arguments: Arguments) -> None:
    """Stop a network."""
    network = network_of(virsh, arguments)
    name = arguments.required("network")
    with virsh.failing(f"Failed to destroy network {name}"):
        network.destroy()
    virsh.aside(f"Network {name} destroyed\n")


COMMANDS = (
    Command(
        "net-autostart",
        "autostart a network",
        autostart,
        "Configure a network to be automatically started at boot.",
        (NETWORK, flag("disable", "disable autostarting")),
    ),
    Command(
        "net-destroy",
        "destroy (stop) a network",
        destroy,
        "Forcefully stop a given network.",
        (NETWORK,),
    ),
    Command(
        "net-start",
        "start a (previously defined) inactive network",
        start,
        "Start a network.",
        (NETWORK,),
    ),
)
