"""``pool-create``, ``pool-create-as``, ``pool-define``, ``pool-define-as`` and ``pool-edit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import POOL, pool_of
from esxvirt.cli.commands.pool.state import BUILD, creation_flags
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.editor import edit
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_FILE = data("file", "file containing an XML pool description")
_PARTS = (
    data("name", "name of the pool"),
    data("type", "type of the pool"),
    flag("print-xml", "print XML document, but don't define/create"),
    string("source-host", "source-host for underlying storage"),
    string("source-path", "source path for underlying storage"),
    string("source-dev", "source device for underlying storage"),
    string("source-name", "source name for underlying storage"),
    string("target", "target for underlying storage"),
    string("source-format", "format for underlying storage"),
    string("auth-type", "auth type to be used for underlying storage"),
    string("auth-username", "auth username to be used for underlying storage"),
    string("secret-usage", "auth secret usage to be used for underlying storage"),
    string("secret-uuid", "auth secret UUID to be used for underlying storage"),
    string("adapter-name", "adapter name to be used for underlying storage"),
    string("adapter-wwnn", "adapter wwnn to be used for underlying storage"),
    string("adapter-wwpn", "adapter wwpn to be used for underlying storage"),
    string("adapter-parent", "adapter parent scsi_hostN to be used for underlying vHBA storage"),
    string("adapter-parent-wwnn", "adapter parent scsi_hostN wwnn to be used for underlying vHBA storage"),
    string("adapter-parent-wwpn", "adapter parent scsi_hostN wwpn to be used for underlying vHBA storage"),
    string("adapter-parent-fabric-wwn", "adapter parent scsi_hostN fabric_wwn to be used for underlying vHBA storage"),
    string("source-protocol-ver", "nfsvers value for NFS pool mount option"),
    string("source-initiator", "initiator iqn for underlying storage"),
)


def _xml(arguments: Arguments) -> str:
    """Return the description that the options make; like virsh's, their text goes in as it is."""
    arguments.exclusive("secret-usage", "secret-uuid")
    given = {option.name: arguments.text(option.name) for option in _PARTS if option.takes_value}
    source = _source(given)
    lines = [f"<pool type='{given['type']}'>", f"  <name>{given['name']}</name>"]
    if source:
        lines += ["  <source>", *(f"    {line}" for line in source), "  </source>"]
    if given["target"]:
        lines += ["  <target>", f"    <path>{given['target']}</path>", "  </target>"]
    return "\n".join([*lines, "</pool>"]) + "\n"


def _source(given: dict[str, str | None]) -> list[str]:
    lines = [
        f"<{tag} {attribute}='{given[name]}'/>"
        for name, tag, attribute in (
            ("source-host", "host", "name"),
            ("source-path", "dir", "path"),
            ("source-dev", "device", "path"),
        )
        if given[name]
    ]
    if given["source-initiator"]:
        lines += ["<initiator>", f"  <iqn name='{given['source-initiator']}'/>", "</initiator>"]
    if given["adapter-name"]:
        lines.append(f"<adapter type='scsi_host' name='{given['adapter-name']}'/>")
    elif given["adapter-wwnn"] and given["adapter-wwpn"]:
        lines.append(_fibre_channel(given))
    secret = next((kind for kind in ("usage", "uuid") if given[f"secret-{kind}"]), None)
    if given["auth-type"] and given["auth-username"] and secret is not None:
        lines += [
            f"<auth type='{given['auth-type']}' username='{given['auth-username']}'>",
            f"  <secret {secret}='{given[f'secret-{secret}']}'/>",
            "</auth>",
        ]
    if given["source-format"]:
        lines.append(f"<format type='{given['source-format']}'/>")
    if given["source-name"]:
        lines.append(f"<name>{given['source-name']}</name>")
    if given["source-protocol-ver"]:
        lines.append(f"<protocol ver='{given['source-protocol-ver']}'/>")
    return lines


def _fibre_channel(given: dict[str, str | None]) -> str:
    parent = ""
    if given["adapter-parent"]:
        parent = f" parent='{given['adapter-parent']}'"
    elif given["adapter-parent-wwnn"] and given["adapter-parent-wwpn"]:
        parent = f" parent_wwnn='{given['adapter-parent-wwnn']}' parent_wwpn='{given['adapter-parent-wwpn']}'"
    elif given["adapter-parent-fabric-wwn"]:
        parent = f" parent_fabric_wwn='{given['adapter-parent-fabric-wwn']}'"
    return f"<adapter type='fc_host'{parent} wwnn='{given['adapter-wwnn']}' wwpn='{given['adapter-wwpn']}'/>"


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Make a pool of a file."""
    name = arguments.required("file")
    flags = creation_flags(virsh, arguments)
    xml = read_file(name)
    with virsh.failing(f"Failed to create pool from {name}"):
        pool = virsh.connection.storagePoolCreateXML(xml, flags)
    virsh.aside(f"Pool {pool.name()} created from {name}\n")


def create_as(virsh: Virsh, arguments: Arguments) -> None:
    """Make a pool of options."""
    flags = creation_flags(virsh, arguments)
    xml = _xml(arguments)
    if arguments.flag("print-xml"):
        virsh.write(xml)
        return
    name = arguments.required("name")
    with virsh.failing(f"Failed to create pool {name}"):
        virsh.connection.storagePoolCreateXML(xml, flags)
    virsh.aside(f"Pool {name} created\n")


def define(virsh: Virsh, arguments: Arguments) -> None:
    """Define a pool of a file."""
    name = arguments.required("file")
    flags = virsh.libvirt.VIR_STORAGE_POOL_DEFINE_VALIDATE if arguments.flag("validate") else 0
    xml = read_file(name)
    with virsh.failing(f"Failed to define pool from {name}"):
        pool = virsh.connection.storagePoolDefineXML(xml, flags)
    virsh.aside(f"Pool {pool.name()} defined from {name}\n")


def define_as(virsh: Virsh, arguments: Arguments) -> None:
    """Define a pool of options."""
    xml = _xml(arguments)
    if arguments.flag("print-xml"):
        virsh.write(xml)
        return
    name = arguments.required("name")
    with virsh.failing(f"Failed to define pool {name}"):
        virsh.connection.storagePoolDefineXML(xml, 0)
    virsh.aside(f"Pool {name} defined\n")


def change(virsh: Virsh, arguments: Arguments) -> None:
    """Have a person change a pool's description."""
    pool = pool_of(virsh, arguments)
    changed = edit(virsh, pool.XMLDesc(), virsh.connection.storagePoolDefineXML)
    virsh.aside(f"Pool {pool.name()} XML configuration {'edited' if changed else 'not changed'}.\n")


COMMANDS = (
    Command("pool-create", "create a pool from an XML file", create, "Create a pool.", (_FILE, *BUILD)),
    Command("pool-create-as", "create a pool from a set of args", create_as, "Create a pool.", (*_PARTS, *BUILD)),
    Command(
        "pool-define",
        "define an inactive persistent storage pool or modify an existing persistent one from an XML file",
        define,
        "Define or modify a persistent storage pool.",
        (_FILE, flag("validate", "validate the XML against the schema")),
    ),
    Command("pool-define-as", "define a pool from a set of args", define_as, "Define a pool.", _PARTS),
    Command(
        "pool-edit",
        "edit XML configuration for a storage pool",
        change,
        "Edit the XML configuration for a storage pool.",
        (POOL,),
    ),
)
