"""The storage of a host."""

from esxvirt.sim.objects import host_parts
from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host_manager import HostManager
from esxvirt.sim.wire.values import Data

__all__ = ["HostStorageSystem"]


class HostStorageSystem(HostManager):
    """The storage system of a host."""

    __slots__ = ()

    wsdl = "HostStorageSystem"

    @provides("storageDeviceInfo")
    def _get_storage_device_info(self) -> Data:
        return host_parts.storage(self.host)

    @provides("fileSystemVolumeInfo")
    def _get_file_system_volume_info(self) -> Data:
        return host_parts.file_systems(self.host)
