"""The one table of operations: everything that esxvirt can change on a server."""

from tests.faults.operation import PROFILES, Behind, Operation
from tests.faults.operations_of_devices import DEVICES
from tests.faults.operations_of_machines import MACHINES
from tests.faults.operations_of_pools import POOLS
from tests.faults.operations_of_snapshots import SNAPSHOTS
from tests.faults.operations_of_storage import STORAGE

__all__ = ["OPERATIONS", "PROFILES", "Behind", "Operation"]

OPERATIONS: dict[str, Operation] = MACHINES | DEVICES | SNAPSHOTS | STORAGE | POOLS
