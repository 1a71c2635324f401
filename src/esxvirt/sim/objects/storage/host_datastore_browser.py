"""Browsing datastores."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from esxvirt.buses import CONTROLLER_TYPES, SCSI_TYPES, SCSI_WORDS
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.storage.datastore_paths import as_faults, find_place, locate, permit, refuse_locked
from esxvirt.sim.state.machine.machine import EPOCH
from esxvirt.sim.state.machine.vmxtext import parse
from esxvirt.sim.state.storage import disks, files
from esxvirt.sim.state.storage.datastores import Datastore, File
from esxvirt.sim.wire.values import Data, Fault, Ref, Typed, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

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
    ".vmsn": "VmSnapshotFileInfo",
    ".vmtx": "TemplateConfigFileInfo",
}
# The controllers that disk images are for, by what their descriptors say.
_CONTROLLERS = {word: SCSI_TYPES[model] for word, model in SCSI_WORDS.items()} | {"ide": CONTROLLER_TYPES["ide"]}
_EXTENT = re.compile(r"-(flat|delta)\.vmdk$", re.IGNORECASE)


class HostDatastoreBrowser(ManagedObject):
    """A datastore's or a host's browser."""

    __slots__ = ()

    wsdl = "HostDatastoreBrowser"

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        moid = self.ref.value.partition("-")[2]
        refs = [self.endpoint.ids.of(store) for store in self.endpoint.datastores]
        return [ref for ref in refs if ref.value == moid] or refs

    @provides("supportedType")
    def _get_supported_type(self) -> list[Data]:
        return [Data(name) for name in (*_QUERIES, "FolderFileQuery") if name != "FileQuery"]

    def SearchDatastore_Task(self, call: "Call", datastorePath: str, searchSpec: Data | None = None) -> Ref:
        """List one directory."""
        store, path = self._locate(call, datastorePath)
        return self.start_task(
            call, "Datastore.search", self.ref, lambda _: self._search(store, path, searchSpec or _EVERYTHING)
        )

    def SearchDatastoreSubFolders_Task(self, call: "Call", datastorePath: str, searchSpec: Data | None = None) -> Ref:
        """List a directory and all below it."""
        store, path = self._locate(call, datastorePath)

        def search(_: object) -> Typed:
            found = []
            pending = [path]
            while pending:
                directory = pending.pop(0)
                found.append(self._search(store, directory, searchSpec or _EVERYTHING))
                pending += [f"{directory}/{name}".strip("/") for name, below in store.names(directory) if below]
            return Typed("ArrayOfHostDatastoreBrowserSearchResults", found)

        return self.start_task(call, "Datastore.searchSubFolders", self.ref, search)

    def DeleteFile(self, call: "Call", datastorePath: str) -> None:
        """Delete a file: the old way, before there was a file manager."""
        place = locate(call, datastorePath, self.endpoint.ids.datacenter(self.endpoint.datacenters[0]))
        permit(call, place)
        refuse_locked(call, place)
        with as_faults(place):
            files.delete(*place)
        self.endpoint.site.touch()

    def _locate(self, call: "Call", path: str) -> tuple[Datastore, str]:
        """Find a place on one of the datastores that this browser shows."""
        shown = self._get_datastore()
        stores = [store for store in self.endpoint.datastores if self.endpoint.ids.of(store) in shown]
        place = find_place(path, stores, self.endpoint)
        permit(call, place, privilege="Datastore.Browse")
        return place

    def _search(self, store: Datastore, directory: str, spec: Data) -> Data:
        if not store.is_directory(directory):
            raise Fault("FileNotFound", f"File {store.named(directory)} was not found", file=store.named(directory))
        found = []
        names = list(store.names(directory))
        if spec.sortFoldersFirst:
            names.sort(key=lambda item: not item[1])
        pattern = _pattern(spec.matchPattern or (), ignore_case=spec.searchCaseInsensitive is not False)
        for name, below in names:
            if not pattern.fullmatch(name):
                continue
            info = self._info(store, f"{directory}/{name}".strip("/"), name, below, spec)
            if info is not None:
                found.append(info)
        path = store.named(f"{directory}/" if directory else "")
        return Data(
            "HostDatastoreBrowserSearchResults", datastore=self.endpoint.ids.of(store), folderPath=path, file=found
        )

    def _info(self, store: Datastore, path: str, name: str, below: bool, spec: Data) -> Data | None:
        """Make the description of one name, with the details that are asked for; None if no query wants it."""
        queries = {query.type_name: query for query in spec.query or ()}
        asked = spec.details
        typed = bool(queries) or (asked is not None and asked.fileType)
        file = None if below else store.find(path)
        details: dict[str, Any] = {}
        if asked is not None and asked.modification:
            details["modification"] = file.modified if file is not None else EPOCH
        if asked is not None and asked.fileOwner:
            details["owner"] = "root"
        if below:
            wanted = not queries or queries.keys() & {"FolderFileQuery", "FileQuery"}
            return Data("FolderFileInfo", path=name, **details) if wanted else None
        if file is None or not _wanted(name, queries):
            return None
        if asked is not None and asked.fileSize:
            details["fileSize"] = long(_size(store, path, file))
        kind = _INFO.get(f".{name.lower().rpartition('.')[2]}", "FileInfo") if typed else "FileInfo"
        query = queries.get("VmDiskFileQuery")
        if kind == "VmDiskFileInfo" and query is not None:
            try:
                disk = disks.read(store, path)
            except (FileNotFoundError, disks.NoDiskError):
                disk = None
            if query.filter is not None and not _passes(query.filter, disk):
                return None
            if query.details is not None and disk is not None:
                details |= _disk_details(query.details, disk, store, path)
        if kind == "VmConfigFileInfo" and (query := queries.get("VmConfigFileQuery")) is not None:
            details |= _config_details(query.details, file)
        return Data(kind, path=name, **details)


def _pattern(globs: Iterable[str], *, ignore_case: bool) -> re.Pattern[str]:
    """Compile patterns, where ``*`` is any text and ``?`` any letter; none matches everything."""
    choices = [_expression(glob) for glob in globs] or [".*"]
    return re.compile("|".join(choices), (re.IGNORECASE if ignore_case else 0) | re.DOTALL)


def _expression(glob: str) -> str:
    """Return one pattern as an expression that takes no longer however many stars it has."""
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", glob))
    if not rest:
        return first
    return first + "".join(f"(?>.*?{part})" for part in rest[:-1]) + f".*{rest[-1]}"


def _wanted(name: str, queries: Mapping[str, Data]) -> bool:
    """Return whether a file is of a kind that a search is for. A disk is shown once, by its descriptor."""
    if _EXTENT.search(name):
        return "FileQuery" in queries
    return not queries or any(name.lower().endswith(end) for query in queries for end in _QUERIES.get(query, ()))


def _size(store: Datastore, path: str, file: File) -> int:
    """Return what a file takes of its datastore; of a disk, what its extents take."""
    if not path.lower().endswith(".vmdk"):
        return file.used
    try:
        return disks.used(store, path)
    except (FileNotFoundError, disks.NoDiskError):
        return file.used


def _passes(wanted: Data, disk: disks.Descriptor | None) -> bool:
    """Return whether a disk passes a query's filter."""
    if disk is None:
        return False
    checks = (
        (wanted.diskType, _DISK_TYPE),
        (wanted.matchHardwareVersion, disk.hw_version),
        (wanted.controllerType, _controller(disk)),
        (None if wanted.thin is None else [wanted.thin], disk.thin),
    )
    return all(not allowed or actual in allowed for allowed, actual in checks)


_DISK_TYPE = "VirtualDiskFlatVer2BackingInfo"


def _controller(disk: disks.Descriptor) -> str:
    return _CONTROLLERS.get(disk.adapter.lower(), SCSI_TYPES["lsilogic"])


def _disk_details(asked: Data, disk: disks.Descriptor, store: Datastore, path: str) -> dict[str, Any]:
    """Return what a disk's descriptor says, as far as it is asked for."""
    details: dict[str, Any] = {}
    if asked.diskType:
        details["diskType"] = _DISK_TYPE
    if asked.capacityKb:
        details["capacityKb"] = long(disk.capacity_kib)
    if asked.hardwareVersion:
        details["hardwareVersion"] = disk.hw_version
    if asked.controllerType:
        details["controllerType"] = _controller(disk)
    if asked.diskExtents:
        details["diskExtents"] = [store.named(extent) for extent in disks.files(store, path)[1:]]
    if asked.thin:
        details["thin"] = disk.thin
    return details


def _config_details(asked: Data | None, file: File) -> dict[str, Any]:
    """Return the version of a machine's hardware, if it is asked for and its VMX file tells."""
    if asked is None or not asked.configVersion:
        return {}
    version = parse(file.read().decode(errors="replace")).get("virtualhw.version", "")
    return {"configVersion": int(version)} if version.isdecimal() else {}


_EVERYTHING = Data("HostDatastoreBrowserSearchSpec")
