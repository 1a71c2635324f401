"""``start`` and ``create``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import BY_NAME, BY_UUID, descriptors, domain_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def start(virsh: Virsh, arguments: Arguments) -> None:
    """Start a domain by its name or UUID, and attach to its console if asked."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments, BY_NAME | BY_UUID)
    if domain.ID() >= 0:
        raise Failed("Domain is already active")
    files = descriptors(arguments)
    flags = 0
    for option, value in (
        ("paused", libvirt.VIR_DOMAIN_START_PAUSED),
        ("autodestroy", libvirt.VIR_DOMAIN_START_AUTODESTROY),
        ("bypass-cache", libvirt.VIR_DOMAIN_START_BYPASS_CACHE),
        ("force-boot", libvirt.VIR_DOMAIN_START_FORCE_BOOT),
        ("reset-nvram", libvirt.VIR_DOMAIN_START_RESET_NVRAM),
    ):
        if arguments.flag(option):
            flags |= value
    if arguments.flag("force-boot"):
        _forget_managed_save(virsh, domain)
        flags &= ~libvirt.VIR_DOMAIN_START_FORCE_BOOT
    with virsh.failing(f"Failed to start domain '{domain.name()}'"):
        if files:
            domain.createWithFiles(files, flags)
        elif flags:
            domain.createWithFlags(flags)
        else:
            domain.create()
    virsh.aside(f"Domain '{domain.name()}' started\n")
    if arguments.flag("console"):
        _attach(virsh, domain)


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Start a domain that is forgotten when it stops, as far as the driver has such domains."""
    libvirt = virsh.libvirt
    name = arguments.required("file")
    xml = read_file(name)
    files = descriptors(arguments)
    flags = 0
    for option, value in (
        ("paused", libvirt.VIR_DOMAIN_START_PAUSED),
        ("autodestroy", libvirt.VIR_DOMAIN_START_AUTODESTROY),
        ("validate", libvirt.VIR_DOMAIN_START_VALIDATE),
        ("reset-nvram", libvirt.VIR_DOMAIN_START_RESET_NVRAM),
    ):
        if arguments.flag(option):
            flags |= value
    with virsh.failing(f"Failed to create domain from {name}"):
        if files:
            domain = virsh.connection.createXMLWithFiles(xml, files, flags)
        else:
            domain = virsh.connection.createXML(xml, flags)
    virsh.aside(f"Domain '{domain.name()}' created from {name}\n")
    virsh.warn_of_definition()
    if arguments.flag("console"):
        _attach(virsh, domain)


def _forget_managed_save(virsh: Virsh, domain: Domain) -> None:
    """Make sure that the start is a fresh boot, for drivers that have no flag for it."""
    if domain.hasManagedSaveImage():
        with virsh.failing(f"Failed to start domain '{domain.name()}'"):
            domain.managedSaveRemove()


def _attach(virsh: Virsh, domain: Domain) -> None:
    """Attach to the console, as far as there can be one."""
    if not sys.stdin.isatty():
        raise Failed("Cannot run interactive console without a controlling TTY")
    with virsh.failing(f"Domain '{domain.name()}' was started, but its console cannot be attached to"):
        domain.openConsole(None, virsh.connection.newStream())


COMMANDS = (
    Command(
        "create",
        "create a domain from an XML file",
        create,
        "Create a domain.",
        (
            data("file", "file containing an XML domain description"),
            flag("console", "attach to console after creation"),
            flag("paused", "leave the guest paused after creation"),
            flag("autodestroy", "automatically destroy the guest when virsh disconnects"),
            string("pass-fds", "pass file descriptors N,M,... to the guest"),
            flag("validate", "validate the XML against the schema"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
    Command(
        "start",
        "start a (previously defined) inactive domain",
        start,
        "Start a domain, either from the last managedsave\n"
        "    state, or via a fresh boot if no managedsave state\n"
        "    is present.",
        (
            data("domain", "name of the inactive domain"),
            flag("console", "attach to console after creation"),
            flag("paused", "leave the guest paused after creation"),
            flag("autodestroy", "automatically destroy the guest when virsh disconnects"),
            flag("bypass-cache", "avoid file system cache when loading"),
            flag("force-boot", "force fresh boot by discarding any managed save"),
            string("pass-fds", "pass file descriptors N,M,... to the guest"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
)
