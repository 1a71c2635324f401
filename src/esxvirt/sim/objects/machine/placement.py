"""Where a machine can run: what of it a host does not reach."""

from typing import TYPE_CHECKING

from esxvirt.sim.state.host.paths import locate
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import ShownFolder
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.site.site import Site
    from esxvirt.sim.state.storage.datastores import Datastore

__all__ = ["destination", "host_of", "machine_folder", "obstacles", "store_of"]


def host_of(call: "Call", ref: Ref) -> "Host":
    """Return the host of a reference; the fault ``ManagedObjectNotFound`` if there is none."""
    for host in call.endpoint.hosts:
        if call.endpoint.ids.of(host) == ref:
            return host
    raise Fault("ManagedObjectNotFound", f"The object '{ref}' does not exist.", obj=ref)


def store_of(call: "Call", ref: Ref) -> "Datastore":
    """Return the datastore of a reference; the fault ``ManagedObjectNotFound`` if there is none."""
    for store in call.endpoint.datastores:
        if call.endpoint.ids.of(store) == ref:
            return store
    raise Fault("ManagedObjectNotFound", f"The object '{ref}' does not exist.", obj=ref)


def machine_folder(call: "Call", ref: Ref) -> "ShownFolder":
    """Return the folder for machines of a reference; the faults are ``ManagedObjectNotFound`` and ``InvalidFolder``."""
    found = call.endpoint.folder_at(ref.value)
    if found is None:
        raise Fault("ManagedObjectNotFound", f"The object '{ref}' does not exist.", obj=ref)
    if found.holds != "vm":
        raise Fault("InvalidFolder", "The folder is none for virtual machines.", target=ref)
    return found


def destination(call: "Call", machine: "Machine", pool: Ref | None, host: Ref | None, where: str = "") -> "Host":
    """Return the host that a resource pool and a host, of which either may be left out, say.

    The fault is ``InvalidArgument`` where they do not fit each other; `where` is what stands before their names in it.
    """
    pool = pool or call.endpoint.ids.pool(machine.host)
    hosts = [item for item in call.endpoint.hosts if call.endpoint.ids.pool(item).value == pool.value]
    if not hosts:
        raise Fault("ManagedObjectNotFound", f"The object '{pool}' does not exist.", obj=pool)
    if host is None:
        return machine.host if machine.host in hosts else hosts[0]
    found = host_of(call, host)
    if found not in hosts:
        raise _argument(f"{where}pool", "the pool is not one of the host's, or its cluster's")
    return found


def _argument(name: str, why: str) -> Fault:
    return Fault("InvalidArgument", f"A specified parameter was not correct: {name}: {why}.", invalidProperty=name)


def obstacles(
    site: "Site", machine: "Machine", host: "Host", moved: "frozenset[Datastore]" = frozenset()
) -> list[Fault]:
    """Return the faults that keep `machine` from running on `host`; files on the datastores `moved` come along."""
    reached = {*host.datastores, *moved}
    found: list[Fault] = []
    if machine.datastore not in reached:
        text = f"Unable to access the virtual machine configuration: Unable to access file {machine.vmx_path}"
        found.append(Fault("CannotAccessVmConfig", text, reason=_unreachable(machine.vmx_path)))
    found += _unreachable_disks(machine, reached)
    names = {network.key for network in host.networks}
    for index, nic in enumerate(machine.config.nics, start=1):
        if nic.network not in names and host is not machine.host:
            device = f"Network adapter {index}"
            text = f'Network interface "{device}" uses network "{nic.network}", which is not accessible.'
            found.append(Fault("CannotAccessNetwork", text, device=device, backing=nic.network, connected=True))
    needed = machine.config.mem_min
    reserved = sum(
        other.config.mem_min for other in site.machines_on(host).values() if other.running and other is not machine
    )
    left = (host.memory >> 20) - 2048 - reserved
    if machine.running and needed > left:
        text = "The host does not have sufficient memory resources to satisfy the reservation."
        found.append(Fault("InsufficientMemoryResourcesFault", text, unreserved=left << 20, requested=needed << 20))
    return found


def _unreachable(path: str) -> Data:
    text = f"Unable to access file {path}"
    return Data("LocalizedMethodFault", fault=Data("CannotAccessFile", file=path), localizedMessage=text)


def _unreachable_disks(machine: "Machine", reached: "set[Datastore]") -> list[Fault]:
    found = []
    for index, disk in enumerate(machine.config.disks, start=1):
        path = machine.disk_path(disk)
        try:
            store = locate(machine.host, path)[0]
        except (ValueError, LookupError):
            continue
        if store not in reached:
            device = f"Hard disk {index}"
            text = f"Virtual disk '{device}' is not accessible on the host: Unable to access file {path}"
            more = {"device": device, "backing": path, "connected": True}
            found.append(Fault("CannotAccessVmDisk", text, **more, fault=_unreachable(path)))
    return found
