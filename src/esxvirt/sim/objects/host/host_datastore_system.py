"""The datastores of a host."""

import hashlib
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host.vmfs import VmfsDatastores, refuse_used, taken_name
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.site.site import Site

__all__ = ["HostDatastoreSystem"]

_MOST_EXPORTS = 8
_NFS_41 = (6, 0)


class HostDatastoreSystem(VmfsDatastores):
    """The datastore system of a host."""

    __slots__ = ()

    wsdl = "HostDatastoreSystem"

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.ids.of(store) for store in self.host.known_datastores]

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
        """Mount an NFS export: the same datastore on all hosts of a datacenter that mount it by the same name.

        A server whose name ends in ``.invalid`` does not answer; a host mounts 8 exports at most, as it comes.
        """
        protocol = self._protocol(spec)
        host = self.host
        remote = f"{spec.remoteHost}:{spec.remotePath}"
        taken = taken_name(host.known_datastores, spec.localPath)
        if taken is not None:
            text = f"The name '{spec.localPath}' already exists."
            raise Fault("DuplicateName", text, name=taken.name, object=self.endpoint.ids.of(taken))
        mounted = [store for store in host.datastores if store.kind == "NFS"]
        for store in mounted:
            if store.remote == remote:
                raise Fault("AlreadyExists", f"The export {remote} is mounted already.", name=store.name)
        if len(mounted) >= _MOST_EXPORTS:
            text = f"The host has {len(mounted)} NFS datastores mounted, and mounts no more."
            where = {"remoteHost": spec.remoteHost, "remotePath": spec.remotePath}
            raise Fault("NasConnectionLimitReached", text, name=spec.localPath, **where)
        if spec.remoteHost.endswith(".invalid"):
            text = f"Unable to complete Sysinfo operation: unable to connect to NFS server {spec.remoteHost}"
            raise Fault("PlatformConfigFault", f"An error occurred during host configuration. {text}", text=text)
        site = call.endpoint.site
        neighbours = (
            store for other in site.hosts if other.datacenter is host.datacenter for store in other.datastores
        )
        wanted = spec.localPath, remote, protocol
        found = next((store for store in neighbours if (store.name, store.remote, store.protocol) == wanted), None)
        if found is None:
            found = _mounted(site, spec.localPath, remote, protocol)
        host.datastores.append(found)
        site.touch()
        return self.endpoint.ids.of(found)

    def _protocol(self, spec: Data) -> str:
        """Return how an export is to be mounted, or refuse what cannot be."""
        protocol = (spec.type or "NFS").upper()
        if self.endpoint.profile.is_gsx or protocol not in {"NFS", "NFS41"}:
            raise Fault("NotSupported", f"The host mounts no {spec.type or 'NFS'} here.")
        if protocol == "NFS41" and self.host.profile.release < _NFS_41:
            raise Fault("NotSupported", "The host mounts no NFS 4.1: that came with 6.0.")
        for name in ("remoteHost", "remotePath", "localPath"):
            value = getattr(spec, name)
            if not value or (name == "remotePath" and not value.startswith("/")) or "/" in spec.localPath:
                text = f"A specified parameter was not correct: spec.{name}"
                raise Fault("InvalidArgument", text, invalidProperty=f"spec.{name}")
        if spec.accessMode not in {"readWrite", "readOnly"}:
            text = "A specified parameter was not correct: spec.accessMode"
            raise Fault("InvalidArgument", text, invalidProperty="spec.accessMode")
        names = spec.fields.get("remoteHostNames") or []
        if protocol == "NFS41" and spec.remoteHost not in names:
            text = "A specified parameter was not correct: spec.remoteHostNames"
            raise Fault("InvalidArgument", text, invalidProperty="spec.remoteHostNames")
        return protocol

    def RemoveDatastore(self, call: "Call", datastore: Ref) -> None:
        """Let the host have a datastore no more. Not one that machines use.

        An export is unmounted, and all that is on it stays. A volume is deleted, for every host that has it.
        """
        store = next((item for item in self.host.known_datastores if self.endpoint.ids.of(item) == datastore), None)
        if store is None:
            raise Fault("NotFound", f"The object or item referred to could not be found: {datastore.value}.")
        site = call.endpoint.site
        hosts = [self.host] if store.kind == "NFS" else [host for host in site.hosts if store in host.known_datastores]
        refuse_used(call, store, hosts)
        if store in self.host.unmounted:
            text = f"The volume '{store.name}' is not mounted."
            raise Fault("PlatformConfigFault", f"An error occurred during host configuration. {text}", text=text)
        for host in hosts:
            for known in (host.datastores, host.unmounted):
                if store in known:
                    known.remove(store)
        if not any(store in host.known_datastores for host in site.hosts):
            site.datastores.remove(store)
            if store.kind == "NFS":
                site.exports[store.remote] = store
        site.touch()


def _mounted(site: "Site", name: str, remote: str, protocol: str) -> Datastore:
    """Make the datastore of an export: what was on it when it was mounted before is there."""
    number = max((store.number for store in site.datastores), default=0) + 1
    digits = hashlib.md5(remote.encode(), usedforsecurity=False).hexdigest()
    mount = f"/vmfs/volumes/{digits[:8]}-{digits[8:16]}"
    elsewhere = next((store for store in site.datastores if store.remote == remote), None)
    before = site.exports.pop(remote, None) or elsewhere
    if before is not None and elsewhere is None:
        mount = before.mount
    made = Datastore(name, number, "NFS", mount, 1 << 40, remote)
    made.protocol = protocol
    if before is not None:
        made.capacity = before.capacity
        made.share(before)
    site.datastores.append(made)
    return made
