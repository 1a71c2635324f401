"""Migration: another host of the same vCenter runs a domain (the manual, "Migration").

In libvirt's steps: the destination says where the domain is to go, by a URI `vpxmigr://ADDRESS/POOL/HOST`; the source
has its vCenter move it; the destination looks it up. Datastores that both hosts reach stay where they are; with a
`storage` the machine's files move, too, which libvirt has no word for.
"""

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from esxvirt.driver._late import vim
from esxvirt.driver.connection.vcenter import address_of, find_machine, find_place, vcenter_of
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_uuid
from esxvirt.driver.migration.migration_task import PLACE, Move, move
from esxvirt.driver.tasks.machine_tasks import answer_open, check_writable
from esxvirt.errors import (
    DeadlineError,
    DomainNotFoundError,
    EsxvirtError,
    InvalidArgumentError,
    PoolNotFoundError,
    ServerFault,
    TransportError,
    UriSyntaxError,
)
from esxvirt.logs import Log
from esxvirt.names import find_stored
from esxvirt.records import record
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Step, retrieve
from esxvirt.vsphere.session import SERVICE
from esxvirt.vsphere.tasks import Watch

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.vsphere.session import Session

__all__ = ["Destination", "finish", "has_vcenter", "parse_destination", "perform", "prepare"]

_log = Log(__name__)

_QUESTION: Final = "runtime.question"
_SCHEME: Final = "vpxmigr"
_DATASTORES: Final = (Step("datastore", "HostSystem", "datastore"),)
_NOT_THERE: Final = frozenset({"NotSupported", "NotImplemented", "MethodNotFound"})
"""What servers say that have no ValidateMigration."""
_APPEAR_SECONDS: Final = 10.0
"""How long a host may take to list a machine that its vCenter has moved there."""
_PAUSE: Final = 0.5


@record(frozen=True)
class Destination:
    """Where a domain is to go.

    Attributes:
        server: The IP address of the vCenter.
        pool: The vCenter's identifier of a resource pool.
        hosts: The vCenter's identifiers of the host or, where the vCenter is to choose, of the hosts of a cluster.
        identity: The UUID of the vCenter's installation; None where it is not known: in a URI, before vSphere 4.0.
    """

    server: str
    pool: str
    hosts: tuple[str, ...]
    identity: str | None = None


def has_vcenter(connection: "Connection") -> bool:
    """Return whether domains can be migrated from and to a connection's host."""
    return vcenter_of(connection) is not None


def prepare(destination: "Connection") -> Destination:
    """Return where domains go that are migrated to a connection (virDomainMigratePrepare). SOAP calls as `find_place`.

    Raises:
        InvalidArgumentError: The connection has no vCenter, or is to several hosts that are not one cluster.
        EsxvirtError: The vCenter does not list the host.
    """
    session = vcenter_of(destination)
    if session is None:
        raise InvalidArgumentError("Migration not possible without a vCenter")
    place = find_place(destination)
    hosts = tuple(host.value for host in place.hosts)
    return Destination(address_of(session), place.pool.value, hosts, session.instance_uuid)


def parse_destination(text: str) -> Destination:
    """Read a migration URI.

    Raises:
        UriSyntaxError: It is no URI.
        InvalidArgumentError: It is one of another kind, or has no resource pool or no host.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise UriSyntaxError(f"Unable to parse URI {text}") from None
    if parts.scheme != _SCHEME:
        raise InvalidArgumentError(f"Only {_SCHEME}:// migration URIs are supported")
    pool, host = ([part for part in parts.path.split("/") if part] + ["", ""])[:2]
    return Destination(parts.hostname or "", pool, (host,) if host else ())


def perform(source: "Connection", domain: DomainHandle, destination: Destination, storage: str | None = None) -> None:
    """Have the vCenter move a domain, and wait until it has (virDomainMigratePerform).

    5 SOAP calls for `vpx://`, 6 for `esx://`, and one for every round of updates and every answer.

    Args:
        source: Where the domain is.
        domain: The domain; it may run, be suspended or be off.
        destination: What `prepare` or `parse_destination` says.
        storage: The name of a datastore, of those of the destination's host, that gets the machine's files.

    Raises:
        InvalidArgumentError: There is no vCenter, or another one than the destination's.
        PoolNotFoundError: The destination's host has no such datastore.
        EsxvirtError: The vCenter says beforehand that it cannot be; the message has all reasons.
        ServerFault, OperationFailedError, TransportError, QuestionError: As `migration_task.move`.
    """
    check_writable(source, "virDomainMigrate")
    session = vcenter_of(source)
    if session is None:
        raise InvalidArgumentError("Migration not possible without a vCenter")
    _check_same(session, destination)
    row = find_machine(source, domain, (_QUESTION, *PLACE))
    machine = row.ref
    answer_open(session, source.policy, domain, machine, row.get(_QUESTION))
    hosts = [Ref("HostSystem", host) for host in destination.hosts]
    pool = Ref("ResourcePool", destination.pool)
    host = hosts[0] if len(hosts) == 1 else None  # of a cluster, the vCenter chooses
    policy = source.policy
    watch = Watch(partial(policy.answer, domain), policy.progress, policy.deadline())
    if storage is None:
        _validate(session, machine, pool, host)
        move(Move(session, machine, row, hosts), "MigrateVM_Task", (pool, host, "defaultPriority", None), watch)
    else:
        # ValidateMigration cannot be asked: it takes it that the files stay.
        datastore, name = _find_datastore(session, hosts, storage)
        specification = _relocation(session, datastore, pool, host)
        move(Move(session, machine, row, hosts, name), "RelocateVM_Task", (specification,), watch)


def finish(destination: "Connection", domain: DomainHandle) -> DomainHandle:
    """Return the domain as the destination's server lists it (virDomainMigrateFinish).

    One SOAP call, more if it is late.

    Raises:
        DomainNotFoundError: It was moved, but the server does not list it.
    """
    deadline = Deadline(_APPEAR_SECONDS)
    while True:
        try:
            return lookup_by_uuid(destination, domain.uuid)
        except DomainNotFoundError:
            if deadline.expired():
                raise DomainNotFoundError(
                    f"The domain '{domain.name}' was migrated, but the destination does not list it (yet)"
                ) from None
        except (ServerFault, TransportError) as error:
            if deadline.expired() or isinstance(error, DeadlineError):
                error.args = (f"The domain '{domain.name}' was migrated, but the destination does not tell: {error}",)
                raise
        time.sleep(_PAUSE)  # an ESX server hears of it from its vCenter


def _check_same(session: "Session", destination: Destination) -> None:
    same = address_of(session).casefold() == destination.server.casefold()
    if not same and destination.identity:  # one vCenter may have several names
        same = session.instance_uuid == destination.identity
    if not same:
        raise InvalidArgumentError("Migration source and destination have to refer to the same vCenter")
    if not destination.pool or not destination.hosts:
        raise InvalidArgumentError("Migration URI has to specify resource pool and host system")


def _validate(session: "Session", machine: Ref, pool: Ref, host: Ref | None) -> None:
    """Ask the vCenter what would be in the way. One SOAP call."""
    try:
        events = session.call(SERVICE, "ValidateMigration", [machine], None, None, pool, host) or ()
    except ServerFault as fault:
        if fault.name not in _NOT_THERE:
            raise
        return
    problems: list[str] = []
    warnings: list[str] = []
    for event in events:
        text = event.fullFormattedMessage or (event.fault.localizedMessage if event.fault is not None else None)
        warning = "Warning" in event.kind
        (warnings if warning else problems).append(text or event.kind)
    for text in dict.fromkeys(warnings):
        _log.warning("migration: %s", text)
    if problems:
        reasons = "; ".join(dict.fromkeys(problems))
        raise EsxvirtError(f"Could not migrate domain, validation reported a problem: {reasons}")


def _find_datastore(session: "Session", hosts: list[Ref], name: str) -> tuple[Ref, str]:
    """Return the datastore of that name among a host's, and its name as VMware's paths have it. One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
    """
    rows = retrieve(session, Query({"Datastore": ("name",)}, hosts, _DATASTORES, include_start=False))
    names = {row.get("name") or "": row for row in rows}
    meant = find_stored(names, name)
    if meant is None:
        known = ", ".join(sorted(names)) or "none"
        raise PoolNotFoundError(f"the destination has no datastore '{name}'; it has {known}")
    return names[meant].ref, meant


def _relocation(session: "Session", datastore: Ref, pool: Ref, host: Ref | None) -> Any:
    typed = session.typed
    return vim.vm.RelocateSpec(datastore=typed(datastore), pool=typed(pool), host=typed(host))
