"""The datastores of a host."""

import hashlib
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["HostDatastoreSystem"]


class HostDatastoreSystem(HostManager):
    """The datastore system of a host."""

    __slots__ = ()

    wsdl = "HostDatastoreSystem"

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.ids.of(store) for store in self.host.datastores]

    @provides("capabilities")
    def _get_capabilities(self) -> Data:
        return Data(
            "HostDatastoreSystemCapabilities",
            nfsMountCreationRequired=True,
            nfsMountCreationSupported=True,
            localDatastoreSupported=self.endpoint.profile.is_gsx,
            vmfsExtentExpansionSupported=True,
        )

    def CreateNasDatastore(self, call: "Call", spec: Data) -> Ref:
        """Mount an NFS export: the same datastore on all hosts of a datacenter that mount it by the same name."""
        if self.endpoint.profile.is_gsx or (spec.type or "NFS").upper() not in {"NFS", "NFS41"}:
            raise Fault("NotSupported", f"The host mounts no {spec.type or 'NFS'} here.")
        for name in ("remoteHost", "remotePath", "localPath"):
            value = getattr(spec, name)
            if not value or (name == "remotePath" and not value.startswith("/")) or "/" in spec.localPath:
                text = f"A specified parameter was not correct: spec.{name}"
                raise Fault("InvalidArgument", text, invalidProperty=f"spec.{name}")
        host = self.host
        remote = f"{spec.remoteHost}:{spec.remotePath}"
        for store in host.datastores:
            if store.name == spec.localPath:
                text = f"The name '{spec.localPath}' already exists."
                raise Fault("DuplicateName", text, name=store.name, object=self.endpoint.ids.of(store))
            if store.remote == remote:
                raise Fault("AlreadyExists", f"The export {remote} is mounted already.", name=store.name)
        site = call.endpoint.site
        neighbours = (
            store for other in site.hosts if other.datacenter is host.datacenter for store in other.datastores
        )
        found = next((store for store in neighbours if (store.name, store.remote) == (spec.localPath, remote)), None)
        if found is None:
            number = max((store.number for store in site.datastores), default=0) + 1
            digits = hashlib.md5(remote.encode(), usedforsecurity=False).hexdigest()
            mount = f"/vmfs/volumes/{digits[:8]}-{digits[8:16]}"
            found = Datastore(spec.localPath, number, "NFS", mount, 1 << 40, remote)
            site.datastores.append(found)
        host.datastores.append(found)
        site.touch()
        return self.endpoint.ids.of(found)

    def RemoveDatastore(self, call: "Call", datastore: Ref) -> None:
        """Let the host have a datastore no more: unmount an export, delete a volume. Not one that machines use."""
        store = next((item for item in self.host.datastores if self.endpoint.ids.of(item) == datastore), None)
        if store is None:
            raise Fault("NotFound", f"The object or item referred to could not be found: {datastore.value}.")
        used = any(_uses(machine, store) for machine in self.endpoint.site.machines_on(self.host).values())
        if used or store.kind == "OTHER":
            raise Fault("ResourceInUse", f"The resource '{store.name}' is in use.", type="Datastore", name=store.name)
        site = call.endpoint.site
        self.host.datastores.remove(store)
        if not any(store in host.datastores for host in site.hosts):
            site.datastores.remove(store)
        site.touch()


def _uses(machine: "Machine", store: Datastore) -> bool:
    if machine.datastore is store:
        return True
    if machine.untouched:
        return False
    start = store.named("")
    return any(machine.disk_path(disk).startswith(start) for disk in machine.config.disks)
