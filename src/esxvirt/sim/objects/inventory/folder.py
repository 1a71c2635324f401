"""Folders."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.folder_changes import FolderChanges
from esxvirt.sim.objects.inventory.folder_machines import FolderMachines
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host import containers

__all__ = ["Folder"]


class Folder(FolderMachines, FolderChanges):
    """A folder of the inventory; `children` are asked for each time, `types` may be in it.

    `folder` is the site's folder, which is in `parent` where no folder is above it; a datacenter's own four and the
    root have none. `datacenter` is the one that it is in.
    """

    __slots__ = ("_children", "_name", "_parent", "_types", "datacenter", "folder")

    wsdl = "Folder"

    def __init__(
        self,
        endpoint: "Endpoint",
        moid: str,
        name: str,
        parent: Ref | None,
        types: tuple[str, ...],
        children: "Callable[[], Iterable[Ref]]",
        *,
        folder: "containers.Folder | None" = None,
        datacenter: "containers.Datacenter | None" = None,
    ) -> None:
        super().__init__(endpoint, moid)
        self.folder = folder
        self.datacenter = datacenter
        self._name = name
        self._parent = parent
        self._types = types
        self._children = children

    @provides("name")
    def _get_name(self) -> str:
        return self.folder.name if self.folder else self._name

    @provides("parent")
    def _get_parent(self) -> Ref | None:
        return (
            self.endpoint.tree.ref_of(self.folder.above, self._parent) if self.folder and self._parent else self._parent
        )

    @provides("childType")
    def _get_child_type(self) -> list[str]:
        return list(self._types)

    @provides("childEntity")
    def _get_child_entity(self) -> list[Ref]:
        return list(self._children())
