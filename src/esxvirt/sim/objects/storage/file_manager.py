"""Files and directories on datastores."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.objects.storage.datastore_paths import (
    as_faults,
    invalid_argument,
    locate,
    permit,
    refuse_locked,
)
from esxvirt.sim.state.storage import files
from esxvirt.sim.state.storage.datastores import Place
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["FileManager"]


class FileManager(ManagedObject):
    """The file manager of an endpoint. Directories are moved, copied and deleted with all that they hold."""

    __slots__ = ()

    wsdl = "FileManager"

    def MakeDirectory(
        self, call: "Call", name: str, datacenter: Ref | None = None, createParentDirectories: bool | None = None
    ) -> None:
        """Make a directory; with `createParentDirectories` those above it, too."""
        place = locate(call, name, datacenter)
        permit(call, place)
        store, path = place
        if not path or store.is_directory(path) or store.find(path) is not None:
            text = f"Cannot complete the operation because the file or folder {place} already exists"
            raise Fault("FileAlreadyExists", text, file=str(place))
        parents = path.split("/")[:-1]
        above = ["/".join(parents[:depth]) for depth in range(1, len(parents) + 1)]
        if any(store.find(parent) is not None for parent in above):
            raise Fault("CannotCreateFile", "Cannot complete file creation operation.", file=str(place))
        if above and not createParentDirectories and not store.is_directory(above[-1]):
            raise Fault("FileNotFound", f"File {place.beside(above[-1])} was not found", file=str(place))
        store.make_directory(path)
        call.endpoint.site.touch()

    def MoveDatastoreFile_Task(
        self,
        call: "Call",
        sourceName: str,
        destinationName: str,
        sourceDatacenter: Ref | None = None,
        destinationDatacenter: Ref | None = None,
        force: bool | None = None,
    ) -> Ref:
        """Move a file or a directory."""
        places = self._two(call, sourceName, sourceDatacenter, destinationName, destinationDatacenter)
        return self._transfer(call, "move", *places, force=bool(force))

    def CopyDatastoreFile_Task(
        self,
        call: "Call",
        sourceName: str,
        destinationName: str,
        sourceDatacenter: Ref | None = None,
        destinationDatacenter: Ref | None = None,
        force: bool | None = None,
    ) -> Ref:
        """Copy a file or a directory."""
        places = self._two(call, sourceName, sourceDatacenter, destinationName, destinationDatacenter)
        return self._transfer(call, "copy", *places, force=bool(force))

    @staticmethod
    def _two(
        call: "Call", source: str, source_datacenter: Ref | None, goal: str, goal_datacenter: Ref | None
    ) -> tuple[Place, Place]:
        from_place = locate(call, source, source_datacenter, "sourceDatacenter")
        # Where the second datacenter is not given it is the first.
        to_place = locate(call, goal, goal_datacenter or source_datacenter, "destinationDatacenter")
        permit(call, from_place, to_place)
        return from_place, to_place

    def _transfer(self, call: "Call", kind: str, source: Place, goal: Place, *, force: bool) -> Ref:
        if not source.path:
            raise invalid_argument("sourceName")
        if not goal.path or (goal.store is source.store and f"{goal.path}/".startswith(f"{source.path}/")):
            raise invalid_argument("destinationName")

        def work(_: object) -> None:
            refuse_locked(call, *((source, goal) if kind == "move" else (goal,)))
            with as_faults(source, goal):
                (files.move if kind == "move" else files.copy)(*source, *goal, force=force)
            call.endpoint.site.touch()

        return self.start_task(call, f"FileManager.{kind}", self.endpoint.ids.of(source.store), work)

    def DeleteDatastoreFile_Task(self, call: "Call", name: str, datacenter: Ref | None = None) -> Ref:
        """Delete a file, or a directory with all that it holds."""
        place = locate(call, name, datacenter)
        permit(call, place)
        if not place.path:
            raise Fault("CannotDeleteFile", f"Cannot delete file {place}", file=str(place))

        def work(_: object) -> None:
            refuse_locked(call, place)
            with as_faults(place):
                files.delete(*place)
            call.endpoint.site.touch()

        return self.start_task(call, "FileManager.delete", self.endpoint.ids.of(place.store), work)
