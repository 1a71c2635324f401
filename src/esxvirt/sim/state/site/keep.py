"""Keeping a site in a file between runs.

The file is a pickle, but of this package's plain state only: reading it makes no other objects, and so runs no code of
whoever has written it.
"""

import importlib
import io
import os
import pickle
import tempfile
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from esxvirt.sim.profiles import PROFILES, Profile
from esxvirt.sim.state.containers import App, Cluster, Datacenter, Folder
from esxvirt.sim.state.host.autostart import Autostart, PowerInfo
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.customise import Customised
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.questions import Choice, Question
from esxvirt.sim.state.machine.snapshot_tree import Snapshot, SnapshotTree
from esxvirt.sim.state.machine.vmxtext import Cdrom, Config, Disk, Floppy, Nic, Port
from esxvirt.sim.state.network.distributed import DistributedGroup, DistributedSwitch
from esxvirt.sim.state.network.networks import Network, OpaqueNetwork, PhysicalNic, PortGroup, Shaping, Switch
from esxvirt.sim.state.site.events import Event, EventLog
from esxvirt.sim.state.site.site import Site
from esxvirt.sim.state.storage.datastores import Datastore, File, content_of
from esxvirt.sim.state.storage.luns import Adapter, Lun, Target
from esxvirt.sim.state.task import Task
from esxvirt.sim.wire.values import Constant, Data, Fault, Raw, Ref, Typed, long

__all__ = ["load", "save"]

_MAGIC = b"esxvirt-sim state 1\n"
# What a state is made of besides the package's own classes.
_OTHERS = frozenset({
    ("builtins", "set"), ("builtins", "frozenset"), ("collections", "OrderedDict"), ("collections", "defaultdict"),
    ("collections", "deque"), ("copyreg", "__newobj__"), ("copyreg", "_reconstructor"), ("builtins", "object"),
    ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone"), ("itertools", "count"),
    ("builtins", "bytearray"), ("builtins", "complex"), ("pathlib", "PurePosixPath"),
})  # fmt: skip
# And its own classes. They are found by their names alone, so that a module may move: the file stays readable.
_OWN: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Adapter, App, Autostart, Cdrom, Choice, Cluster, Config, Constant, Customised, Data, Datacenter, Datastore,
        Disk, DistributedGroup, DistributedSwitch, Event, EventLog, Floppy, Folder, Host, Lun, Machine, Network, Nic,
        OpaqueNetwork, PhysicalNic, Port, PortGroup, PowerInfo, Question, Raw, Ref, Shaping, Site, Snapshot,
        SnapshotTree, Switch, Target, Typed, long,
    )
}  # fmt: skip
_OWN_MODULES = ("esxvirt.sim.state.", "esxvirt.sim.wire.values")


def save(site: Site, path: Path) -> None:
    """Write a site to `path`, whole or not at all; OSError if that cannot be. Tasks that have not ended are lost."""
    buffer = io.BytesIO()
    with site.lock:
        _Pickler(buffer, site).dump(site)
    whole = _MAGIC + zlib.compress(buffer.getvalue(), 1)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(whole)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def load(path: Path, profile: Profile) -> Site:
    """Read the site in `path`; ValueError if it holds none of the profile, OSError if it cannot be read."""
    whole = path.read_bytes()
    if not whole.startswith(_MAGIC):
        raise ValueError(f"{path} holds no state of a simulator: name another file, or remove it")
    try:
        site = _Unpickler(io.BytesIO(zlib.decompress(whole[len(_MAGIC) :]))).load()
    except Exception as error:
        # A pickle that is damaged, or an older program's, fails in any way.
        raise ValueError(f"{path} cannot be read, it is damaged or another version's: remove it ({error})") from error
    if not isinstance(site, Site):
        raise ValueError(f"{path} holds no state of a simulator: name another file, or remove it")  # noqa: TRY004  # as above
    # A file of before there were accounts in it.
    vars(site).setdefault("access", {})
    # And one of when nothing was kept of what is not mounted.
    vars(site).setdefault("exports", {})
    for host in site.hosts:
        if not hasattr(host, "unmounted"):
            host.unmounted = []
    for store in site.datastores:
        vars(store).setdefault("protocol", "NFS")
    # And one of when the hosts knew their machines.
    if "_by_host" not in vars(site):
        vars(site)["_by_host"] = {}
        for machine in site.machines.values():
            site.machines_on(machine.host)[machine.number] = machine
    for machine in site.machines.values():
        if not hasattr(machine, "change_version"):
            machine.configuration_changed()
        if not hasattr(machine, "connection"):  # of when all were within reach
            machine.connection, machine.app = "connected", None
    vars(site).setdefault("apps", [])
    if site.profile is not profile:
        raise ValueError(f"{path} holds the state of {site.profile.name}: choose that profile, or another file")
    return site


class _Pickler(pickle.Pickler):
    """Writes a site, with what cannot be written replaced: locks, profiles, open files, running tasks."""

    def __init__(self, file: io.BytesIO, site: Site) -> None:
        super().__init__(file, protocol=5)
        self._site = site

    def persistent_id(self, obj: Any) -> Any:
        if obj is self._site.lock:
            return "lock"
        if obj is self._site.changed:
            return "changed"
        return ("profile", obj.name) if isinstance(obj, Profile) else None

    def reducer_override(self, obj: Any) -> Any:
        if any(obj is function for function in _FUNCTIONS.values()):
            return NotImplemented
        if isinstance(obj, File):
            return _file, (obj.size, obj.allocated, obj.modified, content_of(obj))
        if isinstance(obj, Fault):
            return _fault, (obj.data, obj.message)
        # What waits for a task's end, or does its work, is of this run alone.
        if isinstance(obj, Task | FunctionType | MethodType | threading.Event):
            return _nothing, ()
        kind = type(obj)
        if kind.__module__.startswith(_OWN_MODULES) and _OWN.get(kind.__name__) is not kind:
            # Better now than when somebody reads the file.
            raise pickle.PicklingError(f"{kind.__qualname__} is not among the classes that a state is read with")
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Reads a site, and refuses whatever else."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)

    def persistent_load(self, pid: Any) -> Any:
        if pid == "lock":
            return self._lock
        if pid == "changed":
            return self._changed
        if isinstance(pid, tuple) and len(pid) == 2 and pid[0] == "profile":
            return PROFILES[pid[1]]
        raise pickle.UnpicklingError(f"{pid!r} is not known")

    def find_class(self, module_name: str, global_name: str) -> Any:
        if f"{module_name}.".startswith(_OWN_MODULES):
            found = _OWN.get(global_name) or _FUNCTIONS.get(global_name)
            if found is not None:
                return found
        elif (module_name, global_name) in _OTHERS:
            return getattr(importlib.import_module(module_name), global_name)
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a state")


def _file(size: int, allocated: int | None, modified: datetime, content: bytes | None) -> File:
    """Put a file together again; zeros follow what is left of its content."""
    made = File.sparse(size) if content is None else File.of(content)
    if made.size < size:
        made = made.grown(size, size)
    return File(size, made.open, modified, allocated)


def _fault(data: Data, message: str) -> Fault:
    """Put a fault together again."""
    return Fault(data.type_name, message, **data.fields)


def _nothing() -> None:
    """Stand for what a state does not keep."""


_FUNCTIONS: dict[str, Callable[..., Any]] = {"_file": _file, "_fault": _fault, "_nothing": _nothing}
