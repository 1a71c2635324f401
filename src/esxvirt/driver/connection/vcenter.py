"""A connection's vCenter: the server that moves machines, and what it calls the connection's host and domains.

For `vpx://` that is the server of the connection itself. An ESX server and its vCenter have references of their own for
the same machine and the same host.
"""

import socket
from typing import TYPE_CHECKING, Final, NamedTuple

from esxvirt.driver.connection.product import VPX
from esxvirt.driver.domain.handles import IDENTITY, DomainHandle, handle
from esxvirt.driver.domain.reading import read
from esxvirt.errors import DomainNotFoundError, EsxvirtError, InvalidArgumentError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.driver.connection.connection import Connection
    from esxvirt.vsphere.session import Session

__all__ = ["Place", "address_of", "find_machine", "find_place", "vcenter_of"]

_MACHINES: Final = (Step("vm", "HostSystem", "vm"),)
_COMPUTE: Final = (Step("parent", "HostSystem", "parent"),)
_HARDWARE: Final = "summary.hardware.uuid"


class Place(NamedTuple):
    """Where the vCenter can let a machine run: a resource pool, and the host, or the cluster's hosts, of it."""

    pool: Ref
    hosts: tuple[Ref, ...]


def vcenter_of(connection: "Connection") -> "Session | None":
    """Return the session on the connection's vCenter; None for an `esx://` connection without `?vcenter=`."""
    return connection.session if connection.product == VPX else connection.vcenter


def address_of(session: "Session") -> str:
    """Return the IP address of a server, which is what migration URIs have; its name where that is not known here."""
    try:
        found = socket.getaddrinfo(session.endpoint.host, None, type=socket.SOCK_STREAM)
    except OSError:
        return session.endpoint.host
    return str(found[0][4][0])


def find_place(connection: "Connection") -> Place:
    """Return the vCenter's references for the host, or cluster, of a connection.

    No SOAP call for `vpx://`, else 2 (or 4).

    The host of an `esx://` connection is found by its address, as libvirt does, and by its hardware's UUID where the
    vCenter has it by another one.

    Raises:
        InvalidArgumentError: The connection is to several hosts that are not one cluster.
        EsxvirtError: The vCenter does not list the host, or not its resource pool.
    """
    scope = connection.scope
    if connection.product == VPX:
        clusters = {place.compute_resource for place in scope.places if place.cluster is not None}
        if len(clusters) != 1 or any(place.cluster is None for place in scope.places):
            scope.only_host()
        hosts, pool = scope.hosts, scope.places[0].resource_pool
    else:
        host = _find_host(connection)
        hosts = (host,)
        rows = retrieve(_session(connection), Query({"ComputeResource": ("resourcePool",)}, hosts, _COMPUTE))
        pool = next((row.get("resourcePool") for row in rows if row.get("resourcePool")), None)
    if pool is None:
        raise EsxvirtError("The vCenter does not tell the resource pool of the host; may the account see it?")
    return Place(pool, hosts)


def find_machine(connection: "Connection", domain: DomainHandle, properties: "Sequence[str]") -> Row:
    """Return a domain's machine on the vCenter, with properties. One SOAP call for `vpx://`, 2 (or 4) for `esx://`.

    Raises:
        DomainNotFoundError: It is gone, or the vCenter does not list it on that host.
        EsxvirtError: There are several of its UUID and name.
    """
    if connection.product == VPX:
        return read(connection, domain, properties)
    wanted = tuple(dict.fromkeys((*IDENTITY, *properties)))
    query = Query({"VirtualMachine": wanted}, [_find_host(connection)], _MACHINES, include_start=False)
    rows = retrieve(_session(connection), query)
    found = [row for row in rows if handle(row).uuid == domain.uuid]
    if len(found) > 1:  # a copy that somebody made of its files
        found = [row for row in found if handle(row).name == domain.name]
    if not found:
        raise DomainNotFoundError(f"The vCenter lists no domain with UUID '{domain.uuid}' on this host")
    if len(found) > 1:
        raise EsxvirtError(f"There are {len(found)} domains '{domain.name}' with UUID '{domain.uuid}' on this host")
    return found[0]


def _session(connection: "Connection") -> "Session":
    session = vcenter_of(connection)
    if session is None:
        raise InvalidArgumentError("Migration not possible without a vCenter")
    return session


def _find_host(connection: "Connection") -> Ref:
    """Return the vCenter's reference for the host of an `esx://` connection.

    One SOAP call, 3 if its address is unknown.
    """
    session = _session(connection)
    index = session.content.searchIndex
    found: Ref | None = session.call(index, "FindByIp", None, address_of(connection.session), False)
    if found is None:
        rows = retrieve(connection.session, Query({"HostSystem": (_HARDWARE,)}, [connection.scope.host]))
        uuid = rows[0].get(_HARDWARE) if rows else None
        found = session.call(index, "FindByUuid", None, uuid, False) if uuid else None
    if found is None:
        raise EsxvirtError(
            f"The vCenter does not list the host {connection.session.endpoint.host}, neither by its address nor by its "
            "hardware's UUID; may the account see it?"
        )
    return found
