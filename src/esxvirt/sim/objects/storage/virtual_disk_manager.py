"""Virtual disks as files."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.objects.storage.datastore_paths import (
    as_faults,
    invalid_argument,
    locate,
    permit,
    refuse_locked,
)
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Place
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["VirtualDiskManager"]

_ADAPTERS = {"ide": "ide", "busLogic": "buslogic", "lsiLogic": "lsilogic"}
# The types of disks that hosts make, with whether each is thin, and those that only hosted products know.
_TYPES = {"preallocated": False, "thick": False, "eagerZeroedThick": False, "thin": True}
_HOSTED = {"flatMonolithic": False, "thick2Gb": False, "sparseMonolithic": True, "sparse2Gb": True}
_UUID = re.compile(r"[0-9a-f]{2}( [0-9a-f]{2}){7}-[0-9a-f]{2}( [0-9a-f]{2}){7}")


class VirtualDiskManager(ManagedObject):
    """The virtual disk manager of an endpoint."""

    __slots__ = ()

    wsdl = "VirtualDiskManager"

    def CreateVirtualDisk_Task(self, call: "Call", name: str, spec: Data, datacenter: Ref | None = None) -> Ref:
        """Make a disk, full of zeros."""
        place = self._place(call, name, datacenter)
        adapter, thin = self._kind(spec)
        capacity = spec.capacityKb
        if capacity is None or capacity <= 0:
            raise invalid_argument("spec.capacityKb")
        version = self.endpoint.profile.hw_version

        def work() -> None:
            with as_faults(place):
                disks.create(*place, capacity, adapter=adapter, thin=thin, hw_version=version)

        return self._start(call, "createVirtualDisk", place, work)

    def DeleteVirtualDisk_Task(self, call: "Call", name: str, datacenter: Ref | None = None) -> Ref:
        """Delete a disk with its extents."""
        place = self._place(call, name, datacenter)

        def work() -> None:
            self._refuse_locked(call, place)
            with as_faults(place):
                disks.delete(*place)

        return self._start(call, "deleteVirtualDisk", place, work)

    def CopyVirtualDisk_Task(
        self,
        call: "Call",
        sourceName: str,
        destName: str,
        sourceDatacenter: Ref | None = None,
        destDatacenter: Ref | None = None,
        destSpec: Data | None = None,
        force: bool | None = None,
    ) -> Ref:
        """Copy a disk, as another type of disk if `destSpec` says so."""
        source, goal = self._two(call, sourceName, sourceDatacenter, destName, destDatacenter)
        adapter, thin = self._kind(destSpec) if destSpec is not None else (None, None)

        def work() -> None:
            self._refuse_locked(call, goal)
            with as_faults(source, goal):
                disks.copy(*source, *goal, force=bool(force), adapter=adapter, thin=thin)

        return self._start(call, "copyVirtualDisk", source, work)

    def MoveVirtualDisk_Task(
        self,
        call: "Call",
        sourceName: str,
        destName: str,
        sourceDatacenter: Ref | None = None,
        destDatacenter: Ref | None = None,
        force: bool | None = None,
        profile: list[Data] | None = None,
    ) -> Ref:
        """Move a disk, or give it another name."""
        del profile
        source, goal = self._two(call, sourceName, sourceDatacenter, destName, destDatacenter)

        def work() -> None:
            self._refuse_locked(call, source, goal)
            with as_faults(source, goal):
                uuid = disks.identify(*source)
                disks.copy(*source, *goal, force=bool(force), keep_uuid=True)
                disks.delete(*source)
                disks.set_uuid(*goal, uuid)

        return self._start(call, "moveVirtualDisk", source, work)

    def ExtendVirtualDisk_Task(
        self,
        call: "Call",
        name: str,
        newCapacityKb: int,
        datacenter: Ref | None = None,
        eagerZero: bool | None = None,
    ) -> Ref:
        """Make a disk bigger."""
        del eagerZero
        place = self._place(call, name, datacenter)

        def work() -> None:
            self._refuse_locked(call, place)
            with as_faults(place):
                try:
                    disks.extend(*place, newCapacityKb)
                except ValueError:
                    raise invalid_argument("newCapacityKb") from None

        return self._start(call, "extendVirtualDisk", place, work)

    def ZeroFillVirtualDisk_Task(self, call: "Call", name: str, datacenter: Ref | None = None) -> Ref:
        """Overwrite a disk with zeros."""
        return self._zero(call, "zeroFillVirtualDisk", name, datacenter)

    def EagerZeroVirtualDisk_Task(self, call: "Call", name: str, datacenter: Ref | None = None) -> Ref:
        """Write the zeros of a disk that was made without them; what it holds stays."""
        place = self._place(call, name, datacenter)
        return self._start(call, "eagerZeroVirtualDisk", place, lambda: self._inflate(call, place))

    def InflateVirtualDisk_Task(self, call: "Call", name: str, datacenter: Ref | None = None) -> Ref:
        """Make a thick disk of a thin one."""
        place = self._place(call, name, datacenter)
        return self._start(call, "inflateVirtualDisk", place, lambda: self._inflate(call, place))

    def _inflate(self, call: "Call", place: Place) -> None:
        self._refuse_locked(call, place)
        with as_faults(place):
            disks.inflate(*place)

    def _zero(self, call: "Call", kind: str, name: str, datacenter: Ref | None) -> Ref:
        place = self._place(call, name, datacenter)

        def work() -> None:
            self._refuse_locked(call, place)
            with as_faults(place):
                disks.zero(*place)

        return self._start(call, kind, place, work)

    def QueryVirtualDiskUuid(self, call: "Call", name: str, datacenter: Ref | None = None) -> str:
        """Return the UUID of the disk at a datastore path, as pairs of digits."""
        place = self._place(call, name, datacenter, privilege="Datastore.Browse")
        with as_faults(place):
            return disks.identify(*place)

    def SetVirtualDiskUuid(self, call: "Call", name: str, uuid: str, datacenter: Ref | None = None) -> None:
        """Give a disk another UUID."""
        place = self._place(call, name, datacenter)
        if not _UUID.fullmatch(uuid.lower()):
            raise invalid_argument("uuid")
        self._refuse_locked(call, place)
        with as_faults(place):
            disks.set_uuid(*place, uuid)
        call.endpoint.site.touch()

    def QueryVirtualDiskGeometry(self, call: "Call", name: str, datacenter: Ref | None = None) -> Data:
        """Return the geometry of a disk."""
        place = self._place(call, name, datacenter, privilege="Datastore.Browse")
        with as_faults(place):
            sectors = disks.read(*place).sectors
        return Data("HostDiskDimensionsChs", cylinder=sectors // (255 * 63), head=255, sector=63)

    @staticmethod
    def _place(
        call: "Call", name: str, datacenter: Ref | None, *, privilege: str = "Datastore.FileManagement"
    ) -> Place:
        place = locate(call, name, datacenter)
        permit(call, place, privilege=privilege)
        if not place.path.endswith(".vmdk"):
            raise invalid_argument("name")
        return place

    @staticmethod
    def _two(
        call: "Call", source: str, source_datacenter: Ref | None, goal: str, goal_datacenter: Ref | None
    ) -> tuple[Place, Place]:
        from_place = locate(call, source, source_datacenter, "sourceDatacenter")
        to_place = locate(call, goal, goal_datacenter or source_datacenter, "destDatacenter")
        permit(call, from_place, to_place)
        if not to_place.path.endswith(".vmdk") or to_place == from_place:
            raise invalid_argument("destName")
        return from_place, to_place

    def _kind(self, spec: Data) -> tuple[str, bool]:
        """Return the adapter, as descriptors write it, and whether the disk is thin."""
        adapter = _ADAPTERS.get(spec.adapterType)
        types = _TYPES | (_HOSTED if self.endpoint.profile.is_gsx else {})
        if adapter is None:
            raise invalid_argument("spec.adapterType")
        if spec.diskType not in types:
            raise invalid_argument("spec.diskType")
        return adapter, types[spec.diskType]

    @staticmethod
    def _refuse_locked(call: "Call", *places: Place) -> None:
        for place in places:
            try:
                names = disks.files(*place)
            except (FileNotFoundError, disks.NoDiskError):
                names = [place.path]
            refuse_locked(call, *(place.beside(name) for name in names))

    def _start(self, call: "Call", kind: str, place: Place, effect: Callable[[], None]) -> Ref:
        def work(_: object) -> None:
            effect()
            call.endpoint.site.touch()

        return self.start_task(call, f"VirtualDiskManager.{kind}", self.endpoint.ids.of(place.store), work)
