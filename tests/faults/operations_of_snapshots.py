"""Operations on snapshots."""

from collections.abc import Callable
from typing import Any

from esxvirt import libvirt, libvirt_esx
from tests.faults.operation import Behind, Operation, of_domain

__all__ = ["SNAPSHOTS"]

_CHILDREN = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN
_CHILDREN_ONLY = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY


def _take(name: str) -> Callable[..., Any]:
    return lambda _, domain: domain.snapshotCreateXML(f"<domainsnapshot><name>{name}</name></domainsnapshot>", 0)


def _two(connection: "libvirt.virConnect", machine: str) -> None:
    """Two snapshots, the second below the first."""
    for name in ("first", "second"):
        _take(name)(connection, connection.lookupByName(machine))


def _three(connection: "libvirt.virConnect", machine: str) -> None:
    """Three snapshots, the others below the first."""
    _two(connection, machine)
    domain = connection.lookupByName(machine)
    domain.revertToSnapshot(domain.snapshotLookupByName("first", 0), 0)
    _take("third")(connection, domain)


def _first(connection: "libvirt.virConnect", name: str) -> tuple[Any, ...]:
    domain = connection.lookupByName(name)
    return domain, domain.snapshotLookupByName("first", 0)


def _is(*names: str, current: str | None) -> Callable[[Behind], bool]:
    """Whether these are the snapshots, and that is the current one."""

    def holds(behind: Behind) -> bool:
        if behind.machine is None:
            return False
        tree = behind.machine.snapshots
        now = tree.current.name if tree.current is not None else None
        return [snapshot.name for snapshot in tree] == list(names) and now == current

    return holds


def _delete(flags: int) -> Callable[..., Any]:
    return lambda _, __, snapshot: snapshot.delete(flags)


def _on(run: Callable[..., Any], done: Callable[[Behind], bool], *command: str, **more: Any) -> Operation:
    return Operation(run, done, command, "archive", topic="snapshots", **({"subjects": _first} | more))


SNAPSHOTS: dict[str, Operation] = {
    "snapshot-create": _on(
        _take("first"), _is("first", current="first"), "snapshot-create-as", "archive", "first", subjects=of_domain
    ),
    "snapshot-revert": _on(
        lambda _, domain, snapshot: domain.revertToSnapshot(snapshot, 0), _is("first", "second", current="first"),
        "snapshot-revert", "archive", "first", prepare=_two,
    ),
    "snapshot-delete": _on(
        _delete(0), _is("second", current="second"), "snapshot-delete", "archive", "first", prepare=_two
    ),
    "snapshot-delete --children": _on(
        _delete(_CHILDREN), _is(current=None), "snapshot-delete", "archive", "first", "--children", prepare=_two
    ),
    "snapshot-delete --children-only": _on(
        _delete(_CHILDREN_ONLY), _is("first", current="first"),
        "snapshot-delete", "archive", "first", "--children-only", prepare=_three,
    ),
    "snapshot-edit": _on(
        lambda _, __, snapshot: libvirt_esx.rename_snapshot(snapshot, "third"),
        _is("third", "second", current="second"),
        "snapshot-edit", "archive", "first", "--rename", prepare=_two,
        editor="s,<name>first</name>,<name>third</name>,",
    ),
}  # fmt: skip
