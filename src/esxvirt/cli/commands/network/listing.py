"""``net-list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.network.common import read_note, yes_or_no
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.failures import Failed
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# option: the flag of listAllNetworks that it adds
_FILTERS = {
    "persistent": "VIR_CONNECT_LIST_NETWORKS_PERSISTENT",
    "transient": "VIR_CONNECT_LIST_NETWORKS_TRANSIENT",
    "autostart": "VIR_CONNECT_LIST_NETWORKS_AUTOSTART",
    "no-autostart": "VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART",
}


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the networks as a table, or their UUIDs or names line by line."""
    libvirt = virsh.libvirt
    plain = [name for name in ("uuid", "name") if arguments.flag(name)]
    if len(plain) + arguments.flag("table") > 1:
        raise Failed("Only one argument from --table, --name and --uuid may be specified.")
    flags = libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE
    if arguments.flag("inactive"):
        flags = libvirt.VIR_CONNECT_LIST_NETWORKS_INACTIVE
    if arguments.flag("all"):
        flags = libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE | libvirt.VIR_CONNECT_LIST_NETWORKS_INACTIVE
    for option, name in _FILTERS.items():
        if arguments.flag(option):
            flags |= getattr(libvirt, name)
    with virsh.failing("Failed to list networks"):
        networks = sorted(virsh.connection.listAllNetworks(flags), key=lambda network: network.name().lower())
    if plain:
        for network in networks:
            virsh.line(network.UUIDString() if plain == ["uuid"] else network.name())
        return
    titled = arguments.flag("title")
    table = Table("Name", "State", "Autostart", "Persistent", *(["Title"] if titled else []))
    for network in networks:
        try:
            autostart = yes_or_no(network.autostart())
        except libvirt.libvirtError:
            autostart = "no autostart"
        state = "active" if network.isActive() else "inactive"
        cells = [network.name(), state, autostart, yes_or_no(network.isPersistent())]
        if titled:
            cells.append(read_note(virsh, network, libvirt.VIR_NETWORK_METADATA_TITLE, 0))
        table.add(*cells)
    virsh.table(table)


COMMANDS = (
    Command(
        "net-list",
        "list networks",
        show,
        "Returns list of networks.",
        (
            flag("inactive", "list inactive networks"),
            flag("all", "list inactive & active networks"),
            flag("persistent", "list persistent networks"),
            flag("transient", "list transient networks"),
            flag("autostart", "list networks with autostart enabled"),
            flag("no-autostart", "list networks with autostart disabled"),
            flag("uuid", "list uuid's only"),
            flag("name", "list network names only"),
            flag("table", "list table (default)"),
            flag("title", "show network title"),
        ),
    ),
)
