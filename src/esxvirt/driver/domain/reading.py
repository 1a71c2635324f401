"""Reading domains: all, some or one of them, with any properties, alone or beside what is on their host."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.places import PROPERTIES_OF_PLACES, grow, steps_to_hosts
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.devices.digests import DIGESTS
from esxvirt.driver.domain.handles import HOST, IDENTITY, DomainHandle, handle
from esxvirt.errors import AmbiguousError, DomainNotFoundError, MissingPrivilegeError, ServerFault
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve

__all__ = ["check_readable", "find_again", "identity", "place_of", "read", "read_all", "read_many", "read_with_host"]

_VM_OF_HOST: Final = (Step("vm", "HostSystem", "vm"),)
_VM_OF_VIEW: Final = (Step("view", "ContainerView", "view"),)


def identity(connection: Connection) -> tuple[str, ...]:
    """Return the properties of which handles are made: `IDENTITY`, and the host where the connection is to several."""
    return IDENTITY if connection.scope.is_one_host else (*IDENTITY, HOST)


def read_all(connection: Connection, properties: Iterable[str] = ()) -> list[DomainHandle]:
    """Return all domains of the connection's hosts, with these properties besides the `IDENTITY`.

    One SOAP call a page.
    """
    if not connection.is_scope_known:
        return _read_first(connection, tuple(dict.fromkeys((*IDENTITY, *properties))))
    wanted = tuple(dict.fromkeys((*identity(connection), *properties)))
    try:
        return _read_all(connection, wanted)
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound" or connection.scope.is_one_host:
            raise
    connection.refresh_scope()  # a host was taken out of the vCenter
    return _read_all(connection, wanted)


def _read_first(connection: Connection, wanted: Sequence[str]) -> list[DomainHandle]:
    """Read the machines of an `esx://` or `gsx://` connection and, on the way to them, its host."""
    root = connection.session.content.rootFolder
    properties = {**PROPERTIES_OF_PLACES, "VirtualMachine": wanted}
    query = Query(properties, [root], steps_to_hosts(*_VM_OF_HOST), digest=DIGESTS)
    machines: list[Row] = []
    places: list[Row] = []
    for row in retrieve(connection.session, query):
        (machines if row.ref.type == "VirtualMachine" else places).append(row)
    connection.find_scope(grow(root, places))
    return [handle(row) for row in machines]


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
    """Return the host that a domain is on, and where that is. No SOAP call on a connection to one host; else one.

    Raises:
        DomainNotFoundError: It is gone.
        EsxvirtError: It is on no host of the connection by now.
    """
    scope = connection.scope
    if not scope.is_one_host:
        domain.host = read(connection, domain, (HOST,)).get(HOST)
    return scope.place(domain.host)


def read_with_host(
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
    own = tuple(properties) if scope.is_one_host else (*properties, HOST)
    wanted = {"VirtualMachine": own, **others}
    rows = _retrieve_with_host(connection, domain, wanted, steps)
    if not any(row.ref == domain.ref for row in rows):
        find_again(connection, domain)
        rows = _retrieve_with_host(connection, domain, wanted, steps)
    row = next((row for row in rows if row.ref == domain.ref), None)
    if row is None:
        raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    check_readable(row, f"the virtual machine '{domain.name}'")
    if not scope.is_one_host and row.get(HOST) != domain.host:
        domain.host = row.get(HOST)
        rows = _retrieve_with_host(connection, domain, wanted, steps)
    return row, rows, scope.place(domain.host)


def _retrieve_with_host(
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

    A machine that was unregistered and registered again has another reference, but the same UUID; of several with one
    UUID, it is the one that has its name, too. One SOAP call a page.

    Raises:
        DomainNotFoundError: One is gone.
        AmbiguousError: Several may be it.
    """
    present: dict[str, list[DomainHandle]] = {}
    for known in read_all(connection, properties):
        present.setdefault(known.uuid, []).append(known)
    found = [_same(domain, present.get(domain.uuid, [])) for domain in domains]
    for domain, now in zip(domains, found, strict=True):
        domain.ref, domain.host = now.ref, now.host
    return found


def _same(domain: DomainHandle, candidates: list[DomainHandle]) -> DomainHandle:
    if not candidates:
        raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    same = [known for known in candidates if known.ref == domain.ref] or candidates
    if len(same) > 1:
        same = [known for known in same if known.name == domain.name]
    if len(same) != 1:
        raise AmbiguousError(
            f"The domain '{domain.name}' was registered anew or is gone, and {len(candidates)} have its UUID "
            f"'{domain.uuid}': look it up again by its path"
        )
    return same[0]
