"""``net-port-list``, ``net-port-create``, ``net-port-dumpxml`` and ``net-port-delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.network.common import NETWORK, VALIDATE, network_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_PORT = data("port", "port UUID")
_UUID_LENGTH = 36


def _port_of(virsh: Virsh, arguments: Arguments) -> Any:
    network = network_of(virsh, arguments)
    text = arguments.required("port")
    virsh.note(arguments.command.name, f"found option <port>: {text}")
    trouble: BaseException | None = None
    if len(text) == _UUID_LENGTH:
        virsh.trace(arguments.command.name, "<port> trying as network port UUID")
        try:
            return network.portLookupByUUIDString(text)
        except virsh.libvirt.libvirtError as error:
            trouble = error
    raise Failed(f"failed to get network port '{text}'", cause=trouble)


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the UUIDs of a network's ports."""
    if arguments.flag("uuid") and arguments.flag("table"):
        raise Failed("Only one argument from --table and --uuid may be specified.")
    ports = network_of(virsh, arguments).listAllPorts(0)
    identities = sorted(port.UUIDString() for port in ports)
    if arguments.flag("uuid"):
        for identity in identities:
            virsh.line(identity)
        return
    table = Table("UUID")
    for identity in identities:
        table.add(identity)
    virsh.table(table)


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Make a port from a file."""
    network = network_of(virsh, arguments)
    file = arguments.required("file")
    xml = read_file(file)
    flags = virsh.libvirt.VIR_NETWORK_PORT_CREATE_VALIDATE if arguments.flag("validate") else 0
    with virsh.failing(f"Failed to create network from {file}"):
        port = network.portCreateXML(xml, flags)
    virsh.aside(f"Network port {port.UUIDString()} created from {file}\n")


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print a port's XML."""
    expression = arguments.raw("xpath")
    text = _port_of(virsh, arguments).XMLDesc(0)
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


def delete(virsh: Virsh, arguments: Arguments) -> None:
    """Remove a port."""
    port = _port_of(virsh, arguments)
    name = arguments.required("port")
    with virsh.failing(f"Failed to delete network port {name}"):
        port.delete(0)
    virsh.aside(f"Network port {name} deleted\n")


COMMANDS = (
    Command(
        "net-port-list",
        "list network ports",
        show,
        "Returns list of network ports.",
        (NETWORK, flag("uuid", "list uuid's only"), flag("table", "list table (default)")),
    ),
    Command(
        "net-port-create",
        "create a network port from an XML file",
        create,
        "Create a network port.",
        (NETWORK, data("file", "file containing an XML network port description"), flag("validate", VALIDATE)),
    ),
    Command(
        "net-port-dumpxml",
        "network port information in XML",
        dump,
        "Output the network port information as an XML dump to stdout.",
        (
            NETWORK,
            _PORT,
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "net-port-delete",
        "delete the specified network port",
        delete,
        "Delete the specified network port.",
        (NETWORK, _PORT),
    ),
)
