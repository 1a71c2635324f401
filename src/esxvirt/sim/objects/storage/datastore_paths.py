"""What the methods on datastore files have in common: paths, privileges, locks, and faults for what fails."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from esxvirt.datastore_path import DatastorePath
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Datastore, Place, split_path
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["as_faults", "find_place", "locate", "permit", "refuse_locked"]

FILE_MANAGEMENT = "Datastore.FileManagement"


def invalid_argument(name: str) -> Fault:
    """Make the fault for an argument that makes no sense."""
    return Fault("InvalidArgument", f"A specified parameter was not correct: {name}", invalidProperty=name)


def locate(call: "Call", name: str, datacenter: Ref | None = None, parameter: str = "datacenter") -> Place:
    """Find the place of "[datastore] path", or of the URL of a file.

    A vCenter needs the datacenter beside a path. Raises the faults ``InvalidDatastorePath``, ``InvalidDatastore``,
    ``InvalidArgument``, ``ManagedObjectNotFound``.
    """
    if name.startswith(("http://", "https://")):
        try:
            url = urlsplit(name)
        except ValueError:
            text = f"Invalid datastore path '{name}'."
            raise Fault("InvalidDatastorePath", text, name="", datastorePath=name) from None
        store_name = parse_qs(url.query).get("dsName", [""])[0]
        path = str(DatastorePath(store_name, unquote(url.path).removeprefix("/folder")))
        return find_place(path, call.endpoint.datastores, call.endpoint)
    return find_place(name, _datastores(call, datacenter, parameter), call.endpoint)


def find_place(name: str, stores: Iterable[Datastore], endpoint: "Endpoint") -> Place:
    """Find the place of "[datastore] path" on one of `stores`; the faults are those of `locate`."""
    text = f"Invalid datastore path '{name}'."
    try:
        store_name, path = split_path(name)
        path = Datastore.normalise(path)
    except ValueError:
        raise Fault("InvalidDatastorePath", text, name="", datastorePath=name) from None
    for store in stores:
        if store.name == store_name:
            if store.accessible:
                return Place(store, path)
            text = f"Unable to access datastore '{store_name}'."
            raise Fault("InaccessibleDatastore", text, datastore=endpoint.ids.of(store), name=store_name)
    raise Fault("InvalidDatastorePath", text, name=store_name, datastorePath=name)


def _datastores(call: "Call", datacenter: Ref | None, parameter: str) -> list[Datastore]:
    endpoint = call.endpoint
    if datacenter is None:
        if endpoint.host is None:
            raise invalid_argument(parameter)
        return endpoint.datastores
    found = endpoint.find(datacenter, call.session)
    if found is None or found.wsdl != "Datacenter":
        text = f"The object '{datacenter}' has already been deleted or has not been completely created"
        raise Fault("ManagedObjectNotFound", text, obj=datacenter)
    refs = found.getters["datastore"](found)
    return [store for store in endpoint.datastores if endpoint.ids.of(store) in refs]


def permit(call: "Call", *places: Place, privilege: str = FILE_MANAGEMENT) -> None:
    """Raise the fault ``NoPermission`` unless the caller may do what needs `privilege` on the places' datastores."""
    if call.session is not None:
        for place in places:
            call.endpoint.access.check(call.session.username, privilege, call.endpoint.ids.of(place.store))


def refuse_locked(call: "Call", *places: Place) -> None:
    """Raise the fault ``FileLocked`` if a machine that runs uses one of the files, or one below a directory."""
    for place in places:
        for machine in _running(call, place):
            for used in _files_of(machine):
                if used == str(place) or used.startswith(f"{place}/"):
                    raise Fault("FileLocked", f"Unable to access file {used} since it is locked", file=used)


def _running(call: "Call", place: Place) -> "Iterator[Machine]":
    """Yield the running machines that may use a file; a generated one uses nothing outside its own directory."""
    home = place.store.homes.get(place.path.partition("/")[0])
    for machine in call.endpoint.site.machines.values():
        if machine.running and (machine is home or not machine.untouched):
            yield machine


def _files_of(machine: "Machine") -> set[str]:
    directory = machine.datastore.named(machine.home)
    found = {f"{directory}/{name}" for name in machine.own_names() if not name.endswith(".vmxf")}
    for disk in machine.config.disks:
        path = machine.disk_path(disk)
        found.add(path)
        if path.startswith("["):
            name, rest = split_path(path)
            store = next((store for store in machine.host.datastores if store.name == name), None)
            if store is not None and store.find(rest) is not None:
                try:
                    chain = list(disks.chain(store, rest))
                    found |= {str(DatastorePath(name, each)) for link in chain for each in disks.files(store, link)}
                except (FileNotFoundError, disks.NoDiskError):
                    continue
    return found


@contextmanager
def as_faults(place: Place, target: Place | None = None) -> Iterator[None]:
    """Turn what fails on files into the API's faults; `target` is where the result goes, if not to `place`."""
    goal = target or place
    try:
        yield
    except FileNotFoundError:
        raise Fault("FileNotFound", f"File {place} was not found", file=str(place)) from None
    except FileExistsError as error:
        file = str(goal.beside(str(error))) if str(error) else str(goal)
        text = f"Cannot complete the operation because the file or folder {file} already exists"
        raise Fault("FileAlreadyExists", text, file=file) from None
    except NotADirectoryError:
        raise Fault("FileNotFound", f"File {goal} was not found", file=str(goal)) from None
    except IsADirectoryError:
        raise Fault("FileAlreadyExists", f"The file or folder {goal} already exists", file=str(goal)) from None
    except disks.NoSpaceError:
        text = f"Insufficient disk space on datastore '{goal.store.name}'."
        raise Fault("NoDiskSpace", text, file=str(goal), datastore=goal.store.name) from None
    except disks.NoDiskError:
        text = f"The file {place} is not a virtual disk, or of a type that cannot be used here."
        raise Fault("CannotAccessFile", text, file=str(place)) from None
