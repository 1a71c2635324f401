"""``pool-info``, ``pool-dumpxml``, ``pool-name``, ``pool-uuid`` and ``pool-capabilities``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import BY_NAME, BY_UUID, POOL, pool_of, pretty, yes_no
from esxvirt.cli.commands.pool.listing import STATES
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.xpath import select

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show_info(virsh: Virsh, arguments: Arguments) -> None:
    """Print state and sizes."""
    pool = pool_of(virsh, arguments)
    virsh.field("Name:", pool.name())
    virsh.field("UUID:", pool.UUIDString())
    state, *sizes = pool.info()
    virsh.field("State:", STATES[state] if state < len(STATES) else "unknown")
    virsh.field("Persistent:", yes_no(pool.isPersistent()))
    virsh.field("Autostart:", yes_no(pool.autostart()))
    if state in {2, 3}:  # running, degraded
        for title, size in zip(("Capacity:", "Allocation:", "Available:"), sizes, strict=True):
            virsh.field(title, size if arguments.flag("bytes") else pretty(size))


def show_xml(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML, or parts of it."""
    flags = virsh.libvirt.VIR_STORAGE_XML_INACTIVE if arguments.flag("inactive") else 0
    expression = arguments.text("xpath")
    xml = pool_of(virsh, arguments).XMLDesc(flags)
    virsh.write(xml if expression is None else select(xml, expression, wrap=arguments.flag("wrap")))


def show_name(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name of a pool that is given by UUID."""
    virsh.line(pool_of(virsh, arguments, by=BY_UUID).name())


def show_uuid(virsh: Virsh, arguments: Arguments) -> None:
    """Print the UUID of a pool that is given by name."""
    virsh.line(pool_of(virsh, arguments, by=BY_NAME).UUIDString())


def show_capabilities(virsh: Virsh, _arguments: Arguments) -> None:
    """Print what kinds of pools there may be."""
    with virsh.failing("failed to get storage pool capabilities"):
        virsh.write(virsh.connection.getStoragePoolCapabilities())


COMMANDS = (
    Command(
        "pool-dumpxml",
        "pool information in XML",
        show_xml,
        "Output the pool information as an XML dump to stdout.",
        (
            POOL,
            flag("inactive", "show inactive defined XML"),
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "pool-info",
        "storage pool information",
        show_info,
        "Returns basic information about the storage pool.",
        (POOL, flag("bytes", "Return pool info in bytes")),
    ),
    Command("pool-name", "convert a pool UUID to pool name", show_name, "", (POOL,)),
    Command("pool-uuid", "convert a pool name to pool UUID", show_uuid, "", (POOL,)),
    Command(
        "pool-capabilities",
        "storage pool capabilities",
        show_capabilities,
        "Returns capabilities of storage pool support.",
    ),
)
