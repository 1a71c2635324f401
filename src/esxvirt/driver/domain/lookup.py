"""Finding domains by id, UUID, name and path."""

from collections.abc import Sequence

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.domain_paths import find_by_path, refuse
from esxvirt.driver.domain.handles import DomainHandle, warn
from esxvirt.driver.domain.reading import read_all
from esxvirt.errors import DomainNotFoundError
from esxvirt.names import find_name
from esxvirt.uuids import normalize

__all__ = ["lookup_by_id", "lookup_by_name", "lookup_by_uuid"]


def lookup_by_name(connection: Connection, name: str) -> DomainHandle:
    """Return the domain of that name (virDomainLookupByName), or with a path that ends so. One SOAP call a page.

    The name may also be written as VMware does, with ``%2f`` for a slash. A path is one of folders
    (``dc1/folder/name``), or of the host (``dc1/cluster1/esx1/name``): one call more.

    Raises:
        DomainNotFoundError: There is none.
        AmbiguousError: There are several.
    """
    domains = read_all(connection)
    found = [domain for domain in domains if domain.name == name]
    if not found and "/" in name:
        found = find_by_path(connection, domains, name)
    if not found:
        meant = find_name([domain.name for domain in domains], name)  # in VMware's writing of it
        found = [domain for domain in domains if domain.name == meant]
    return _only(connection, found, f"with name '{name}'")


def lookup_by_uuid(connection: Connection, uuid: str) -> DomainHandle:
    """Return the domain of that UUID (virDomainLookupByUUID). One SOAP call a page.

    Raises:
        DomainNotFoundError: There is none.
        AmbiguousError: There are several: a vCenter lets a copy have the UUID of what it was made from.
    """
    wanted = normalize(uuid)
    found = [domain for domain in read_all(connection) if domain.uuid == wanted]
    return _only(connection, found, f"with UUID '{wanted}'")


def lookup_by_id(connection: Connection, identifier: int) -> DomainHandle:
    """Return the active domain of that id (virDomainLookupByID). One SOAP call a page.

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
        refuse(connection, found, what)
    warn(found)
    return found[0]
