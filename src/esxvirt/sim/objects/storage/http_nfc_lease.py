"""Leases on the disks of a machine that is exported."""

import hashlib
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.state.machine.leases import TIMEOUT
from esxvirt.sim.wire.values import Data, Fault, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.sessions import Session
    from esxvirt.sim.state.machine.leases import Lease

__all__ = ["HttpNfcLease"]


class HttpNfcLease(ManagedObject):
    """A lease of one session."""

    __slots__ = ("_session", "lease")

    wsdl = "HttpNfcLease"

    def __init__(self, endpoint: "Endpoint", moid: str, lease: "Lease", session: "Session") -> None:
        super().__init__(endpoint, moid)
        self.lease = lease
        self._session = session

    @provides("state")
    def _get_state(self) -> str:
        return "error" if self.lease.state == "ready" and not self.lease.alive else self.lease.state

    @provides("initializeProgress")
    def _get_initialize_progress(self) -> int:
        return 100

    @provides("transferProgress")
    def _get_transfer_progress(self) -> int:
        return self.lease.progress

    @provides("mode")
    def _get_mode(self) -> str:
        return "pushOrGet"

    @provides("capabilities")
    def _get_capabilities(self) -> Data:
        return Data("HttpNfcLeaseCapabilities", pullModeSupported=False, corsSupported=False)

    @provides("error")
    def _get_error(self) -> Data | None:
        if self._get_state() != "error":
            return None
        fault = Fault("Timedout", "The lease has timed out.")
        return Data("LocalizedMethodFault", fault=fault.data, localizedMessage=fault.message)

    @provides("info")
    def _get_info(self) -> Data | None:
        if not self.lease.alive:
            return None
        # "*" stands for the server that the client talks to.
        urls = [
            Data(
                "HttpNfcLeaseDeviceUrl",
                key=f"/{self.endpoint.ids.of(self.lease.machine).value}/VirtualDisk{disk.key}",
                importKey="",
                url=f"{self.endpoint.scheme}://*/nfc/{self.lease.ticket}/{disk.name}",
                sslThumbprint=self.endpoint.thumbprint or "",
                disk=True,
                targetId=disk.name,
                datastoreKey="",
                fileSize=long(disk.file.size),
            )
            for disk in self.lease.disks
        ]
        return Data(
            "HttpNfcLeaseInfo",
            lease=self.ref,
            entity=self.endpoint.ids.of(self.lease.machine),
            deviceUrl=urls,
            totalDiskCapacityInKB=long(sum(disk.capacity_kib for disk in self.lease.disks)),
            leaseTimeout=int(TIMEOUT),
        )

    def _check(self) -> None:
        if self._get_state() == "error":
            raise Fault("Timedout", "The lease has timed out.")
        if not self.lease.alive:
            raise Fault("InvalidState", "The lease has ended.")

    def HttpNfcLeaseProgress(self, call: "Call", percent: int) -> None:
        """Tell how far the transfer is, which makes the lease last."""
        del call
        self._check()
        if not 0 <= percent <= 100:
            raise Fault("InvalidArgument", "The percentage is from 0 to 100.", invalidProperty="percent")
        self.lease.progress = percent
        self.lease.extend()
        self.endpoint.site.touch()

    def HttpNfcLeaseGetManifest(self, call: "Call") -> list[Data]:
        """Return the digests of what has been downloaded whole."""
        del call
        self._check()
        return [
            Data(
                "HttpNfcLeaseManifestEntry",
                key=f"/{self.endpoint.ids.of(self.lease.machine).value}/VirtualDisk{disk.key}",
                sha1=self.lease.sent[disk.name],
                size=long(disk.file.size),
                disk=True,
                capacity=long(disk.capacity_kib << 10),
            )
            for disk in self.lease.disks
            if disk.name in self.lease.sent
        ]

    def HttpNfcLeaseComplete(self, call: "Call") -> None:
        """End the lease: all has been transferred."""
        del call
        self._check()
        self._close("done")

    def HttpNfcLeaseAbort(self, call: "Call", fault: Data | None = None) -> None:
        """End the lease: something has gone wrong."""
        del call, fault
        self._check()
        self._close("error")

    def _close(self, state: str) -> None:
        self.endpoint.leases.close(self.lease, state)
        self.endpoint.site.touch()


def sha1() -> "hashlib._Hash":
    """Return what a manifest's digests are made with."""
    return hashlib.sha1(usedforsecurity=False)
