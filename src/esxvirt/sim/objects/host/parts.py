"""The data objects that describe a host: its hardware, what it can do, its network and storage."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.host import network_parts, pci_parts, storage_parts
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.site.site import Site

__all__ = [
    "capability",
    "config",
    "hardware",
    "hardware_summary",
    "product",
]

_VENDOR, _MODEL = "Dell Inc.", "PowerEdge R430"
_BIOS_DATE = datetime(2021, 5, 14, tzinfo=UTC)
# CPUID registers of a 64-bit processor with VT: level -> eax, ebx, ecx, edx, as bit strings.
_FEATURES = {
    0: ("0000:0000:0000:0000:0000:0000:0000:1111", "0111:0101:0110:1110:0110:0101:0100:0111",
        "0110:1100:0110:0101:0111:0100:0110:1110", "0100:1001:0110:0101:0110:1110:0110:1001"),
    1: ("0000:0000:0000:0011:0000:0110:1111:0010", "0000:0000:0010:0000:0000:1000:0000:0000",
        "0111:0111:1101:1010:1111:1011:1011:1111", "1011:1111:1110:1011:1111:1011:1111:1111"),
    -2147483648: ("1000:0000:0000:0000:0000:0000:0000:1000", "0000:0000:0000:0000:0000:0000:0000:0000",
                  "0000:0000:0000:0000:0000:0000:0000:0000", "0000:0000:0000:0000:0000:0000:0000:0000"),
    -2147483647: ("0000:0000:0000:0000:0000:0000:0000:0000", "0000:0000:0000:0000:0000:0000:0000:0000",
                  "0000:0000:0000:0000:0000:0000:0010:0001", "0010:1100:0001:0000:0000:1000:0000:0000"),
}  # fmt: skip


def product(host: "Host") -> Data:
    """Make the ``AboutInfo`` of the product that a host runs, as a vCenter shows it."""
    profile = host.profile
    return Data(
        "AboutInfo",
        name=profile.product,
        fullName=profile.full_name,
        vendor="VMware, Inc.",
        version=profile.version,
        build=profile.build,
        localeVersion="INTL",
        localeBuild="000",
        osType=profile.os_type,
        productLineId=profile.product_line_id,
        apiType=profile.api_type,
        apiVersion=profile.api_text,
        licenseProductName=profile.license_name,
        licenseProductVersion=f"{profile.release[0]}.0",
    )


def hardware_summary(host: "Host") -> Data:
    """Make the short form of the hardware."""
    return Data(
        "HostHardwareSummary",
        vendor=_VENDOR,
        model=_MODEL,
        uuid=host.uuid,
        memorySize=long(host.memory),
        cpuModel=host.cpu_model,
        cpuMhz=host.mhz,
        numCpuPkgs=host.sockets,
        numCpuCores=host.cores,
        numCpuThreads=host.threads,
        numNics=len(host.nics),
        numHBAs=2,
    )


def hardware(host: "Host") -> Data:
    """Make the hardware."""
    per_socket = host.cores_per_socket * host.threads_per_core
    packages = [
        Data(
            "HostCpuPackage",
            index=index,
            vendor="intel",
            hz=long(host.hz),
            busHz=long(99_759_000),
            description=host.cpu_model,
            threadId=list(range(index * per_socket, (index + 1) * per_socket)),
            cpuFeature=_features(),
        )
        for index in range(host.sockets)
    ]
    return Data(
        "HostHardwareInfo",
        systemInfo=_system(host),
        cpuInfo=Data(
            "HostCpuInfo",
            numCpuPackages=host.sockets,
            numCpuCores=host.cores,
            numCpuThreads=host.threads,
            hz=long(host.hz),
        ),
        cpuPkg=packages,
        memorySize=long(host.memory),
        numaInfo=_numa(host),
        pciDevice=pci_parts.devices(host),
        cpuFeature=_features(),
        smcPresent=False,
        biosInfo=Data(
            "HostBIOSInfo",
            biosVersion="2.13.0",
            releaseDate=_BIOS_DATE,
            vendor=_VENDOR,
            majorRelease=2,
            minorRelease=13,
            firmwareMajorRelease=255,
            firmwareMinorRelease=255,
            firmwareType="UEFI",
        ),
    )


def _system(host: "Host") -> Data:
    """Make whose the server is, and its numbers, of which few have a field of their own."""
    tag = f"7XK2P{host.number:02d}"
    identifiers = [
        Data(
            "HostSystemIdentificationInfo",
            identifierValue=value,
            identifierType=Data("ElementDescription", key=key, label=label, summary=f"{label} of the system"),
        )
        for key, label, value in (
            ("AssetTag", "Asset Tag", " unknown"),
            ("ServiceTag", "Service tag", tag),
            ("OemSpecificString", "OEM specific string", "Dell System"),
            ("OemSpecificString", "OEM specific string", "5[0000]"),
        )
    ]
    return Data(
        "HostSystemInfo",
        vendor=_VENDOR,
        model=_MODEL,
        uuid=host.uuid,
        otherIdentifyingInfo=identifiers,
        serialNumber=tag,
    )


def _features() -> list[Data]:
    return [
        Data("HostCpuIdInfo", level=level, vendor="intel", eax=eax, ebx=ebx, ecx=ecx, edx=edx)
        for level, (eax, ebx, ecx, edx) in _FEATURES.items()
    ]


def _numa(host: "Host") -> Data:
    per_node = host.threads // host.numa_nodes
    nodes = [
        Data(
            "HostNumaNode",
            typeId=node,
            cpuID=list(range(node * per_node, (node + 1) * per_node)),
            memoryRangeBegin=long(node * (host.memory // host.numa_nodes)),
            memoryRangeLength=long(host.memory // host.numa_nodes),
            memorySize=long(host.memory // host.numa_nodes),
            pciId=pci_parts.devices_near(host, node),
        )
        for node in range(host.numa_nodes)
    ]
    return Data("HostNumaInfo", type="NUMA", numNodes=host.numa_nodes, numaNode=nodes)


# What a host can do; the rest of the required answers is no.
_ABILITIES = frozenset({
    "recursiveResourcePoolsSupported", "cpuMemoryResourceConfigurationSupported", "rebootSupported",
    "shutdownSupported", "vmotionSupported", "standbySupported", "ipmiSupported", "sanSupported", "nfsSupported",
    "iscsiSupported", "vlanTaggingSupported", "nicTeamingSupported", "highGuestMemSupported",
    "maintenanceModeSupported", "suspendedRelocateSupported", "restrictedSnapshotRelocateSupported", "perVmSwapFiles",
    "localSwapDatastoreSupported", "unsharedSwapVMotionSupported", "screenshotSupported", "scaledScreenshotSupported",
    "storageVMotionSupported", "vmotionWithStorageVMotionSupported", "vStorageCapable", "virtualExecUsageSupported",
    "vmfsDatastoreMountCapable", "nestedHVSupported", "cloneFromSnapshotSupported", "deltaDiskBackingsSupported",
})  # fmt: skip


def capability(host: "Host") -> Data:
    """Make what the host can do; the number of processors of a machine grew with the versions."""
    major = host.profile.release[0]
    most = {2: 4, 4: 8, 5: 64, 6: 128, 7: 128}.get(major, 768)
    fields = schema.data_type("HostCapability").fields
    required = [field.name for field in fields if field.kind == "bool" and not field.optional]
    abilities = dict.fromkeys(required, False) | dict.fromkeys(_ABILITIES, True)
    limits = {"maxSupportedVMs": 1024, "maxRunningVMs": 1024, "maxSupportedVcpus": min(most, host.threads)}
    return Data("HostCapability", **limits, **abilities)


def config(site: "Site", host: "Host", ref: Ref) -> Data:
    """Make the host's configuration."""
    return Data(
        "HostConfigInfo",
        host=ref,
        product=product(host),
        hyperThread=Data(
            "HostHyperThreadScheduleInfo", available=host.threads_per_core > 1, active=host.threads_per_core > 1,
            config=host.threads_per_core > 1,
        ),
        network=network_parts.network(site, host),
        vmotion=Data("HostVMotionInfo", ipConfig=Data("HostIpConfig", dhcp=False, ipAddress=f"10.0.1.{host.number}")),
        storageDevice=storage_parts.devices(host),
        fileSystemVolume=storage_parts.file_systems(host),
        service=Data("HostServiceInfo", service=[]),
        pciPassthruInfo=pci_parts.passthrough(host),
    )  # fmt: skip
