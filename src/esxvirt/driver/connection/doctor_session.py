"""The second half of an examination: what only a session tells."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

from esxvirt.auth import Authenticator
from esxvirt.driver.connection.connection import only_host, open_vcenter
from esxvirt.driver.connection.findings import Finding, failed, fine, skipped, wrong
from esxvirt.driver.connection.places import read_seen
from esxvirt.driver.connection.product import VPX
from esxvirt.driver.connection.scope import Scope, scope_of
from esxvirt.driver.connection.uri_paths import resolve
from esxvirt.errors import EsxvirtError
from esxvirt.names import unescape
from esxvirt.uri import ConnectionURI
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.session import SERVICE, Session
from esxvirt.vsphere.versions import tells_licences

__all__ = ["inside"]

_ADMIN: Final = -1
_SKEW_SECONDS: Final = 300
_SHOWN: Final = 5
_FREE: Final = "esxbasic"
_OLD: Final = "the server is older than that: before vSphere 4.0 they are not told"

_HOST, _MACHINE, _FOLDER, _STORE = "HostSystem", "VirtualMachine", "Folder", "Datastore"
_POOL = "ResourcePool"
_INTERACT, _CONFIG, _STATE = "VirtualMachine.Interact.", "VirtualMachine.Config.", "VirtualMachine.State."

# What people do, whether it changes anything, and the privileges that it takes on objects of a type.
_OPERATIONS: Final[tuple[tuple[str, bool, dict[str, tuple[str, ...]]], ...]] = (
    ("list and look", False, {_HOST: ("System.Read",), _MACHINE: ("System.Read",)}),
    ("read VMX files", False, {_STORE: ("Datastore.Browse", "Datastore.FileManagement")}),
    (
        "start and stop",
        True,
        {
            _MACHINE: tuple(
                f"{_INTERACT}{name}" for name in ("PowerOn", "PowerOff", "Suspend", "Reset", "AnswerQuestion")
            )
        },
    ),
    (
        "change machines",
        True,
        {_MACHINE: tuple(f"{_CONFIG}{name}" for name in ("CPUCount", "Memory", "Resource", "Settings", "EditDevice"))},
    ),
    (
        "define and undefine",
        True,
        {
            _FOLDER: ("VirtualMachine.Inventory.Register",),
            _MACHINE: ("VirtualMachine.Inventory.Unregister",),
            _STORE: ("Datastore.FileManagement",),
            _POOL: ("Resource.AssignVMToPool",),
        },
    ),
    (
        "take snapshots",
        True,
        {
            _MACHINE: tuple(
                f"{_STATE}{name}" for name in ("CreateSnapshot", "RevertToSnapshot", "RemoveSnapshot", "RenameSnapshot")
            )
        },
    ),
    ("change storage", True, {_STORE: ("Datastore.AllocateSpace", "Datastore.FileManagement")}),
    ("change networks", True, {_HOST: ("Host.Config.Network",)}),
    ("set autostart", True, {_HOST: ("Host.Config.AutoStart",)}),
)

_STEPS: Final = (
    Step("vm", _HOST, "vm"),
    Step("store", _HOST, "datastore"),
    Step("folder", "Datacenter", "vmFolder"),
)


def inside(
    uri: ConnectionURI, session: Session, authenticate: Authenticator, resources: ExitStack, *, read_only: bool
) -> Iterator[Finding]:
    """Licence, path, managing vCenter, clock, datastores and privileges, for a session that is logged in."""
    yield _licence(session)
    try:
        tree = read_seen(session)
        if uri.scheme == VPX:
            scope = resolve(tree, uri.path, uri.host)
        else:
            scope = scope_of([only_host(tree)], f"the host '{uri.host}'")
    except EsxvirtError as error:
        yield failed("path", error, "esxvirsh tree shows what there is")
        for name in ("vCenter", "clock", "datastores", "privileges"):
            yield skipped(name, "there is no such host") if name != "clock" else _clock(session)
        return
    yield fine("path", f"it leads to {scope.name}: {len(scope.places)} host{'s' * (len(scope.places) != 1)}")
    if uri.scheme == VPX:
        yield skipped("vCenter", "it is one")
    else:
        yield _managed(uri, only_host(tree), authenticate, resources)
    yield _clock(session)
    try:
        rows = _read(session, scope)
    except EsxvirtError as error:
        yield failed("datastores", error)
        yield skipped("privileges", "they cannot be read")
        return
    yield _datastores(rows)
    yield from _privileges(session, rows, read_only=read_only)


def _licence(session: Session) -> Finding:
    manager = session.content.licenseManager
    if manager is None:
        return skipped("licence", "the server tells of none")
    try:
        rows = retrieve(session, Query({"LicenseManager": ("licenses",)}, [manager]))
    except EsxvirtError as error:
        return skipped("licence", _OLD if not tells_licences(session.version) else str(error))
    licences = [licence for row in rows for licence in row.get("licenses") or ()]
    if not licences:
        return skipped("licence", "the account may not see it")
    names = ", ".join(dict.fromkeys(str(licence.name) for licence in licences))
    if any(str(licence.editionKey).lower().startswith(_FREE) for licence in licences):
        mend = "assign a paid licence, or an evaluation; until then work with -r"
        return wrong("licence", f"{names}: it is free, and the API only reads under it", mend)
    return fine("licence", names)


def _managed(uri: ConnectionURI, host: Any, authenticate: Authenticator, resources: ExitStack) -> Finding:
    address = host.get("summary.managementServerIp")
    if uri.vcenter is None:
        if not address:
            return fine("vCenter", "none manages the host")
        return fine("vCenter", f"{address} manages the host; to migrate, add ?vcenter=* to the URI")
    try:
        session = open_vcenter(uri, host, authenticate, resources)
    except EsxvirtError as error:
        mend = f"?vcenter={address}, or ?vcenter=*" if address else "leave out vcenter="
        return failed("vCenter", error, mend)
    return fine("vCenter", f"{session.about.fullName} at '{session.endpoint.name}' manages the host")


def _clock(session: Session) -> Finding:
    try:
        there = session.call(SERVICE, "CurrentTime")
    except EsxvirtError as error:
        return failed("clock", error)
    skew = (there - datetime.now(UTC)).total_seconds()
    if abs(skew) <= _SKEW_SECONDS:
        return fine("clock", f"the server's is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}")
    mend = "set the server's clock, or this machine's, by NTP"
    how = f"the server's is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    return wrong("clock", how, mend, "WARNING")


def _read(session: Session, scope: Scope) -> list[Row]:
    """Roles on all objects that the connection is about, and the state of datastores. One SOAP call a page."""
    datacenters = list(dict.fromkeys(place.datacenter for place in scope.places))
    pools = list(dict.fromkeys(place.resource_pool for place in scope.places if place.resource_pool is not None))
    wanted = {
        _HOST: ("name", "effectiveRole"),
        _MACHINE: ("name", "effectiveRole"),
        _FOLDER: ("name", "effectiveRole"),
        _POOL: ("name", "effectiveRole"),
        _STORE: ("name", "effectiveRole", "summary.accessible"),
    }
    return retrieve(session, Query(wanted, [*scope.hosts, *datacenters, *pools], _STEPS))


def _datastores(rows: list[Row]) -> Finding:
    stores = [row for row in rows if row.ref.type == _STORE]
    if not stores:
        mend = "may the account see them? else add one to the host"
        return wrong("datastores", "there is none", mend, "WARNING")
    lost = [_called(row) for row in stores if row.get("summary.accessible") is False]
    if lost:
        mend = "look after the storage behind them, or its network; machines on them cannot start"
        return wrong("datastores", f"not accessible: {_list(lost)}", mend, "WARNING")
    return fine("datastores", _list([_called(row) for row in stores]))


def _privileges(session: Session, rows: list[Row], *, read_only: bool) -> Iterator[Finding]:
    """For each group of operations the privileges that the account lacks, and where."""
    manager = session.content.authorizationManager
    try:
        found = retrieve(session, Query({"AuthorizationManager": ("roleList",)}, [manager]))
    except EsxvirtError as error:
        yield failed("privileges", error)
        return
    roles = {role.roleId: frozenset(role.privilege or ()) for row in found for role in row.get("roleList") or ()}
    if not roles:
        yield skipped("privileges", "the account may not see what roles there are")
        return
    for name, writes, needed in _OPERATIONS:
        if not (writes and read_only):
            yield _allowed(name, needed, rows, roles)


def _allowed(
    name: str, needed: dict[str, tuple[str, ...]], rows: list[Row], roles: dict[int, frozenset[str]]
) -> Finding:
    title = f"may {name}"
    lacking: dict[str, list[str]] = {}
    looked = 0
    for row in rows:
        privileges = needed.get(row.ref.type)
        given = row.get("effectiveRole")
        if privileges is None or given is None:
            continue
        looked += 1
        if _ADMIN in given:
            continue
        held: frozenset[str] = frozenset().union(*(roles.get(role, frozenset()) for role in given))
        for privilege in privileges:
            if privilege not in held:
                lacking.setdefault(privilege, []).append(_called(row))
    if not looked:
        return skipped(title, "there is nothing to do it to, or the account may not see its roles")
    if not lacking:
        return fine(title, "everywhere")
    places: dict[str, list[str]] = {}
    for privilege, where in lacking.items():
        places.setdefault(_list(where), []).append(privilege)
    text = "; ".join(f"lacks {', '.join(privileges)} on {where}" for where, privileges in places.items())
    return wrong(title, text, "give the account a role that has it there, on the host or the vCenter")


def _called(row: Row) -> str:
    return unescape(row.get("name") or row.ref.value)


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + more
