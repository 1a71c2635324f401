"""Whether a host has what a machine wants for itself: reservations of processor time and memory."""

from typing import TYPE_CHECKING

from esxvirt.sim.wire.values import Fault, long

if TYPE_CHECKING:
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.site.site import Site

__all__ = ["check_reservations", "reserved"]

# What the system itself keeps: MHz and bytes.
SYSTEM_MHZ = 400
SYSTEM_MEMORY = 2 << 30
# What a running machine takes beside its own memory.
OVERHEAD = 70 << 20


def reserved(site: "Site", host: "Host", but: "Machine | None" = None) -> tuple[int, int]:
    """Return the MHz and the bytes that a host's running machines have reserved, without those of `but`."""
    running = [machine for machine in site.machines_on(host).values() if machine.running and machine is not but]
    # What nobody has read has no reservations: a hundred thousand machines are not made to be asked.
    known = [machine.config for machine in running if not machine.untouched]
    memory = sum(config.mem_min << 20 for config in known) + len(running) * OVERHEAD
    return sum(config.cpu_min for config in known), memory


def check_reservations(
    site: "Site", machine: "Machine", *, mhz: int | None = None, mib: int | None = None, starting: bool = False
) -> None:
    """Raise ``InsufficientCpuResourcesFault`` or ``InsufficientMemoryResourcesFault`` if the host has not enough left.

    `mhz` and `mib` are reservations that change; only those of a running machine, or of one that is `starting`, count.
    """
    if not machine.running and not starting:
        return
    host = machine.host
    used_mhz, used_memory = reserved(site, host, machine)
    if mhz is None and starting:
        mhz = machine.config.cpu_min
    free_mhz = max(0, host.mhz * host.cores - SYSTEM_MHZ - used_mhz)
    if mhz is not None and mhz > free_mhz:
        text = "The available CPU resources in the parent resource pool are insufficient for the operation."
        raise Fault("InsufficientCpuResourcesFault", text, unreserved=long(free_mhz), requested=long(mhz))
    if mib is None and starting:
        mib = machine.config.mem_min
    if mib is not None:
        free = max(0, host.memory - SYSTEM_MEMORY - used_memory)
        wanted = (mib << 20) + OVERHEAD
        if wanted > free:
            text = "The available Memory resources in the parent resource pool are insufficient for the operation."
            raise Fault("InsufficientMemoryResourcesFault", text, unreserved=long(free), requested=long(wanted))
