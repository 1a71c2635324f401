"""What virConnect has of the host: its hardware, what it can do, and its devices."""

from typing import TYPE_CHECKING, Any

from esxvirt.constants import connect as flags_
from esxvirt.constants import node as more_flags_
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._late import (
    capabilities_xml,
    domain_capabilities,
    domain_capabilities_xml,
    host_facts,
    node_devices,
    smbios,
    sysinfo_xml,
)
from esxvirt.libvirt._methods import check_flags, to_int, to_text
from esxvirt.libvirt._nodedev import virNodeDevice
from esxvirt.libvirt._objects import AnyConnection

if TYPE_CHECKING:
    from esxvirt.driver.host.node_devices import NodeDeviceHandle

__all__ = ["Host"]

_DEPRECATED = flags_.VIR_CONNECT_GET_DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES

_KINDS = {
    "system": flags_.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM,
    "pci": flags_.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV,
}
_ALL_KINDS = (1 << 24) - 1  # VIR_CONNECT_LIST_NODE_DEVICES_CAP_*
# Pairs of filters of which every device has the first: one that asks for the second alone finds none.
_ALWAYS = (
    (flags_.VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, flags_.VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE),
    (more_flags_.VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT, more_flags_.VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT),
)
_ALL_DEVICE_FLAGS = _ALL_KINDS | sum(always | never for always, never in _ALWAYS)


class Host(AnyConnection):
    """The methods, for virConnect alone."""

    def getCapabilities(self) -> str:
        """Return the XML of what the host and its guests can be.

        Its NUMA nodes are there, too, which libvirt's driver does not tell.
        """
        facts = host_facts.capabilities_facts(self._driver)
        arch = "x86_64" if facts.long_mode else "i686"
        capabilities = capabilities_xml.Capabilities(uuid=facts.uuid or None, arch=arch, cells=facts.cells)
        return capabilities_xml.format_capabilities(capabilities)

    def getDomainCapabilities(
        self,
        emulatorbin: str | None = None,
        arch: str | None = None,
        machine: str | None = None,
        virttype: str | None = None,
        flags: int = 0,
    ) -> str:
        """Return the XML of what a domain may have on the host's newest virtual hardware.

        Args:
            emulatorbin: None, or the path that the XML has.
            arch: ``x86_64`` or ``i686``; None for the best that there is.
            machine: None; VMware has no types of machines.
            virttype: ``vmware``, which None means.
            flags: VIR_CONNECT_GET_DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES, which changes nothing.
        """
        check_flags(flags, _DEPRECATED, "esxConnectGetDomainCapabilities")
        found = domain_capabilities.domain_capabilities(self._driver, emulatorbin, arch, machine, virttype)
        return domain_capabilities_xml.format_domain_capabilities(found)

    def getMaxVcpus(self, type: str | None) -> int:
        """Return how many virtual CPUs a domain may have; `type` is ``vmware`` or None."""
        if type is not None and not isinstance(type, str):
            raise TypeError("virConnectGetMaxVcpus() argument 2 must be str or None")
        return domain_capabilities.connection_max_vcpus(self._driver, type)

    def getSysinfo(self, flags: int = 0) -> str:
        """Return the XML of what the host's firmware tells: maker, model, serial number, processors, memory."""
        check_flags(flags, 0, "esxConnectGetSysinfo")
        return sysinfo_xml.format_sysinfo(smbios.system_information(self._driver))

    def getInfo(self) -> list[Any]:
        """Return CPU model, memory in MiB, CPUs, MHz, NUMA nodes, sockets a node, cores a socket, threads a core."""
        info = host_facts.node_info(self._driver)
        memory = info.memory >> 10
        return [info.model, memory, info.cpus, info.mhz, info.nodes, info.sockets, info.cores, info.threads]

    def getFreeMemory(self) -> int:
        """Return the host's free memory in bytes."""
        return host_facts.free_memory(self._driver)

    def getCellsFreeMemory(self, startCell: int, maxCells: int) -> list[int]:
        """Return the free memory in bytes of NUMA nodes, `maxCells` of them at most, from `startCell` on.

        VMware tells what is free of the host: each node has its share of `getFreeMemory` by its size.
        """
        function = "virNodeGetCellsFreeMemory"
        start, count = to_int(startCell), to_int(maxCells)
        if count <= 0:
            raise report_argument(f"maxCells in {function} must be greater than zero", function, "maxCells")
        if start < 0:
            raise report_argument(f"startCell in {function} must be zero or greater", function, "startCell")
        return host_facts.free_memory_of_cells(self._driver, start, count)

    def getCPUMap(self, flags: int = 0) -> tuple[int, list[bool], int]:
        """Return how many logical CPUs the host has, which are online, and how many: all are."""
        check_flags(flags, 0, "esxNodeGetCPUMap")
        count = host_facts.cpu_map(self._driver)
        return count, [True] * count, count

    # devices of the host

    def _devices(self, cap: str | None, flags: int) -> "list[NodeDeviceHandle]":
        check_flags(flags, 0, "esxNodeNumOfDevices")
        return [handle for handle in node_devices.list_devices(self._driver) if cap in {None, handle.kind}]

    def listAllDevices(self, flags: int = 0) -> list[virNodeDevice]:
        """Return the devices that fit the filters VIR_CONNECT_LIST_NODE_DEVICES_*: the host and its PCI devices.

        All are active and persistent.
        """
        check_flags(flags, _ALL_DEVICE_FLAGS, "esxConnectListAllNodeDevices")
        if any(flags & never and not flags & always for always, never in _ALWAYS):
            _ = self._driver
            return []
        kinds = flags & _ALL_KINDS or _ALL_KINDS
        found = node_devices.list_devices(self._driver)
        return [virNodeDevice(self, handle) for handle in found if kinds & _KINDS[handle.kind]]

    def listDevices(self, cap: str | None, flags: int = 0) -> list[str]:
        """Return the names of the devices with a capability, ``system`` or ``pci``; of all without."""
        return [handle.name for handle in self._devices(cap, flags)]

    def numOfDevices(self, cap: str | None, flags: int = 0) -> int:
        """Return how many devices there are with a capability, ``system`` or ``pci``; how many at all without."""
        return len(self._devices(cap, flags))

    def nodeDeviceLookupByName(self, name: str) -> virNodeDevice:
        """Return the device of this name: ``computer`` for the host, ``pci_0000_03_00_0`` for a PCI device."""
        text = to_text(name, "virNodeDeviceLookupByName", "name")
        return virNodeDevice(self, node_devices.lookup_by_name(self._driver, text))
