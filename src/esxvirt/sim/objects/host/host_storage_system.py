"""The storage of a host."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host import storage_parts
from esxvirt.sim.objects.host.iscsi import IscsiMethods
from esxvirt.sim.objects.host.vmfs import VmfsMounts
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["HostStorageSystem"]


class HostStorageSystem(IscsiMethods, VmfsMounts):
    """The storage system of a host."""

    __slots__ = ()

    wsdl = "HostStorageSystem"

    @provides("storageDeviceInfo")
    def _get_storage_device_info(self) -> Data:
        return storage_parts.devices(self.host)

    @provides("fileSystemVolumeInfo")
    def _get_file_system_volume_info(self) -> Data:
        return storage_parts.file_systems(self.host)

    def RescanHba(self, call: "Call", hbaDevice: str) -> None:
        """Let an adapter look for disks that have come."""
        found = [adapter for adapter in self.host.adapters if adapter.device == hbaDevice]
        if not found:
            text = f"The object or item referred to could not be found: storage adapter {hbaDevice}."
            raise Fault("NotFound", text)
        found[0].rescan()
        call.endpoint.site.touch()

    def RescanAllHba(self, call: "Call") -> None:
        """Let all adapters look for disks that have come."""
        for adapter in self.host.adapters:
            adapter.rescan()
        call.endpoint.site.touch()

    def RescanVmfs(self, call: "Call") -> None:
        """Look for volumes that have come: they are seen at once here."""
        call.endpoint.site.touch()

    def RefreshStorageSystem(self, call: "Call") -> None:
        """Look again at what the host knows of its storage."""
        call.endpoint.site.touch()
