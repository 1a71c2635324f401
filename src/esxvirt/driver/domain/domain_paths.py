"""Where domains are: on which host, and in which folder; and finding them by that."""

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of
from esxvirt.errors import AmbiguousError
from esxvirt.names import path_item, unescape
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve

__all__ = ["find_by_path", "host_of", "inventory_paths", "refuse"]

_SHOWN: Final = 8
"""How many domains a message lists."""

_UP: Final = (Step("up", "ManagedEntity", "parent", ("up",)),)
_NAMED: Final = ("name", "parent")


def host_of(connection: Connection, domain: DomainHandle) -> HostPlace:
    """The host that a domain was on when it was looked up. No SOAP call, but one if that is not known."""
    if domain.host is None:
        return place_of(connection, domain)
    return connection.scope.place(domain.host)


def inventory_paths(connection: Connection, domains: Sequence[DomainHandle]) -> dict[Ref, tuple[str, ...]]:
    """The paths of domains among folders: folders, datacenter, folders, name. One SOAP call.

    The folder that VMware has in every datacenter for its machines is left out, as clients do. A domain of which the
    server does not tell where it is (in a vApp) has its name only.
    """
    query = Query(
        {"VirtualMachine": _NAMED, "Folder": _NAMED, "Datacenter": _NAMED}, [domain.ref for domain in domains], _UP
    )
    rows = {row.ref: row for row in retrieve(connection.session, query)}
    return {domain.ref: tuple(reversed(list(_upwards(domain, rows)))) for domain in domains}


def _upwards(domain: DomainHandle, rows: dict[Ref, Row]) -> Iterable[str]:
    yield domain.name
    row = rows.get(domain.ref)
    above = rows.get(row.get("parent")) if row is not None else None
    while above is not None and above.get("parent") is not None:  # the root has none, and no name that counts
        parent = above.get("parent")
        if parent.type != "Datacenter":
            yield unescape(above.get("name") or above.ref.value)
        above = rows.get(parent)


def find_by_path(connection: Connection, domains: Iterable[DomainHandle], path: str) -> list[DomainHandle]:
    """The domains among these that a path means. No SOAP call if none has such a name, else one.

    The last item is the name; what is before it is the end of the path of its folder (``dc1/folder``), or of its host
    (``cluster1/esx1``). A slash that is part of a name is ``%2f``.
    """
    items = [unescape(item) for item in path.split("/") if item]
    if len(items) < 2:
        return []
    named = [domain for domain in domains if domain.name == items[-1]]
    if not named:
        return []
    paths = inventory_paths(connection, named)
    return [
        domain
        for domain in named
        if list(paths[domain.ref][-len(items) :]) == items
        or host_of(connection, domain).is_named("/".join(path_item(item) for item in items[:-1]))
    ]


def refuse(connection: Connection, domains: Sequence[DomainHandle], what: str) -> NoReturn:
    """Raise the error for several domains where one is meant. One SOAP call.

    Args:
        connection: The connection.
        domains: Them.
        what: What they have in common, such as ``with name 'web'``.

    Raises:
        AmbiguousError: The message tells how to say which.
    """
    paths = inventory_paths(connection, domains)
    shown = [
        f"'{'/'.join(map(path_item, paths[domain.ref]))}' ({domain.uuid}, on '{host_of(connection, domain).text}')"
        for domain in domains[:_SHOWN]
    ]
    more = f" and {len(domains) - _SHOWN} more" if len(domains) > _SHOWN else ""
    raise AmbiguousError(
        f"There are {len(domains)} domains {what}; say which by its path, by its UUID, or with --host: "
        + ", ".join(shown)
        + more
    )
