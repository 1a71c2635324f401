"""What names machines may have, and where their VMX files may be."""

from typing import TYPE_CHECKING

from esxvirt.names import unescape
from esxvirt.sim.objects.storage.datastore_paths import find_place
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.state.storage.datastores import Place
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["check_name", "find_vmx", "kept_name", "taken_by"]

_LONGEST = 80


def kept_name(name: str) -> str:
    """Write a name for a VMX file, where escapes are read as such: only what would be taken for one is escaped."""
    return name if unescape(escape_name(name)) == name else escape_name(name.replace("%", "%25"))


def taken_by(endpoint: "Endpoint", name: str, folder: Ref, but: "Machine | None" = None) -> "Machine | None":
    """Return the machine other than `but` that has a name already in a folder: in another it may be had again."""
    for machine in endpoint.machines.values():
        if machine is not but and unescape(machine.name) == name and endpoint.folder_of(machine) == folder:
            return machine
    return None


def check_name(endpoint: "Endpoint", name: str, folder: Ref, machine: "Machine | None" = None) -> None:
    """Raise ``InvalidName`` or ``DuplicateName`` for a name that `machine`, or a new one, cannot have in a folder."""
    if not name.strip() or len(name) > _LONGEST:
        raise Fault("InvalidName", f"The name '{name}' is not valid.", name=name)
    other = taken_by(endpoint, name, folder, machine)
    if other is not None:
        text = f"The name '{name}' already exists."
        raise Fault("DuplicateName", text, name=name, object=endpoint.ids.of(other))


def find_vmx(endpoint: "Endpoint", host: "Host", path: str) -> Place:
    """Find the place of a VMX file on a host's datastores; faults as `find_place`, and for what is no file's name."""
    place = find_place(path, host.datastores, endpoint)
    if not place.path.endswith((".vmx", ".vmtx")):
        raise Fault("InvalidDatastorePath", f"Invalid datastore path '{path}'.", name="", datastorePath=path)
    return place
