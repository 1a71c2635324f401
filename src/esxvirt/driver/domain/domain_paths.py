"""Where domains are: on which host, and in which folder; and finding them by that."""

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of
from esxvirt.errors import AmbiguousError
from esxvirt.names import path_item, unescape
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.versions import has_apps

__all__ = ["find_by_path", "host_of", "inventory_paths", "refuse"]

_SHOWN: Final = 8
"""How many domains a message lists."""

_TWINS: Final = (
    "; a copy gets a UUID of its own when it is told so: set 'uuid.action = \"create\"' in its VMX file while it is "
    "off, and start it"
)
"""What helps machines of one UUID."""

_MACHINE_FOLDER: Final = "vm"
"""What VMware calls the folder that every datacenter has for its machines."""

_NAMED: Final = ("name", "parent")
_UP: Final = (Step("up", "ManagedEntity", "parent", ("up",)),)
# A machine in a vApp has no folder: the vApp that is in no other has.
_OF_APPS: Final = (
    Step("app", "VirtualMachine", "parentVApp", ("folder", "outer")),
    Step("outer", "VirtualApp", "parentVApp", ("folder", "outer")),
    Step("folder", "VirtualApp", "parentFolder", ("up",)),
)


def host_of(connection: Connection, domain: DomainHandle) -> HostPlace:
    """Return the host that a domain was on when it was looked up. No SOAP call, but one if that is not known."""
    if domain.host is None:
        return place_of(connection, domain)
    return connection.scope.place(domain.host)


def inventory_paths(connection: Connection, domains: Sequence[DomainHandle]) -> dict[Ref, tuple[str, ...]]:
    """Return the paths of domains among folders: folders, datacenter, folders, vApps, name. One SOAP call.

    The folder that VMware has in every datacenter for its machines is left out, as clients do. A domain of which the
    server does not tell where it is has its name only.
    """
    return {ref: way.names for ref, way in _ways(connection, domains).items()}


@record(frozen=True)
class _Way:
    """Where a domain is: the names from the top to its own; `below` of them are the datacenter's and those above it."""

    names: tuple[str, ...]
    below: int

    def ends_with(self, items: Sequence[str]) -> bool:
        """Return whether a path is its end; VMware's own programs have the datacenter's folder of machines in it."""
        whole = (*self.names[: self.below], _MACHINE_FOLDER, *self.names[self.below :]) if self.below else ()
        return tuple(items) in {self.names[-len(items) :], whole[-len(items) :]}


def _ways(connection: Connection, domains: Sequence[DomainHandle]) -> dict[Ref, _Way]:
    wanted: dict[str, tuple[str, ...]] = dict.fromkeys(("VirtualMachine", "Folder", "Datacenter"), _NAMED)
    steps: tuple[Step, ...] = _UP
    if has_apps(connection.session.version):
        wanted |= {"VirtualMachine": (*_NAMED, "parentVApp"), "VirtualApp": ("name", "parentFolder", "parentVApp")}
        steps += _OF_APPS
    rows = {row.ref: row for row in retrieve(connection.session, Query(wanted, [one.ref for one in domains], steps))}
    return {domain.ref: _way(domain, rows) for domain in domains}


def _way(domain: DomainHandle, rows: dict[Ref, Row]) -> _Way:
    names, below = [domain.name], 0
    above = _above(rows.get(domain.ref), rows)
    passed: set[Ref] = set()
    while above is not None and above.ref not in passed:
        if above.get("name" if above.ref.type == "VirtualApp" else "parent") is None:
            break
        if above.ref.type == "Datacenter":
            below = len(names)
        if above.get("parent") is None or above.get("parent").type != "Datacenter":
            names.append(unescape(above.get("name") or above.ref.value))
        passed.add(above.ref)  # an inventory that goes round in circles has an end here all the same
        above = _above(above, rows)
    return _Way(tuple(reversed(names)), len(names) - below if below else 0)


def _above(row: Row | None, rows: dict[Ref, Row]) -> Row | None:
    """Return what something is in; None for the root, and where the server does not tell."""
    if row is None:
        return None
    found = (row.get(path) for path in ("parentVApp", "parentFolder", "parent"))
    return next((rows[ref] for ref in found if ref in rows), None)


def find_by_path(connection: Connection, domains: Iterable[DomainHandle], path: str) -> list[DomainHandle]:
    """Return the domains among these that a path means. No SOAP call if none has such a name, else one.

    The last item is the name; what is before it is the end of the path of its folder (``dc1/folder``), or of its host
    (``cluster1/esx1``). The folders that every datacenter has for its machines and its hosts may be named, as VMware's
    own programs do (``dc1/vm/folder``). A slash that is part of a name is ``%2f``.
    """
    items = [unescape(item) for item in path.split("/") if item]
    if len(items) < 2:
        return []
    named = [domain for domain in domains if domain.name == items[-1]]
    if not named:
        return []
    ways = _ways(connection, named)
    return [
        domain
        for domain in named
        if ways[domain.ref].ends_with(items)
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
    ways = [
        way
        for way, several in (
            ("by its name", len({domain.name for domain in domains}) == len(domains)),
            ("by its path", len(set(paths.values())) == len(domains)),
            ("by its UUID", len({domain.uuid for domain in domains}) == len(domains)),
            ("with --host", len({domain.host for domain in domains}) == len(domains)),
        )
        if several
    ]
    shown = [
        f"'{'/'.join(map(path_item, paths[domain.ref]))}' ({domain.uuid}, on '{host_of(connection, domain).text}')"
        for domain in domains[:_SHOWN]
    ]
    more = f" and {len(domains) - _SHOWN} more" if len(domains) > _SHOWN else ""
    uuids = {domain.uuid for domain in domains}
    raise AmbiguousError(
        f"There are {len(domains)} domains {what}; say which {_or(ways)}: "
        + ", ".join(shown)
        + more
        + (_TWINS if len(uuids) < len(domains) else "")
    )


def _or(words: Sequence[str]) -> str:
    return " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])}, or {words[-1]}"
