"""What else VMware tools tell of a guest: operating system, file systems, network (virDomainGetGuestInfo)."""

from collections.abc import Iterator
from typing import Any, Final

from esxvirt.constants import parameters
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.affect_flags import LIVE_OTHERWISE
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import RUNNING, domain_state
from esxvirt.errors import OperationInvalidError, OperationUnsupportedError
from esxvirt.records import record

__all__ = ["FILESYSTEM", "HOSTNAME", "INTERFACES", "OS", "TOLD", "Filesystem", "filesystems", "guest_details"]

OS: Final = parameters.VIR_DOMAIN_GUEST_INFO_OS
HOSTNAME: Final = parameters.VIR_DOMAIN_GUEST_INFO_HOSTNAME
FILESYSTEM: Final = parameters.VIR_DOMAIN_GUEST_INFO_FILESYSTEM
INTERFACES: Final = parameters.VIR_DOMAIN_GUEST_INFO_INTERFACES
TOLD: Final = OS | HOSTNAME | FILESYSTEM | INTERFACES
"""The VIR_DOMAIN_GUEST_INFO_* that VMware tools tell of."""
_NAMES: Final = {
    parameters.VIR_DOMAIN_GUEST_INFO_USERS: "users",
    parameters.VIR_DOMAIN_GUEST_INFO_TIMEZONE: "timezone",
    parameters.VIR_DOMAIN_GUEST_INFO_DISKS: "disks",
}

_POWER: Final = "runtime.powerState"
_TOOLS: Final = "guest.toolsStatus"
_DISK: Final = "guest.disk"
_PATHS: Final = {
    OS: ("guest.guestId", "guest.guestFullName"),
    HOSTNAME: ("guest.hostName",),
    FILESYSTEM: (_DISK,),
    INTERFACES: ("guest.net",),
}
_SILENT: Final = frozenset({None, "toolsNotInstalled", "toolsNotRunning"})


@record(frozen=True)
class Filesystem:
    """A file system of a guest; sizes in bytes, `kind` None where the tools do not tell (before vSphere 7)."""

    mountpoint: str
    kind: str | None
    capacity: int
    free: int


def filesystems(connection: Connection, domain: DomainHandle) -> list[Filesystem]:
    """Return the file systems that a guest has mounted (virDomainGetFSInfo). One SOAP call.

    Raises:
        OperationInvalidError: The domain does not run, or its guest does not tell.
    """
    return list(_filesystems(_read(connection, domain, FILESYSTEM)))


def guest_details(connection: Connection, domain: DomainHandle, types: int = 0) -> dict[str, str | int]:
    """Return what a guest tells, by libvirt's names of the parameters. One SOAP call.

    Args:
        connection: The connection.
        domain: The domain.
        types: VIR_DOMAIN_GUEST_INFO_*; 0 for all that VMware tools tell.

    Raises:
        OperationUnsupportedError: VMware tools do not tell that.
        OperationInvalidError: The domain does not run, or its guest does not tell.
    """
    for bit, name in _NAMES.items():
        if types & bit:
            raise OperationUnsupportedError(f"VMware tools do not tell a guest's {name}")
    wanted = types or TOLD
    values = _read(connection, domain, wanted)
    found: dict[str, str | int] = {}
    if wanted & OS:
        _put(found, "os.id", values.get("guest.guestId"))
        _put(found, "os.pretty-name", values.get("guest.guestFullName"))
    if wanted & HOSTNAME:
        _put(found, "hostname", values.get("guest.hostName"))
    if wanted & FILESYSTEM:
        mounted = list(_filesystems(values))
        found["fs.count"] = len(mounted)
        for number, filesystem in enumerate(mounted):
            start = f"fs.{number}"
            found[f"{start}.name"] = found[f"{start}.mountpoint"] = filesystem.mountpoint
            _put(found, f"{start}.fstype", filesystem.kind)
            found[f"{start}.total-bytes"] = filesystem.capacity
            found[f"{start}.used-bytes"] = filesystem.capacity - filesystem.free
            found[f"{start}.disk.count"] = 0
    if wanted & INTERFACES:
        _put_cards(found, values.get("guest.net") or [])
    return found


def _read(connection: Connection, domain: DomainHandle, types: int) -> dict[str, Any]:
    paths = [path for bit, some in _PATHS.items() if types & bit for path in some]
    row = read(connection, domain, (_POWER, _TOOLS, *paths))
    if domain_state(row.get(_POWER)) != RUNNING:
        raise OperationInvalidError(LIVE_OTHERWISE)
    if row.get(_TOOLS) in _SILENT:
        raise OperationInvalidError("the guest tells nothing of itself (missing VMware Tools?)")
    return {path: row.get(path) for path in paths}


def _filesystems(values: dict[str, Any]) -> Iterator[Filesystem]:
    for disk in values.get(_DISK) or ():
        yield Filesystem(disk.diskPath or "", disk.filesystemType or None, disk.capacity or 0, disk.freeSpace or 0)


def _put(found: dict[str, str | int], name: str, value: Any) -> None:
    if value:
        found[name] = str(value)


def _put_cards(found: dict[str, str | int], cards: list[Any]) -> None:
    found["if.count"] = len(cards)
    for number, card in enumerate(cards):
        start = f"if.{number}"
        _put(found, f"{start}.name", card.network)
        _put(found, f"{start}.hwaddr", card.macAddress)
        lengths = {item.ipAddress: item.prefixLength for item in (card.ipConfig and card.ipConfig.ipAddress) or ()}
        addresses = card.ipAddress or ()
        found[f"{start}.addr.count"] = len(addresses)
        for index, address in enumerate(addresses):
            found[f"{start}.addr.{index}.type"] = "ipv6" if ":" in address else "ipv4"
            found[f"{start}.addr.{index}.addr"] = str(address)
            found[f"{start}.addr.{index}.prefix"] = int(lengths.get(address) or 0)
