"""``define`` and ``undefine``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import ADAPT, DOMAIN, domain_of, domain_xml, running
from esxvirt.cli.commands.domain.disk_names import named_disks
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def define(virsh: Virsh, arguments: Arguments) -> None:
    """Define a domain from a file."""
    name = arguments.required("file")
    xml = read_file(name)
    host = arguments.text("host")
    with virsh.failing(f"Failed to define domain from {name}"):
        adapt = arguments.flag("adapt")
        if host is not None or adapt:
            flags = virsh.libvirt.VIR_DOMAIN_DEFINE_VALIDATE if arguments.flag("validate") else 0
            domain = virsh.ours.define_on(virsh.connection, xml, host, flags, adapt)
        elif arguments.flag("validate"):
            domain = virsh.connection.defineXMLFlags(xml, virsh.libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
        else:
            domain = virsh.connection.defineXML(xml)
    virsh.aside(f"Domain '{domain.name()}' defined from {name}\n")
    virsh.warn_of_definition()


def undefine(virsh: Virsh, arguments: Arguments) -> None:
    """Forget a domain, and delete its volumes if asked."""
    libvirt = virsh.libvirt
    arguments.exclusive("nvram", "keep-nvram")
    arguments.exclusive("tpm", "keep-tpm")
    everything, wanted = arguments.flag("remove-all-storage"), arguments.text("storage")
    if arguments.flag("delete-storage-volume-snapshots") and not everything:
        raise Failed("Option --remove-all-storage is required by option --delete-storage-volume-snapshots")
    domain = domain_of(virsh, arguments)
    if arguments.flag("wipe-storage") and wanted is None and not everything:
        raise Failed("'--wipe-storage' requires '--storage <string>' or '--remove-all-storage'")
    if wanted is not None and everything:
        raise Failed("Specified both --storage and --remove-all-storage")
    flags = 0
    if arguments.flag("nvram"):
        flags |= libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
    if arguments.flag("snapshots-metadata"):
        flags |= libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    volumes = []
    if everything or wanted is not None:
        if running(domain):
            raise Failed("Storage volume deletion is supported only on stopped domains")
        volumes = _volumes(virsh, domain, wanted)
    name = arguments.required("domain")
    with virsh.failing(f"Failed to undefine domain '{name}'"):
        domain.undefineFlags(flags)
    virsh.aside(f"Domain '{name}' has been undefined\n")
    for target, source, volume in volumes:
        _remove(virsh, arguments, (target, source), volume)


def _volumes(virsh: Virsh, domain: Domain, wanted: str | None) -> list[tuple[str, str, Any]]:
    """Target, source and volume of the disks that are to be removed, found before anything changes."""
    names = None if wanted is None else wanted.split(",")
    found, taken = [], []
    disks = domain_xml(virsh, domain, virsh.libvirt.VIR_DOMAIN_XML_INACTIVE).findall("devices/disk")
    meant = {name: named_disks(disks, name) for name in names or ()}
    for disk in disks:
        target = disk.find("target").get("dev", "")
        given = disk.find("source")
        source = None if given is None else given.get("file") or given.get("dev")
        if source is None or (names is None and disk.get("device") not in {None, "disk"}):
            continue
        if names is None or any(disk in those for those in meant.values()):
            with virsh.failing(f"Storage volume '{target}'({source}) cannot be found, and nothing was undefined"):
                found.append((target, source, virsh.connection.storageVolLookupByPath(source)))
            taken.append(disk)
    missing = [name for name, those in meant.items() if not any(disk in those for disk in taken)]
    if missing:
        raise Failed(*(f"Volume '{name}' was not found in domain's definition." for name in missing))
    return found


def _remove(virsh: Virsh, arguments: Arguments, disk: tuple[str, str], volume: Any) -> None:
    libvirt = virsh.libvirt
    flags = 0
    if arguments.flag("delete-storage-volume-snapshots"):
        flags |= libvirt.VIR_STORAGE_VOL_DELETE_WITH_SNAPSHOTS
    shown = f"'{disk[0]}'({disk[1]})"
    if arguments.flag("wipe-storage"):
        virsh.aside(f"Wiping volume {shown} ... ")
        with virsh.failing("Failed! Volume not removed."):
            volume.wipe(0)
        virsh.aside("Done.\n")
    with virsh.failing(f"Failed to remove storage volume {shown}"):
        volume.delete(flags)
    virsh.aside(f"Volume {shown} removed.\n")


COMMANDS = (
    Command(
        "define",
        "define (but don't start) a domain from an XML file",
        define,
        "Define a domain.",
        (
            data("file", "file containing an XML domain description"),
            flag("validate", "validate the XML against the schema"),
            string("host", "host for a new domain, by name or path", by_name_only=True),
            ADAPT,
        ),
    ),
    Command(
        "undefine",
        "undefine a domain",
        undefine,
        "Undefine an inactive domain, or convert persistent to transient.",
        (
            DOMAIN,
            flag("managed-save", "remove domain managed state file"),
            string(
                "storage",
                "remove associated storage volumes (comma separated list of targets or source paths) (see domblklist)",
            ),
            flag("remove-all-storage", "remove all associated storage volumes (use with caution)"),
            flag(
                "delete-storage-volume-snapshots",
                "delete snapshots associated with volume(s), requires --remove-all-storage "
                "(must be supported by storage driver)",
            ),
            flag("wipe-storage", "wipe data on the removed volumes"),
            flag("snapshots-metadata", "remove all domain snapshot metadata (vm must be inactive)"),
            flag("checkpoints-metadata", "remove all domain checkpoint metadata (vm must be inactive)"),
            flag("nvram", "remove nvram file"),
            flag("keep-nvram", "keep nvram file"),
            flag("tpm", "remove TPM state"),
            flag("keep-tpm", "keep TPM state"),
        ),
    ),
)
