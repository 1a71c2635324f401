"""A machine's virtual hardware as the server has it, by the names that VMX files and libvirt's XML give its devices."""

from typing import Any, Final

from esxvirt.buses import bus_of_controller
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read_with_host
from esxvirt.driver.domain.states import RUNNING, domain_state
from esxvirt.driver.network.attachable import Networks, network_properties, network_steps
from esxvirt.driver.storage.datastores import DATASTORE_PROPERTIES
from esxvirt.driver.tasks.machine_tasks import CHANGE_VERSION, STATE
from esxvirt.records import record
from esxvirt.vsphere.inventory import Row, Step

__all__ = ["Hardware", "read_hardware"]

_DEVICES: Final = "config.hardware.device"
_TO_DATASTORES: Final = Step("datastore", "HostSystem", "datastore")

_DRIVES: Final = frozenset({"VirtualDisk", "VirtualCdrom", "VirtualFloppy"})
_PORTS: Final = {"serial": "VirtualSerialPort", "parallel": "VirtualParallelPort"}


@record(frozen=True)
class Hardware:
    """The devices of a machine, and what of its host a change of them needs.

    Attributes:
        devices: as `esxvirt.vsphere.decode` gives them, in the server's order.
        row: the machine's row, with `STATE` and `CHANGE_VERSION` of `esxvirt.driver.tasks.machine_tasks`.
        rows: also those of the host's datastores and networks.
        place: the host.
    """

    devices: tuple[Any, ...]
    row: Row
    rows: tuple[Row, ...]
    place: HostPlace

    @property
    def running(self) -> bool:
        """Whether the machine runs."""
        return domain_state(self.row.get("runtime.powerState")) == RUNNING

    @property
    def networks(self) -> Networks:
        """The host's networks."""
        return Networks(self.rows)

    def by_key(self, key: int) -> Any | None:
        """Return the device of a key, or None."""
        return next((device for device in self.devices if device.key == key), None)

    def controllers(self) -> dict[str, Any]:
        """Return the controllers of drives, by their names in a VMX file: ``scsi0``, ``ide1``."""
        return {
            f"{bus}{device.busNumber or 0}": device
            for device in self.devices
            if (bus := bus_of_controller(device.kind)) is not None and bus != "fdc"
        }

    def drives(self) -> dict[str, Any]:
        """Disks, CD-ROM and floppy drives, by their names in a VMX file: ``scsi0:1``, ``floppy0``."""
        controllers = {device.key: device for device in self.devices if bus_of_controller(device.kind)}
        found = {}
        for device in self.devices:
            controller = controllers.get(device.controllerKey)
            if device.kind in _DRIVES and controller is not None:
                bus, unit = bus_of_controller(controller.kind), device.unitNumber or 0
                found[f"floppy{unit}" if bus == "fdc" else f"{bus}{controller.busNumber or 0}:{unit}"] = device
        return found

    def cards(self) -> list[Any]:
        """Return the network cards."""
        return [
            device
            for device in self.devices
            if device.kind not in _DRIVES and (device.macAddress is not None or device.addressType is not None)
        ]

    def ports(self, kind: str) -> list[Any]:
        """Return the ports of a kind, ``serial`` or ``parallel``, in their order."""
        return sorted((device for device in self.devices if device.kind == _PORTS[kind]), key=lambda device: device.key)


def read_hardware(connection: Connection, domain: DomainHandle) -> Hardware:
    """Read a machine's devices, with its state and its host's datastores and networks. One SOAP call.

    Raises:
        DomainNotFoundError: It is gone.
    """
    others = {"Datastore": DATASTORE_PROPERTIES, **network_properties(connection)}
    steps = (_TO_DATASTORES, *network_steps(connection))
    row, rows, place = read_with_host(connection, domain, (*STATE, CHANGE_VERSION, _DEVICES), others, steps)
    return Hardware(tuple(row.get(_DEVICES) or ()), row, tuple(rows), place)
