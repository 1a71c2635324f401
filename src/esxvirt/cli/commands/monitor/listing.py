"""``list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.states import state_text
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# option: the flag of listAllDomains that it sets
_FILTERS = {
    "persistent": "VIR_CONNECT_LIST_DOMAINS_PERSISTENT",
    "transient": "VIR_CONNECT_LIST_DOMAINS_TRANSIENT",
    "with-managed-save": "VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE",
    "without-managed-save": "VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE",
    "autostart": "VIR_CONNECT_LIST_DOMAINS_AUTOSTART",
    "no-autostart": "VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART",
    "with-snapshot": "VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT",
    "without-snapshot": "VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT",
    "with-checkpoint": "VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT",
    "without-checkpoint": "VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT",
    "state-running": "VIR_CONNECT_LIST_DOMAINS_RUNNING",
    "state-paused": "VIR_CONNECT_LIST_DOMAINS_PAUSED",
    "state-shutoff": "VIR_CONNECT_LIST_DOMAINS_SHUTOFF",
    "state-other": "VIR_CONNECT_LIST_DOMAINS_OTHER",
}
_SHUT_OFF = 5


class _Row(NamedTuple):
    """A domain and its state (virDomainState)."""

    domain: Domain
    state: int

    def key(self) -> tuple[bool, int, str]:
        """Running domains first, by id; the others by name."""
        number = self.domain.ID()
        return (number < 0, number, "") if number >= 0 else (True, 0, self.domain.name().lower())


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    libvirt = virsh.libvirt
    flags = (
        0
        if any(arguments.flag(name) for name in ("inactive", "state-shutoff"))
        else int(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    )
    if not flags:
        flags = libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    if arguments.flag("all"):
        flags = libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE | libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    for option, name in _FILTERS.items():
        if arguments.flag(option):
            flags |= getattr(libvirt, name)
    return int(flags)


def _rows(virsh: Virsh, flags: int) -> list[_Row]:
    """Return the domains that the flags pick with their states, in one call to the server where the driver has one.

    Raises:
        Failed: they cannot be listed.
    """
    libvirt = virsh.libvirt
    bulk = (
        libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER
    )
    with virsh.failing("Failed to list domains"):
        try:
            if flags & ~bulk == 0:  # these filters have the same bits in both calls
                records = virsh.connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, flags)
            else:
                domains = virsh.connection.listAllDomains(flags)
                records = (
                    virsh.connection.domainListGetStats(domains, libvirt.VIR_DOMAIN_STATS_STATE) if domains else []
                )
        except libvirt.libvirtError as error:
            if not virsh.unsupported(error):
                raise
            domains = virsh.connection.listAllDomains(flags)
            return [_Row(domain, domain.state()[0]) for domain in domains]
        return [_Row(domain, statistics.get("state.state", 0)) for domain, statistics in records]


def _titles(virsh: Virsh, domains: list[Domain]) -> list[str]:
    """Return the domains' titles: all at once where the library can."""
    if virsh.esx is not None and domains:
        try:
            return [title or "" for title in virsh.esx.titles(virsh.connection, domains)]
        except virsh.libvirt.libvirtError:
            pass  # one that vanished meanwhile does not spoil the list
    return [_title(virsh, domain) for domain in domains]


def _title(virsh: Virsh, domain: Domain) -> str:
    """Return the domain's title, or nothing if its description cannot be read: one domain does not spoil the list."""
    libvirt = virsh.libvirt
    try:
        return str(domain.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None))
    except libvirt.libvirtError as error:
        if not virsh.unsupported(error):
            return ""
    try:
        return xml_of(domain.XMLDesc()).findtext("title") or ""
    except libvirt.libvirtError as error:
        virsh.output.warning(f"{domain.name()}: {error}")
        return ""


def _location(virsh: Virsh, domain: Domain) -> dict[str, str]:
    """Return where the domain is, or nothing if it has gone elsewhere meanwhile."""
    try:
        found = virsh.ours.location(domain)
    except virsh.libvirt.libvirtError as error:
        virsh.output.warning(f"{domain.name()}: {error}")
        return {}
    return found


def _ambiguous(locations: list[dict[str, str]]) -> set[str]:
    """Return the names of hosts that more than one host has: they are shown with their paths."""
    paths: dict[str, set[str]] = {}
    for where in locations:
        if where:
            paths.setdefault(where["host"], set()).add(where["path"])
    return {name for name, found in paths.items() if len(found) > 1}


def _state_shown(virsh: Virsh, row: _Row, *, mark_saved: bool) -> str:
    # VMware keeps no memory of what is off: its suspended machines are paused.
    if mark_saved and row.state == _SHUT_OFF and virsh.esx is None and row.domain.hasManagedSaveImage():
        return "saved"
    return state_text(row.state)


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the domains as a table, or their UUIDs, ids and names line by line."""
    for option in ("name", "id"):
        arguments.exclusive("table", option)
    rows = sorted(_rows(virsh, _flags(virsh, arguments)), key=_Row.key)
    plain = [name for name in ("uuid", "id", "name") if arguments.flag(name)]
    as_table = arguments.flag("table")
    if plain and not as_table:
        for row in rows:
            if plain == ["id"] and row.domain.ID() < 0:
                continue  # nothing to print: it has none
            virsh.line(" ".join(_plain(row.domain, name) for name in plain))
        return
    titles = arguments.flag("title")
    shown = _titles(virsh, [row.domain for row in rows]) if titles else []
    places = [name for name in ("host", "cluster") if arguments.flag(name)]
    more = ["Title"] if titles else []
    if plain:
        more.append("UUID")
    table = Table("Id", "Name", "State", *more, *map(str.capitalize, places))
    locations = [_location(virsh, row.domain) if places else {} for row in rows]
    twice = _ambiguous(locations)
    for number, row in enumerate(rows):
        cells = [
            _plain(row.domain, "id"),
            row.domain.name(),
            _state_shown(virsh, row, mark_saved=arguments.flag("managed-save")),
        ]
        where = locations[number]
        if where.get("host") in twice:
            where = {**where, "host": where["path"]}
        cells += shown[number : number + 1]
        if plain:
            cells.append(_plain(row.domain, "uuid"))
        table.add(*cells, *(where.get(name) or "-" for name in places))
    virsh.table(table)


def _plain(domain: Domain, what: str) -> str:
    if what == "id":
        number = domain.ID()
        return "-" if number < 0 else str(number)
    return str(domain.UUIDString() if what == "uuid" else domain.name())


COMMANDS = (
    Command(
        "list",
        "list domains",
        show,
        "Returns list of domains.",
        (
            flag("inactive", "list inactive domains"),
            flag("all", "list inactive & active domains"),
            flag("transient", "list transient domains"),
            flag("persistent", "list persistent domains"),
            flag("with-snapshot", "list domains with existing snapshot"),
            flag("without-snapshot", "list domains without a snapshot"),
            flag("with-checkpoint", "list domains with existing checkpoint"),
            flag("without-checkpoint", "list domains without a checkpoint"),
            flag("state-running", "list domains in running state"),
            flag("state-paused", "list domains in paused state"),
            flag("state-shutoff", "list domains in shutoff state"),
            flag("state-other", "list domains in other states"),
            flag("autostart", "list domains with autostart enabled"),
            flag("no-autostart", "list domains with autostart disabled"),
            flag("with-managed-save", "list domains with managed save state"),
            flag("without-managed-save", "list domains without managed save"),
            flag("uuid", "list uuid's only"),
            flag("name", "list domain names only"),
            flag("id", "list domain IDs only"),
            flag("table", "list table (default)"),
            flag("managed-save", "mark inactive domains with managed save state"),
            flag("title", "show domain title"),
            flag("host", "show the host that each domain is on"),
            flag("cluster", "show the cluster that each domain is in"),
        ),
    ),
)
