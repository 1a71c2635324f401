"""Properties of the connection's hosts, as they are read for what is told of them."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.reading import check_readable
from esxvirt.errors import EsxvirtError
from esxvirt.vsphere.inventory import Query, Row, retrieve

__all__ = ["free_bytes", "positive", "read_host", "read_hosts"]

_SIZE: Final = "hardware.memorySize"
_USED: Final = "summary.quickStats.overallMemoryUsage"


def read_hosts(connection: Connection, *properties: str) -> list[Row]:
    """Read properties of the connection's hosts; of several, those that the account may see. One SOAP call (a page).

    Raises:
        EsxvirtError: The account may see none.
        MissingPrivilegeError: It may not read the properties.
    """
    rows = retrieve(connection.session, Query({"HostSystem": properties}, connection.scope.hosts))
    if not rows:
        raise EsxvirtError("Could not retrieve the HostSystem object; may the account see the host?")
    told = [row for row in rows if "NoPermission" not in row.missing.values()]
    if not told:
        check_readable(rows[0], f"the host '{connection.scope.place(rows[0].ref).name}'")
    return told  # of several hosts, those that the account may see


def read_host(connection: Connection, *properties: str) -> Row:
    """Read properties of the connection's only host. One SOAP call.

    Raises:
        InvalidArgumentError: The connection is to several hosts.
        EsxvirtError: As `read_hosts`.
    """
    connection.scope.only_host()
    return read_hosts(connection, *properties)[0]


def positive(row: Row, path: str) -> int:
    """Return a number of a host that is never 0.

    Raises:
        EsxvirtError: The server does not tell it.
    """
    value: int = row.get(path) or 0
    if value < 1:
        raise EsxvirtError(f"The host does not tell its '{path}'; may the account see the host?")
    return value


def free_bytes(row: Row) -> int:
    """Return the bytes of a host's memory that are in no use.

    Raises:
        EsxvirtError: The server does not tell.
    """
    size, used_mib = row.get(_SIZE), row.get(_USED)
    if size is None or used_mib is None:
        raise EsxvirtError("The host does not tell how much of its memory is in use")
    return int(size) - (int(used_mib) << 20)
