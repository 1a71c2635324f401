"""Browsing datastores."""

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.state.storage import Datastore, split_path
from esxvirt.sim.wire.values import Data, Fault, Ref, Typed, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.objects.task import Task

__all__ = ["HostDatastoreBrowser"]

# The queries of a search by the ends of the names they find; the last finds everything.
_QUERIES = {
    "VmConfigFileQuery": (".vmx",),
    "TemplateConfigFileQuery": (".vmtx",),
    "VmDiskFileQuery": (".vmdk",),
    "IsoImageFileQuery": (".iso",),
    "FloppyImageFileQuery": (".flp", ".img"),
    "VmLogFileQuery": (".log",),
    "VmNvramFileQuery": (".nvram",),
    "VmSnapshotFileQuery": (".vmsn",),
    "FileQuery": ("",),
}
_INFO = {
    ".vmx": "VmConfigFileInfo",
    ".vmdk": "VmDiskFileInfo",
    ".iso": "IsoImageFileInfo",
    ".flp": "FloppyImageFileInfo",
    ".img": "FloppyImageFileInfo",
    ".log": "VmLogFileInfo",
    ".nvram": "VmNvramFileInfo",
}


class HostDatastoreBrowser(ManagedObject):
    """A datastore's or a host's browser."""

    __slots__ = ()

    wsdl = "HostDatastoreBrowser"

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        moid = self.ref.value.partition("-")[2]
        refs = [self.endpoint.identify(store) for store in self.endpoint.datastores]
        return [ref for ref in refs if ref.value == moid] or refs

    @provides("supportedType")
    def _get_supported_type(self) -> list[Data]:
        return [Data(name) for name in ("VmConfigFileQuery", "VmDiskFileQuery", "FolderFileQuery", "IsoImageFileQuery")]

    def SearchDatastore_Task(self, call: "Call", datastorePath: str, searchSpec: Data | None = None) -> "Task":
        """List one directory."""
        store, path = self._locate(datastorePath)
        return self.endpoint.start_task(
            call, "Datastore.search", self, lambda _: self._search(store, path, searchSpec or _EVERYTHING)
        )

    def SearchDatastoreSubFolders_Task(
        self, call: "Call", datastorePath: str, searchSpec: Data | None = None
    ) -> "Task":
        """List a directory and all below it."""
        store, path = self._locate(datastorePath)

        def search(_: object) -> Typed:
            found = []
            pending = [path]
            while pending:
                directory = pending.pop(0)
                found.append(self._search(store, directory, searchSpec or _EVERYTHING))
                pending += [f"{directory}/{name}".strip("/") for name, below in store.names(directory) if below]
            return Typed("ArrayOfHostDatastoreBrowserSearchResults", found)

        return self.endpoint.start_task(call, "Datastore.searchSubFolders", self, search)

    def _locate(self, path: str) -> tuple[Datastore, str]:
        try:
            name, directory = split_path(path)
            directory = Datastore.normalise(directory)
        except ValueError as error:
            raise Fault(
                "InvalidDatastorePath", f"Invalid datastore path '{path}'.", name="", datastorePath=path
            ) from error
        for store in self.endpoint.datastores:
            if store.name == name and store.accessible:
                return store, directory
        raise Fault("InvalidDatastore", f"Invalid datastore path '{path}'.", name=name)

    def _search(self, store: Datastore, directory: str, spec: Data) -> Data:
        if not store.is_directory(directory):
            raise Fault(
                "FileNotFound", f"File [{store.name}] {directory} was not found", file=f"[{store.name}] {directory}"
            )
        files = []
        for name, below in store.names(directory):
            patterns = spec.matchPattern or ["*"]
            if not any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns):
                continue
            info = self._info(store, f"{directory}/{name}".strip("/"), name, below, spec)
            if info is not None:
                files.append(info)
        path = f"[{store.name}] {directory}" + ("/" if directory else "")
        return Data(
            "HostDatastoreBrowserSearchResults", datastore=self.endpoint.identify(store), folderPath=path, file=files
        )

    def _info(self, store: Datastore, path: str, name: str, below: bool, spec: Data) -> Data | None:
        """Make the description of one name, with the details that are asked for; None if no query wants it."""
        queries = {query.type_name for query in spec.query or ()}
        if not below and name.endswith("-flat.vmdk"):
            # A disk is shown once, by its descriptor.
            return None
        details: dict[str, Any] = {}
        asked = spec.details
        file = None if below else store.find(path)
        if asked is not None and asked.fileSize and file is not None:
            details["fileSize"] = long(self._size(store, path, file.size))
        if asked is not None and asked.modification and file is not None:
            details["modification"] = file.modified
        if below:
            wanted = not queries or queries & {"FolderFileQuery", "FileQuery"}
            return Data("FolderFileInfo", path=name, **details) if wanted else None
        if queries and not any(name.lower().endswith(end) for query in queries for end in _QUERIES.get(query, ())):
            return None
        kind = _INFO.get(f".{name.lower().rpartition('.')[2]}", "FileInfo") if queries else "FileInfo"
        disk = next((query for query in spec.query or () if query.type_name == "VmDiskFileQuery"), None)
        if kind == "VmDiskFileInfo" and disk is not None and disk.details is not None and file is not None:
            details |= _disk_details(disk.details, file.read(), self._size(store, path, file.size))
        return Data(kind, path=name, **details)

    @staticmethod
    def _size(store: Datastore, path: str, size: int) -> int:
        flat = store.find(f"{path.removesuffix('.vmdk')}-flat.vmdk") if path.endswith(".vmdk") else None
        return flat.size if flat else size


def _disk_details(asked: Data, descriptor: bytes, size: int) -> dict[str, Any]:
    """What a disk's descriptor says, as far as it is asked for."""
    text = descriptor[:65536].decode(errors="replace")
    adapter = re.search(r'ddb\.adapterType = "(\w+)"', text)
    hardware = re.search(r'ddb\.virtualHWVersion = "(\d+)"', text)
    controllers = {"buslogic": "VirtualBusLogicController", "ide": "VirtualIDEController"}
    details: dict[str, Any] = {}
    if asked.diskType:
        details["diskType"] = "VirtualDiskFlatVer2BackingInfo"
    if asked.capacityKb:
        details["capacityKb"] = long(size >> 10)
    if asked.hardwareVersion:
        details["hardwareVersion"] = int(hardware[1]) if hardware else 4
    if asked.controllerType:
        details["controllerType"] = controllers.get(adapter[1] if adapter else "", "VirtualLsiLogicController")
    if asked.thin:
        details["thin"] = "ddb.thinProvisioned" in text
    return details


_EVERYTHING = Data("HostDatastoreBrowserSearchSpec")
