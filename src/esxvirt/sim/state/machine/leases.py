"""Leases on a machine's disks, for whoever downloads them."""

import secrets
import time

from esxvirt.records import field, record
from esxvirt.sim.state.host.paths import locate
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage.datastores import File

__all__ = ["Disk", "Lease", "Leases"]

TIMEOUT = 300.0


@record(frozen=True)
class Disk:
    """A disk of a lease: `key` is the device's, `name` the last part of its URL; capacity in KiB."""

    key: int
    name: str
    capacity_kib: int
    file: File


@record(eq=False)
class Lease:
    """A lease on the disks of a machine. `state` is ready, done or error; `sent` are digests of what has been sent."""

    ticket: str
    machine: Machine
    username: str
    disks: list[Disk]
    state: str = "ready"
    progress: int = 0
    sent: dict[str, str] = field(default_factory=dict)
    deadline: float = 0.0

    def extend(self) -> None:
        """Let it last from now."""
        self.deadline = time.monotonic() + TIMEOUT

    @property
    def alive(self) -> bool:
        """Whether its disks can still be had."""
        return self.state == "ready" and time.monotonic() < self.deadline


class Leases:
    """The leases of a server, by ticket."""

    def __init__(self) -> None:
        self._by_ticket: dict[str, Lease] = {}

    def open(self, machine: Machine, username: str) -> Lease:
        """Lease a machine's disks; FileNotFoundError for one that is gone."""
        disks = []
        for index, disk in enumerate(machine.config.disks):
            path = machine.disk_path(disk)
            try:
                store, rest = locate(machine.host, path)
            except (ValueError, LookupError) as error:
                raise FileNotFoundError(path) from error
            extent = store.find(f"{rest.removesuffix('.vmdk')}-flat.vmdk") or store.find(rest)
            if extent is None:
                raise FileNotFoundError(path)
            disks.append(Disk(2000 + index, f"disk-{index}.vmdk", disk.capacity_kib, extent))
        lease = Lease(secrets.token_hex(16), machine, username, disks)
        lease.extend()
        self._by_ticket[lease.ticket] = lease
        return lease

    def find(self, ticket: str) -> Lease | None:
        """Return the live lease of a ticket, or None."""
        lease = self._by_ticket.get(ticket)
        return lease if lease is not None and lease.alive else None

    def of(self, machine: Machine) -> Lease | None:
        """Return the live lease of a machine, or None."""
        if not self._by_ticket:
            return None
        return next((lease for lease in self._by_ticket.values() if lease.machine is machine and lease.alive), None)

    def close(self, lease: Lease, state: str) -> None:
        """End a lease."""
        lease.state = state
        self._by_ticket.pop(lease.ticket, None)
