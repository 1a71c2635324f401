"""Domains: who they are, and finding them by id, UUID, name and path."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from esxvirt.driver.connection import Connection
from esxvirt.driver.devices import DIGESTS
from esxvirt.driver.inventory import unescape
from esxvirt.driver.scope import HostPlace
from esxvirt.driver.states import PAUSED, RUNNING, domain_state
from esxvirt.errors import DomainNotFoundError, MissingPrivilegeError, ServerFault
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve

__all__ = [
    "IDENTITY",
    "DomainHandle",
    "check_readable",
    "domain_id",
    "find_again",
    "handle",
    "identity",
    "lookup_by_id",
    "lookup_by_name",
    "lookup_by_uuid",
    "place_of",
    "read",
    "read_all",
    "read_beside",
    "read_many",
    "warn",
]

_log = logging.getLogger(__name__)

IDENTITY: Final = ("name", "config.uuid", "configStatus", "runtime.powerState")
"""The properties of which a `DomainHandle` is made."""

_HOST: Final = "runtime.host"
_VM_OF_HOST: Final = (Step("vm", "HostSystem", "vm"),)
_VM_OF_VIEW: Final = (Step("view", "ContainerView", "view"),)
_NO_UUID: Final = str(UUID(int=0))


@dataclass(slots=True)
class DomainHandle:
    """A domain as it was when it was looked up.

    Attributes:
        ref: The `VirtualMachine`.
        name: Without vSphere's escapes.
        uuid: In its usual form; all zeros where the server has no configuration of the machine.
        id: Of an active domain, -1 for others.
        state: libvirt's number, see `esxvirt.driver.states`.
        row: What was read for it.
        problem: Why part of it could not be read, for a person; None if all was.
        host: The host that it is on, where the connection is to several.
        tasks: The machine's tasks when it was last made ready for one, by which a newer one is known; None before.
    """

    ref: Ref
    name: str
    uuid: str
    id: int
    state: int
    row: Row = field(repr=False)
    problem: str | None = None
    host: Ref | None = None
    tasks: frozenset[str] | None = field(default=None, repr=False)


def identity(connection: Connection) -> tuple[str, ...]:
    """The properties of which handles are made: `IDENTITY`, and the host where the connection is to several."""
    return IDENTITY if connection.scope.is_one_host else (*IDENTITY, _HOST)


def handle(row: Row) -> DomainHandle:
    """The handle for a row with the `IDENTITY` properties.

    A machine whose properties cannot be read is there all the same, with what is known (DESIGN, "One bad VM").
    """
    raw_uuid = row.get("config.uuid")
    state = domain_state(row.get("runtime.powerState"))
    active = state in {RUNNING, PAUSED}
    problem = None
    if row.missing:
        faults = ", ".join(sorted(set(row.missing.values())))
        problem = f"{', '.join(sorted(row.missing))} cannot be read ({faults})"
    elif raw_uuid is None:
        problem = "it has no configuration; its VMX file may be missing or broken"
    name = row.get("name") or row.ref.value
    return DomainHandle(
        ref=row.ref,
        name=unescape(name),
        uuid=_uuid(raw_uuid),
        id=domain_id(row.ref) if active else -1,
        state=state,
        row=row,
        problem=problem,
        host=row.get(_HOST),
    )


def warn(domains: Iterable[DomainHandle]) -> None:
    """Tell of what could not be read of domains that somebody is shown."""
    for domain in domains:
        if domain.problem is not None:
            _log.warning("domain '%s' (%s): %s", domain.name, domain.ref.value, domain.problem)


def _uuid(text: object) -> str:
    try:
        return str(UUID(str(text)))
    except ValueError:
        return _NO_UUID


def domain_id(ref: Ref) -> int:
    """Libvirt's id: the number in the reference, ``48`` on a host, ``vm-48`` on a vCenter."""
    found = re.search(r"\d+$", ref.value)
    return int(found[0]) if found else -1


def read_all(connection: Connection, properties: Iterable[str] = ()) -> list[DomainHandle]:
    """All domains of the connection's hosts, with these properties besides the `IDENTITY`. One SOAP call a page."""
    wanted = tuple(dict.fromkeys((*identity(connection), *properties)))
    try:
        return _read_all(connection, wanted)
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound" or connection.scope.is_one_host:
            raise
    connection.look_again()  # a host was taken out of the vCenter
    return _read_all(connection, wanted)


def _read_all(connection: Connection, wanted: Sequence[str]) -> list[DomainHandle]:
    scope = connection.scope
    start, steps = (scope.hosts, _VM_OF_HOST) if scope.view is None else ((scope.view,), _VM_OF_VIEW)
    query = Query({"VirtualMachine": wanted}, start, steps, include_start=False, digest=DIGESTS)
    return [handle(row) for row in retrieve(connection.session, query)]


def read(connection: Connection, domain: DomainHandle, properties: Sequence[str]) -> Row:
    """Properties of one domain, as they are now. One SOAP call.

    Raises:
        DomainNotFoundError: It is gone, and no other has its UUID.
        MissingPrivilegeError: The account may not read them.
    """
    row = read_many(connection, [domain], properties)[0]
    check_readable(row, f"the virtual machine '{domain.name}'")
    return row


def check_readable(row: Row, what: str) -> None:
    """Refuse to go on with what the account may not see.

    Raises:
        MissingPrivilegeError: The server withheld properties of `what`, such as ``the host 'esx1'``.
    """
    withheld = sorted(path for path, fault in row.missing.items() if fault == "NoPermission")
    if withheld:
        raise MissingPrivilegeError(
            f"The server does not tell {', '.join(withheld)}; the account lacks the privilege 'System.Read' on {what} "
            f"({row.ref.value})",
            name="NoPermission",
        )


def read_many(connection: Connection, domains: Sequence[DomainHandle], properties: Sequence[str]) -> list[Row]:
    """Properties of some domains, in their order. One SOAP call a page, and one more if one was registered anew.

    Raises:
        DomainNotFoundError: One is gone, and no other has its UUID.
    """
    query = Query({"VirtualMachine": tuple(properties)}, [domain.ref for domain in domains], digest=DIGESTS)
    try:
        rows = {row.ref: row for row in retrieve(connection.session, query)}
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound":
            raise
        rows = {}
    if all(domain.ref in rows for domain in domains):
        return [rows[domain.ref] for domain in domains]
    return [found.row for found in find_again(connection, *domains, properties=properties)]


def place_of(connection: Connection, domain: DomainHandle) -> HostPlace:
    """The host that a domain is on, and where that is. No SOAP call on a connection to one host; else one.

    Raises:
        DomainNotFoundError: It is gone.
        EsxvirtError: It is on no host of the connection by now.
    """
    scope = connection.scope
    if not scope.is_one_host:
        domain.host = read(connection, domain, (_HOST,)).get(_HOST)
    return scope.place(domain.host)


def read_beside(
    connection: Connection,
    domain: DomainHandle,
    properties: Sequence[str],
    others: Mapping[str, Sequence[str]],
    steps: Sequence[Step],
) -> tuple[Row, list[Row], HostPlace]:
    """Properties of one domain, and those of `others`, by type, which `steps` lead to from its host.

    One SOAP call; two more if it was registered anew, one more if it has moved. Nothing is digested: devices come as
    the server has them.

    Returns:
        The domain's row, all rows, and the host.

    Raises:
        DomainNotFoundError: It is gone, and no other has its UUID.
        MissingPrivilegeError: The account may not read the domain's.
    """
    scope = connection.scope
    if domain.host is None:
        place_of(connection, domain)
    own = tuple(properties) if scope.is_one_host else (*properties, _HOST)
    wanted = {"VirtualMachine": own, **others}
    rows = _retrieve_beside(connection, domain, wanted, steps)
    if not any(row.ref == domain.ref for row in rows):
        find_again(connection, domain)
        rows = _retrieve_beside(connection, domain, wanted, steps)
    row = next((row for row in rows if row.ref == domain.ref), None)
    if row is None:
        raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    check_readable(row, f"the virtual machine '{domain.name}'")
    if not scope.is_one_host and row.get(_HOST) != domain.host:
        domain.host = row.get(_HOST)
        rows = _retrieve_beside(connection, domain, wanted, steps)
    return row, rows, scope.place(domain.host)


def _retrieve_beside(
    connection: Connection, domain: DomainHandle, wanted: Mapping[str, Sequence[str]], steps: Sequence[Step]
) -> list[Row]:
    start = [domain.ref, connection.scope.place(domain.host).ref]
    try:
        return retrieve(connection.session, Query(wanted, start, steps))
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound":
            raise
        return []


def find_again(connection: Connection, *domains: DomainHandle, properties: Sequence[str] = ()) -> list[DomainHandle]:
    """Find domains by UUID whose references are of no more use, and give the handles their new ones.

    A machine that was unregistered and registered again has another reference, but the same UUID. One SOAP call a page.

    Raises:
        DomainNotFoundError: One is gone.
    """
    present = {domain.uuid: domain for domain in read_all(connection, properties)}
    for domain in domains:
        if domain.uuid not in present or domain.uuid == _NO_UUID:
            raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    for domain in domains:
        domain.ref, domain.host = present[domain.uuid].ref, present[domain.uuid].host
    return [present[domain.uuid] for domain in domains]


def lookup_by_name(connection: Connection, name: str) -> DomainHandle:
    """The domain of that name (virDomainLookupByName), or with a path that ends so. One SOAP call a page.

    A path is one of folders (``dc1/folder/name``), or of the host (``dc1/cluster1/esx1/name``): one call more.

    Raises:
        DomainNotFoundError: There is none.
        AmbiguousError: There are several.
    """
    domains = read_all(connection)
    found = [domain for domain in domains if domain.name == name]
    if not found and "/" in name:
        from esxvirt.driver.whereabouts import find_by_path  # noqa: PLC0415  it stands on this module

        found = find_by_path(connection, domains, name)
    return _only(connection, found, f"with name '{name}'")


def lookup_by_uuid(connection: Connection, uuid: str) -> DomainHandle:
    """The domain of that UUID (virDomainLookupByUUID). One SOAP call a page.

    Raises:
        DomainNotFoundError: There is none.
        AmbiguousError: There are several: a vCenter lets a copy have the UUID of what it was made from.
    """
    wanted = str(UUID(uuid))
    found = [domain for domain in read_all(connection) if domain.uuid == wanted]
    return _only(connection, found, f"with UUID '{wanted}'")


def lookup_by_id(connection: Connection, identifier: int) -> DomainHandle:
    """The active domain of that id (virDomainLookupByID). One SOAP call a page.

    Raises:
        DomainNotFoundError: There is none, or it is not active.
    """
    for domain in read_all(connection):
        if domain.id == identifier != -1:
            warn([domain])
            return domain
    raise DomainNotFoundError(f"No domain with ID {identifier}")


def _only(connection: Connection, found: Sequence[DomainHandle], what: str) -> DomainHandle:
    if not found:
        raise DomainNotFoundError(f"Could not find domain {what}")
    if len(found) > 1:
        from esxvirt.driver.whereabouts import refuse  # noqa: PLC0415  it stands on this module

        refuse(connection, found, what)
    warn(found)
    return found[0]
