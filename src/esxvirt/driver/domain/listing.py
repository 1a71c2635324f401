"""Lists of domains by libvirt's filters (virConnectListAllDomains)."""

from collections.abc import Iterable
from enum import IntFlag

from esxvirt.constants import connect as flags_
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.autostart import read_autostart
from esxvirt.driver.domain.handles import DomainHandle, warn
from esxvirt.driver.domain.reading import read_all
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF

__all__ = ["ListFlags", "list_domains"]

_SNAPSHOTS = "snapshot.rootSnapshotList"


class ListFlags(IntFlag):
    """The `VIR_CONNECT_LIST_DOMAINS_*` flags. Within a group any fits; a group of which none is given always does."""

    ACTIVE = flags_.VIR_CONNECT_LIST_DOMAINS_ACTIVE
    INACTIVE = flags_.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    PERSISTENT = flags_.VIR_CONNECT_LIST_DOMAINS_PERSISTENT
    TRANSIENT = flags_.VIR_CONNECT_LIST_DOMAINS_TRANSIENT
    RUNNING = flags_.VIR_CONNECT_LIST_DOMAINS_RUNNING
    PAUSED = flags_.VIR_CONNECT_LIST_DOMAINS_PAUSED
    SHUTOFF = flags_.VIR_CONNECT_LIST_DOMAINS_SHUTOFF
    OTHER = flags_.VIR_CONNECT_LIST_DOMAINS_OTHER
    MANAGEDSAVE = flags_.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE
    NO_MANAGEDSAVE = flags_.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE
    AUTOSTART = flags_.VIR_CONNECT_LIST_DOMAINS_AUTOSTART
    NO_AUTOSTART = flags_.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART
    HAS_SNAPSHOT = flags_.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT
    NO_SNAPSHOT = flags_.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT
    HAS_CHECKPOINT = flags_.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT
    NO_CHECKPOINT = flags_.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT


_F = ListFlags
_STATE_FLAGS = {RUNNING: _F.RUNNING, PAUSED: _F.PAUSED, SHUTOFF: _F.SHUTOFF}
_STATES = _F.RUNNING | _F.PAUSED | _F.SHUTOFF | _F.OTHER


def list_domains(connection: Connection, flags: int = 0, properties: Iterable[str] = ()) -> list[DomainHandle]:
    """Return the domains that fit all groups of `flags`, with these properties besides, in the server's order.

    One SOAP call a page, and one more with `AUTOSTART` or `NO_AUTOSTART`.
    """
    wanted = ListFlags(flags)
    # Every ESX domain is persistent, and has no checkpoints.
    if not (
        _fits(wanted, _F.PERSISTENT, _F.TRANSIENT, first=True)
        and _fits(wanted, _F.HAS_CHECKPOINT, _F.NO_CHECKPOINT, first=False)
    ):
        return []
    by_snapshot = bool(wanted & (_F.HAS_SNAPSHOT | _F.NO_SNAPSHOT))
    domains = read_all(connection, (*properties, _SNAPSHOTS) if by_snapshot else properties)
    domains = [domain for domain in domains if _fits_state(wanted, domain)]
    if by_snapshot:
        domains = [
            domain
            for domain in domains
            if _fits(wanted, _F.HAS_SNAPSHOT, _F.NO_SNAPSHOT, first=bool(domain.row.get(_SNAPSHOTS)))
        ]
    if domains and wanted & (_F.AUTOSTART | _F.NO_AUTOSTART):
        config = read_autostart(connection)
        domains = [
            domain for domain in domains if _fits(wanted, _F.AUTOSTART, _F.NO_AUTOSTART, first=config.starts(domain))
        ]
    warn(domains)
    return domains


def _fits(wanted: ListFlags, yes: ListFlags, no: ListFlags, *, first: bool) -> bool:
    """Return whether a domain of which `first` is true (or not) fits a group of two flags."""
    if not wanted & (yes | no):
        return True
    return bool(wanted & (yes if first else no))


def _fits_state(wanted: ListFlags, domain: DomainHandle) -> bool:
    if not _fits(wanted, _F.ACTIVE, _F.INACTIVE, first=domain.state in {RUNNING, PAUSED}):
        return False
    if not _fits(wanted, _F.MANAGEDSAVE, _F.NO_MANAGEDSAVE, first=domain.state == PAUSED):
        return False
    return not wanted & _STATES or bool(wanted & _STATE_FLAGS.get(domain.state, _F.OTHER))
