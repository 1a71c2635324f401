"""What the options of commands may be given: names that the server knows, words that libvirt knows, files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from esxvirt.cli import commands
from esxvirt.cli.commands.common import domain_xml, elements, find_domain
from esxvirt.cli.failures import Failed
from esxvirt.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from esxvirt.cli.declare import Command, Option
    from esxvirt.cli.protocols import Connection, Domain
    from esxvirt.cli.virsh import Virsh

    # given where names come from, the values of the options before, and what has been typed
    Completer = Callable[["Offer", Mapping[str, list[str]], str], list[str]]

__all__ = ["Offer", "values"]

_MODES = ("acpi", "agent", "initctl", "signal", "paravirt")
_ASLEEP = ("mem", "disk", "hybrid")
# By command and option: the words that there are.
_WORDS = {
    ("attach-disk", "mode"): ("readonly", "shareable"),
    ("attach-disk", "sourcetype"): ("block", "file", "network"),
    ("attach-disk", "targetbus"): ("ide", "fdc", "sata", "scsi"),
    ("attach-disk", "type"): ("cdrom", "disk", "floppy", "lun"),
    ("attach-interface", "model"): ("e1000", "e1000e", "vlance", "vmxnet", "vmxnet2", "vmxnet3"),
    ("attach-interface", "type"): ("bridge", "network"),
    ("await", "condition"): ("domain-active", "domain-inactive", "guest-agent-available"),
    ("detach-interface", "type"): ("bridge", "network"),
    ("domhostname", "source"): ("lease", "agent"),
    ("domif-setlink", "state"): ("down", "up"),
    ("domifaddr", "source"): ("lease", "agent", "arp"),
    ("dompmsuspend", "target"): _ASLEEP,
    ("domxml-from-native", "format"): ("vmware-vmx",),
    ("domxml-to-native", "format"): ("vmware-vmx",),
    ("nodedev-list", "cap"): ("pci", "system"),
    ("reboot", "mode"): _MODES,
    ("schedinfo", "set"): ("limit=", "reservation=", "shares="),
    ("shutdown", "mode"): _MODES,
}
# By option, wherever it takes a value: which names it takes.
_NAMES = {
    "bridge": "networks",
    "choice": "choices",
    "command": "commands",
    "device": "disks",
    "dir": "directories",
    "domain": "domains",
    "file": "files",
    "from": "snapshots",
    "host": "hosts",
    "inputpool": "pools",
    "interface": "domain interfaces",
    "mac": "domain interfaces",
    "network": "networks",
    "path": "disks",
    "pool": "pools",
    "snapshotname": "snapshots",
    "vol": "volumes",
    "xml": "files",
    "xmlfile": "files",
}
# Where an option of this name takes something else.
_EXCEPTIONS = {
    ("attach-interface", "source"): "networks",
    ("change-media", "source"): "",
    ("detach-disk", "target"): "disks",
    ("domifaddr", "interface"): "",  # as the guest calls it
    ("domxml-from-native", "config"): "files",
    ("find-storage-pool-sources-as", "host"): "",
    ("migrate", "persistent-xml"): "files",
    ("net-dhcp-leases", "mac"): "",
    ("net-update", "command"): "",
    ("undefine", "storage"): "disks",
}


@record(frozen=True)
class Offer:
    """Where the names come from.

    Args:
        virsh: the program.
        connect: gives the connection, or None where there is none to be had.
    """

    virsh: Virsh
    connect: Callable[[], Connection | None]

    def ask(self, names: Callable[[Connection], Iterable[str]]) -> list[str]:
        """Names that the server gives, sorted; none where it cannot be asked: completing is no place for errors."""
        try:
            connection = self.connect()
            return [] if connection is None else sorted(names(connection))
        except (Failed, self.virsh.libvirt.libvirtError):
            return []


def values(offer: Offer, command: Command, option: Option, given: Mapping[str, list[str]], typed: str) -> list[str]:
    """Return the values that an option may have; empty if that cannot be known.

    Args:
        offer: where names come from.
        command: whose option it is.
        option: which waits for a value.
        given: the values of the options before it.
        typed: how the value begins; used for files only, the caller picks from the rest.
    """
    words = _WORDS.get((command.name, option.name))
    if words is not None:
        return list(words)
    kind = _EXCEPTIONS.get((command.name, option.name), _NAMES.get(option.name, ""))
    if kind == "domain interfaces" and command.name.startswith("iface-"):
        kind = "interfaces"
    if kind == "disks" and command.name.startswith("nodedev-"):
        kind = "devices"
    completer = _COMPLETERS.get(kind)
    return [] if completer is None else completer(offer, given, typed)


def _listed(method: str) -> Completer:
    """Return a completer of the names of what a method of the connection lists."""
    return lambda offer, _given, _typed: offer.ask(lambda found: [each.name() for each in getattr(found, method)()])


def _of_domain(names: Callable[[Virsh, Domain], Iterable[str]]) -> Completer:
    """Return a completer of what the domain that was given has."""

    def complete(offer: Offer, given: Mapping[str, list[str]], _typed: str) -> list[str]:
        domain = given.get("domain")
        return (
            offer.ask(lambda _: names(offer.virsh, find_domain(offer.virsh, "complete", domain[0]))) if domain else []
        )

    return complete


def _snapshots(_virsh: Virsh, domain: Domain) -> list[str]:
    return [snapshot.getName() for snapshot in domain.listAllSnapshots()]


def _choices(virsh: Virsh, domain: Domain) -> list[str]:
    return [key for question in virsh.ours.questions(domain) for key, _ in question.answers()]


def _attributes(path: str, attribute: str) -> Callable[[Virsh, Domain], list[str]]:
    """Return an attribute of elements of the domain's XML."""

    def read(virsh: Virsh, domain: Domain) -> list[str]:
        return [element.get(attribute, "") for element in elements(domain_xml(virsh, domain), path)]

    return read


def _disks(virsh: Virsh, domain: Domain) -> list[str]:
    """Return the targets of the domain's disks, with their buses where several have the same."""
    found = [
        (target.get("bus", ""), target.get("dev", ""))
        for target in elements(domain_xml(virsh, domain), "devices/disk/target")
    ]
    names = [name for _bus, name in found]
    return [name if names.count(name) == 1 else f"{bus}:{name}" for bus, name in found]


def _volumes(offer: Offer, given: Mapping[str, list[str]], _typed: str) -> list[str]:
    """Return the volumes of the pool that was given; of all pools they would be too many to ask for."""
    pool = given.get("inputpool") or given.get("pool")
    return offer.ask(lambda found: found.storagePoolLookupByName(pool[0]).listVolumes()) if pool else []


def _files(_offer: Offer, _given: Mapping[str, list[str]], typed: str) -> list[str]:
    return _paths(typed, files=True)


def _directories(_offer: Offer, _given: Mapping[str, list[str]], typed: str) -> list[str]:
    return _paths(typed, files=False)


def _paths(typed: str, *, files: bool) -> list[str]:
    """Return the paths that begin as typed.

    Directories end in a slash, hidden ones are shown to those who type the dot.
    """
    head, tail = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(head) or ".") as found:  # noqa: PTH111  no pathlib
            entries = sorted((entry.name, entry.is_dir()) for entry in found)
    except OSError:
        return []
    names = [name + "/" * folder for name, folder in entries if folder or files]
    return [os.path.join(head, name) for name in names if tail or not name.startswith(".")]  # noqa: PTH118  as typed


def _commands(_offer: Offer, _given: Mapping[str, list[str]], _typed: str) -> list[str]:
    return [name for group in commands.GROUPS for name in (group.keyword, *group.commands)]


def _hosts(offer: Offer, _given: Mapping[str, list[str]], _typed: str) -> list[str]:
    return offer.ask(lambda found: [host["path"] for host in offer.virsh.ours.hosts(found)])


_COMPLETERS: Mapping[str, Completer] = {
    "domain interfaces": _of_domain(_attributes("devices/interface/mac", "address")),
    "choices": _of_domain(_choices),
    "commands": _commands,
    "devices": _listed("listAllDevices"),
    "directories": _directories,
    "disks": _of_domain(_disks),
    "domains": _listed("listAllDomains"),
    "files": _files,
    "hosts": _hosts,
    "interfaces": _listed("listAllInterfaces"),
    "networks": _listed("listAllNetworks"),
    "pools": _listed("listAllStoragePools"),
    "snapshots": _of_domain(_snapshots),
    "volumes": _volumes,
}
