"""Virtual disks as files."""

import hashlib
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.state.storage import split_path
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["VirtualDiskManager"]


class VirtualDiskManager(ManagedObject):
    """The virtual disk manager of an endpoint."""

    __slots__ = ()

    wsdl = "VirtualDiskManager"

    def QueryVirtualDiskUuid(self, call: "Call", name: str, datacenter: Ref | None = None) -> str:
        """Return the UUID of the disk at a datastore path, as pairs of digits."""
        del datacenter
        try:
            store_name, path = split_path(name)
            stores = [store for store in call.endpoint.datastores if store.name == store_name]
            found = bool(stores) and stores[0].find(path) is not None
        except ValueError as error:
            raise Fault(
                "InvalidDatastorePath", f"Invalid datastore path '{name}'.", name="", datastorePath=name
            ) from error
        if not found or not path.endswith(".vmdk"):
            raise Fault("FileNotFound", f"File {name} was not found", file=name)
        digits = "6000c29" + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:25]
        pairs = [digits[index : index + 2] for index in range(0, 32, 2)]
        return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"
