"""``find-storage-pool-sources``, ``find-storage-pool-sources-as`` and ``pool-event``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import find_pool
from esxvirt.cli.commands.unsupported.declared import refuse
from esxvirt.cli.declare import Command, data, flag, number, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_EVENTS = ("lifecycle", "refresh")


def find_sources(virsh: Virsh, arguments: Arguments) -> None:
    """Print what pools could be made of, as a file describes where to look."""
    kind, name = arguments.required("type"), arguments.text("srcSpec")
    _print_sources(virsh, kind, None if name is None else read_file(name))


def find_sources_as(virsh: Virsh, arguments: Arguments) -> None:
    """Print what pools could be made of, as options describe where to look."""
    kind, host = arguments.required("type"), arguments.text("host")
    port, initiator = arguments.text("port"), arguments.text("initiator")
    specification = None
    if host is not None:
        lines = ["<source>", f"  <host name='{host}'" + (f" port='{port}'" if port else "") + "/>"]
        if initiator is not None:
            lines += ["  <initiator>", f"    <iqn name='{initiator}'/>", "  </initiator>"]
        specification = "\n".join([*lines, "</source>", ""])
    _print_sources(virsh, kind, specification)


def _print_sources(virsh: Virsh, kind: str, specification: str | None) -> None:
    with virsh.failing(f"Failed to find any {kind} pool sources"):
        virsh.write(virsh.connection.findStoragePoolSources(kind, specification, 0))


def wait_for_events(virsh: Virsh, arguments: Arguments) -> None:
    """List the kinds of events, or wait for one, if the driver has them."""
    if arguments.flag("list"):
        for known in _EVENTS:
            virsh.line(known)
        return
    event = arguments.text("event")
    if event is None:
        raise Failed("either --list or --event <type> is required")
    if event not in _EVENTS:
        raise Failed(f"unknown event type {event}")
    arguments.number("timeout")
    given = arguments.text("pool")
    if given is not None:
        find_pool(virsh, arguments.command.name, given)
    refuse(virsh, "virConnectStoragePoolEventRegisterAny")  # a callback would be kept, and never called


COMMANDS = (
    Command(
        "find-storage-pool-sources-as",
        "find potential storage pool sources",
        find_sources_as,
        "Returns XML <sources> document.",
        (
            data("type", "type of storage pool sources to find"),
            string("host", "optional host to query"),
            string("port", "optional port to query"),
            string("initiator", "optional initiator IQN to use for query"),
        ),
    ),
    Command(
        "find-storage-pool-sources",
        "discover potential storage pool sources",
        find_sources,
        "Returns XML <sources> document.",
        (
            data("type", "type of storage pool sources to discover"),
            string("srcSpec", "optional file of source xml to query for pools"),
        ),
    ),
    Command(
        "pool-event",
        "Storage Pool Events",
        wait_for_events,
        "List event types, or wait for storage pool events to occur",
        (
            string("pool", "filter by storage pool name or uuid"),
            string("event", "which event type to wait for"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
)
