"""The VMFS volumes of a host: disks that could take one, making them, mounting and unmounting them."""

import hashlib
from typing import TYPE_CHECKING

from esxvirt.sim.objects.host import storage_parts
from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.state.machine.files import uses
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.state.storage.luns import Adapter, Lun
from esxvirt.sim.wire.values import Data, Fault, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.host.host import Host

__all__ = ["VmfsDatastores", "VmfsMounts", "refuse_used", "taken_name"]

_DEVICES = "/vmfs/devices/disks/"
_LONGEST_NAME = 42
_SMALLEST = 1300 << 20
_FIRST_SECTOR = 2048


def taken_name(stores: list[Datastore], name: str) -> Datastore | None:
    """Return the datastore of that name among some, or None."""
    return next((store for store in stores if store.name == name), None)


def _invalid(name: str) -> Fault:
    return Fault("InvalidArgument", f"A specified parameter was not correct: {name}", invalidProperty=name)


class VmfsDatastores(HostManager):
    """The methods of ``HostDatastoreSystem`` that make VMFS volumes."""

    __slots__ = ()

    def QueryAvailableDisksForVmfs(self, call: "Call", datastore: Ref | None = None) -> list[Data]:
        """Return the disks that no volume is on."""
        if datastore is not None and datastore not in map(self.endpoint.ids.of, self.host.known_datastores):
            raise Fault("NotFound", f"The object or item referred to could not be found: {datastore.value}.")
        del call
        self._refuse_hosted()
        return [storage_parts.disk(lun) for lun in self._free_disks()]

    def QueryVmfsDatastoreCreateOptions(
        self, call: "Call", devicePath: str, vmfsMajorVersion: int | None = None
    ) -> list[Data]:
        """Return how a disk could take a volume: as a whole, or not at all."""
        del call
        self._refuse_hosted()
        lun = self._disk(devicePath)
        major = storage_parts.vmfs_major_version(self.host.profile.release)
        if vmfsMajorVersion is not None and vmfsMajorVersion not in {major, 5 if major == 6 else 3}:
            raise _invalid("vmfsMajorVersion")
        if lun not in self._free_disks():
            return []
        last = lun.blocks - 1
        block = Data(
            "HostDiskPartitionBlockRange",
            partition=1,
            type="vmfs",
            start=Data("HostDiskDimensionsLba", blockSize=512, block=long(_FIRST_SECTOR)),
            end=Data("HostDiskDimensionsLba", blockSize=512, block=long(last)),
        )
        total = Data("HostDiskDimensionsLba", blockSize=512, block=long(lun.blocks))
        partition = Data(
            "HostDiskPartitionAttributes",
            partition=1,
            startSector=long(_FIRST_SECTOR),
            endSector=long(last),
            type="vmfs",
            logical=False,
            attributes=0,
        )
        spec = Data(
            "VmfsDatastoreCreateSpec",
            diskUuid=lun.uuid,
            partition=Data("HostDiskPartitionSpec", totalSectors=long(lun.blocks), partition=[partition]),
            vmfs=Data(
                "HostVmfsSpec",
                extent=Data("HostScsiDiskPartition", diskName=lun.name, partition=1),
                blockSizeMb=1,
                majorVersion=vmfsMajorVersion or major,
                volumeName="",
            ),
        )
        layout = Data("HostDiskPartitionLayout", total=total, partition=[block])
        return [Data("VmfsDatastoreOption", info=Data("VmfsDatastoreAllExtentOption", layout=layout), spec=spec)]

    def CreateVmfsDatastore(self, call: "Call", spec: Data) -> Ref:
        """Make a volume of a whole disk; what was on the disk is lost. Every host that sees the disk has it."""
        self._refuse_hosted()
        name, extent = spec.vmfs.volumeName, spec.vmfs.extent
        if not name or "/" in name or len(name) > _LONGEST_NAME:
            raise _invalid("spec.vmfs.volumeName")
        lun = self._disk(_DEVICES + extent.diskName)
        if spec.diskUuid != lun.uuid:
            raise _invalid("spec.diskUuid")
        major = storage_parts.vmfs_major_version(self.host.profile.release)
        if spec.vmfs.majorVersion not in {major, 5 if major == 6 else 3}:
            raise _invalid("spec.vmfs.majorVersion")
        parts = {part.partition for part in spec.partition.partition or () if part.type == "vmfs"}
        if extent.partition not in parts:
            raise _invalid("spec.partition")
        site = call.endpoint.site
        hosts = [other for other in site.hosts if other is self.host or (not lun.local and _sees(other.adapters, lun))]
        for host in hosts:
            taken = taken_name(host.known_datastores, name)
            if taken is not None:
                text = f"The name '{name}' already exists."
                raise Fault("DuplicateName", text, name=name, object=self.endpoint.ids.of(taken))
        if lun not in self._free_disks():
            text = (
                f"Unable to create Filesystem, please see VMkernel log for more details: the disk {lun.name} is in use"
            )
            raise Fault("PlatformConfigFault", f"An error occurred during host configuration. {text}", text=text)
        number = max((store.number for store in site.datastores), default=0) + 1
        digits = hashlib.md5(f"{lun.name} {name} {site.revision}".encode(), usedforsecurity=False).hexdigest()
        mount = f"/vmfs/volumes/{digits[:8]}-{digits[8:16]}-{digits[16:20]}-{digits[20:]}"
        made = Datastore(name, number, "VMFS", mount, lun.size - (1 << 30))
        made.disk, made.local = lun.name, lun.local
        site.datastores.append(made)
        for host in hosts:
            host.datastores.append(made)
        site.touch()
        return self.endpoint.ids.of(made)

    def _refuse_hosted(self) -> None:
        if self.endpoint.profile.is_gsx:
            raise Fault("NotSupported", "A hosted product has no volumes of its own.")

    def _disks(self) -> list[Lun]:
        return list({lun.name: lun for adapter in self.host.adapters for _, lun in adapter.known()}.values())

    def _free_disks(self) -> list[Lun]:
        taken = {store.disk for store in self.endpoint.site.datastores if store.kind == "VMFS"}
        # A disk of the host itself has its name on other hosts, too, and is another one there.
        own = {store.disk for store in self.host.known_datastores if store.kind == "VMFS"}
        return [lun for lun in self._disks() if lun.name not in (own if lun.local else taken) and lun.size > _SMALLEST]

    def _disk(self, path: str) -> Lun:
        found = next((lun for lun in self._disks() if path == _DEVICES + lun.name), None)
        if found is None:
            raise Fault("NotFound", f"The object or item referred to could not be found: {path}.")
        return found


def _sees(adapters: list[Adapter], lun: Lun) -> bool:
    return any(found.name == lun.name for adapter in adapters for _, found in adapter.known())


def refuse_used(call: "Call", store: Datastore, hosts: "list[Host]") -> None:
    """Refuse to take a datastore from hosts whose machines need it."""
    site = call.endpoint.site
    if store.kind == "OTHER" or any(
        uses(machine, store) for host in hosts for machine in site.machines_on(host).values()
    ):
        raise Fault("ResourceInUse", f"The resource '{store.name}' is in use.", type="Datastore", name=store.name)


class VmfsMounts(HostManager):
    """The methods of ``HostStorageSystem`` that mount and unmount VMFS volumes: what is on them stays."""

    __slots__ = ()

    def UnmountVmfsVolume(self, call: "Call", vmfsUuid: str) -> None:
        """Let the host know a volume, and reach nothing on it."""
        store = self._volume(vmfsUuid)
        if store in self.host.unmounted:
            text = "The operation is not allowed in the current state: the volume is not mounted."
            raise Fault("InvalidState", text)
        refuse_used(call, store, [self.host])
        self.host.datastores.remove(store)
        self.host.unmounted.append(store)
        self._tell(call, store)

    def MountVmfsVolume(self, call: "Call", vmfsUuid: str) -> None:
        """Let the host reach what is on a volume that it knows."""
        store = self._volume(vmfsUuid)
        if store in self.host.datastores:
            text = f"The volume {vmfsUuid} is mounted already."
            raise Fault("VmfsAlreadyMounted", text, uuid=vmfsUuid)
        self.host.unmounted.remove(store)
        self.host.datastores.append(store)
        self._tell(call, store)

    def _volume(self, uuid: str) -> Datastore:
        for store in self.host.known_datastores:
            if store.kind == "VMFS" and store.mount.rpartition("/")[2] == uuid:
                return store
        raise Fault("NotFound", f"The object or item referred to could not be found: volume {uuid}.")

    @staticmethod
    def _tell(call: "Call", store: Datastore) -> None:
        site = call.endpoint.site
        store.accessible = any(store in host.datastores for host in site.hosts)
        site.touch()
