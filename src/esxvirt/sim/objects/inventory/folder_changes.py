"""Folders and datacenters that come, go, and move, which only a vCenter lets them do."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.objects.storage.datastore_paths import invalid_argument
from esxvirt.sim.state import containers
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["FolderChanges", "check_container_name"]

_LONGEST = 80


class FolderChanges(ManagedEntity):
    """The methods of ``Folder`` that change what folders and datacenters there are."""

    __slots__ = ()

    if TYPE_CHECKING:
        folder: containers.Folder | None
        datacenter: containers.Datacenter | None
        holds: str

    def _refuse_on_host(self) -> None:
        if self.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: only a vCenter has folders.")

    def CreateFolder(self, call: "Call", name: str) -> Ref:
        """Make a folder in this one; it holds what this one holds."""
        self._refuse_on_host()
        wanted = check_container_name(call, self.ref, name)
        site = self.endpoint.site
        made = containers.Folder(site.next_folder(), wanted, self.holds, self.folder, self.datacenter)
        site.folders.append(made)
        site.touch()
        return self.endpoint.ids.folder(made)

    def CreateDatacenter(self, call: "Call", name: str) -> Ref:
        """Make a datacenter, which has no hosts yet."""
        self._refuse_on_host()
        if self.holds != "datacenter":
            raise Fault("NotSupported", f"The folder {self.ref} holds no datacenters.")
        wanted = check_container_name(call, self.ref, name)
        site = self.endpoint.site
        number = max((item.number for item in site.datacenters), default=0) + 1
        made = containers.Datacenter(number, wanted, self.folder)
        site.datacenters.append(made)
        site.touch()
        return self.endpoint.ids.datacenter(made)

    def MoveIntoFolder_Task(self, call: "Call", list: list[Ref]) -> Ref:  # noqa: A002  # the word on the wire
        """Move machines, folders or datacenters into this folder."""
        self._refuse_on_host()
        targets = []
        for ref in list:
            target = call.endpoint.find(ref, call.session)
            if target is None:
                raise Fault("ManagedObjectNotFound", f"The object '{ref}' does not exist.", obj=ref)
            require(call, "Resource.AssignVMToPool" if ref.type == "VirtualMachine" else f"{ref.type}.Move", ref)
            targets.append(target)

        def work(_: object) -> None:
            for target in targets:
                self._take(call, target)
            self.endpoint.site.touch()

        return self.start_task(call, "Folder.moveIntoFolder", self.ref, work)

    def _take(self, call: "Call", target: object) -> None:
        site = self.endpoint.site
        machine: Machine | None = getattr(target, "machine", None)
        moved: containers.Folder | None = getattr(target, "folder", None)
        if machine is not None and self.holds == "vm":
            if machine.host.datacenter is not self.datacenter:
                raise invalid_argument("list")
            if self.folder is None:
                site.machine_folders.pop(machine.number, None)
            else:
                site.machine_folders[machine.number] = self.folder
        elif isinstance(moved, containers.Folder) and moved.holds == self.holds and moved.datacenter is self.datacenter:
            above = self.folder
            while above is not None:
                if above is moved:
                    raise invalid_argument("list")
                above = above.above
            check_container_name(call, self.ref, moved.name, moved)
            moved.above = self.folder
        elif isinstance(datacenter := getattr(target, "datacenter", None), containers.Datacenter) and (
            self.holds == "datacenter" and getattr(target, "wsdl", "") == "Datacenter"
        ):
            check_container_name(call, self.ref, datacenter.name, datacenter)
            datacenter.folder = self.folder
        else:
            raise invalid_argument("list")

    def Rename_Task(self, call: "Call", newName: str) -> Ref:
        """Give a folder that somebody has made another name."""
        self._refuse_on_host()
        require(call, "Folder.Rename", self.ref)

        def work(_: object) -> None:
            if self.folder is None:
                raise Fault("NotSupported", "The folders of a datacenter keep their names.")
            self.folder.name = check_container_name(call, self._get_parent() or self.ref, newName, self.folder)
            self.endpoint.site.touch()

        return self.start_task(call, "ManagedEntity.rename", self.ref, work)

    def Destroy_Task(self, call: "Call") -> Ref:
        """Remove a folder that somebody has made; what is in it has to be moved or removed first.

        A real vCenter would delete the machines in it with all their files.
        """
        self._refuse_on_host()
        require(call, "Folder.Delete", self.ref)

        def work(_: object) -> None:
            if self.folder is None:
                raise Fault("NotSupported", "The folders of a datacenter stay.")
            if self.getters["childEntity"](self):
                raise Fault("InvalidState", "The folder is not empty.")
            self.endpoint.site.folders.remove(self.folder)
            self.endpoint.site.touch()

        return self.start_task(call, "ManagedEntity.destroy", self.ref, work)


def check_container_name(call: "Call", folder: Ref, name: str, but: object = None) -> str:
    """Return a name as the API shows it; the fault is ``InvalidName``, or ``DuplicateName`` for one in `folder`."""
    if not name.strip() or len(name) > _LONGEST:
        raise Fault("InvalidName", f"The name '{name}' is not valid.", name=name)
    wanted = containers.escape_name(name)
    endpoint = call.endpoint
    found = endpoint.find(folder, None)
    for ref in found.getters["childEntity"](found) if found is not None else ():
        child = endpoint.find(ref, None)
        own = getattr(child, "folder", None) or getattr(child, "datacenter", None)
        if child is not None and (but is None or own is not but) and child.getters["name"](child) == wanted:
            raise Fault("DuplicateName", f"The name '{name}' already exists.", name=name, object=ref)
    return wanted
