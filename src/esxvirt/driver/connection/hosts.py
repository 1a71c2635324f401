"""The hosts of a connection as a vCenter's administrator sees them: libvirt knows nothing of several."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.records import record
from esxvirt.vsphere.inventory import Query, Row, retrieve

__all__ = ["HostSummary", "list_hosts"]

_VERSION: Final = "config.product.version"
_CORES: Final = "summary.hardware.numCpuCores"
_MEMORY: Final = "summary.hardware.memorySize"
_POWER: Final = "runtime.powerState"
_CONNECTION: Final = "runtime.connectionState"
_MAINTENANCE: Final = "runtime.inMaintenanceMode"
_MACHINES: Final = "vm"


@record(frozen=True)
class HostSummary:
    """A host: where it is, and how it does. What the server does not tell is None.

    Attributes:
        place: Its name and path, cluster and datacenter.
        state: ``poweredOn``, ``poweredOff``, ``standBy`` or ``unknown``.
        connection: ``connected``, ``disconnected`` or ``notResponding``: whether the vCenter reaches it.
        maintenance: Whether it is kept free of running machines.
        version: The product's, such as ``7.0.3``.
        cpus: Cores.
        memory: KiB.
        machines: How many it has, that the account may see.
    """

    place: HostPlace
    state: str | None
    connection: str | None
    maintenance: bool | None
    version: str | None
    cpus: int | None
    memory: int | None
    machines: int


def list_hosts(connection: Connection) -> list[HostSummary]:
    """Return all hosts of the connection, in the order of their paths. One SOAP call (a page)."""
    properties = (_VERSION, _CORES, _MEMORY, _POWER, _CONNECTION, _MAINTENANCE, _MACHINES)
    rows = {
        row.ref: row for row in retrieve(connection.session, Query({"HostSystem": properties}, connection.scope.hosts))
    }
    places = sorted(connection.scope.places, key=lambda place: [item.casefold() for item in place.path])
    return [_summary(place, rows.get(place.ref) or Row(place.ref)) for place in places]


def _summary(place: HostPlace, row: Row) -> HostSummary:
    size = row.get(_MEMORY)
    return HostSummary(
        place=place,
        state=row.get(_POWER),
        connection=row.get(_CONNECTION),
        maintenance=row.get(_MAINTENANCE),
        version=row.get(_VERSION),
        cpus=row.get(_CORES),
        memory=None if size is None else int(size) // 1024,
        machines=len(row.get(_MACHINES) or ()),
    )
