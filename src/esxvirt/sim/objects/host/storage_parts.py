"""The data objects that describe a host's storage: adapters, disks, volumes."""

from typing import TYPE_CHECKING

from esxvirt.sim.wire.values import Data, long

if TYPE_CHECKING:
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.storage.datastores import Datastore
    from esxvirt.sim.state.storage.luns import Adapter, Lun, Target

__all__ = ["devices", "disk", "file_systems", "mount_info", "nas_volume", "vmfs_major_version", "vmfs_volume"]

_KINDS = {3: "3.31", 5: "5.60", 6: "6.82"}
_NO = dict.fromkeys(
    ("addressSettable", "ipConfigurationMethodSettable", "subnetMaskSettable", "defaultGatewaySettable",
     "primaryDnsServerAddressSettable", "alternateDnsServerAddressSettable"),
    False,
)  # fmt: skip


def devices(host: "Host") -> Data:
    """Make the host's storage adapters and disks."""
    found = {lun.name: lun for adapter in host.adapters for _, lun in adapter.known()}
    software = any(adapter.iscsi_name for adapter in host.adapters)
    return Data(
        "HostStorageDeviceInfo",
        hostBusAdapter=[_adapter(adapter) for adapter in host.adapters],
        scsiLun=[disk(lun) for lun in found.values()],
        scsiTopology=Data("HostScsiTopology", adapter=[_interface(adapter) for adapter in host.adapters]),
        multipathInfo=Data(
            "HostMultipathInfo",
            lun=[_unit(adapter, target, lun) for adapter in host.adapters for target, lun in adapter.known()],
        ),
        softwareInternetScsiEnabled=software,
    )


def _adapter(adapter: "Adapter") -> Data:
    common = {
        "key": adapter.key,
        "device": adapter.device,
        "bus": adapter.bus,
        "model": adapter.model,
        "driver": adapter.driver,
    }
    if not adapter.iscsi_name:
        return Data("HostBlockHba", **common, status="unknown", pci=f"0000:{adapter.bus:02x}:00.0")
    return Data(
        "HostInternetScsiHba",
        **common,
        status="online",
        isSoftwareBased=True,
        canBeDisabled=True,
        discoveryCapabilities=Data(
            "HostInternetScsiHbaDiscoveryCapabilities",
            iSnsDiscoverySettable=False,
            slpDiscoverySettable=False,
            staticTargetDiscoverySettable=False,
            sendTargetsDiscoverySettable=True,
        ),
        discoveryProperties=Data(
            "HostInternetScsiHbaDiscoveryProperties",
            iSnsDiscoveryEnabled=False,
            slpDiscoveryEnabled=False,
            staticTargetDiscoveryEnabled=True,
            sendTargetsDiscoveryEnabled=True,
        ),
        authenticationCapabilities=Data(
            "HostInternetScsiHbaAuthenticationCapabilities",
            chapAuthSettable=True,
            krb5AuthSettable=False,
            srpAuthSettable=False,
            spkmAuthSettable=False,
        ),
        authenticationProperties=Data("HostInternetScsiHbaAuthenticationProperties", chapAuthEnabled=False),
        ipCapabilities=Data("HostInternetScsiHbaIPCapabilities", **_NO),
        ipProperties=Data("HostInternetScsiHbaIPProperties", dhcpConfigurationEnabled=False),
        iScsiName=adapter.iscsi_name,
        iScsiAlias="",
        configuredSendTarget=[
            Data("HostInternetScsiHbaSendTarget", address=address, port=port) for address, port in adapter.send_targets
        ],
        configuredStaticTarget=[
            Data(
                "HostInternetScsiHbaStaticTarget",
                address=target.address,
                port=target.port,
                iScsiName=target.iscsi_name,
                discoveryMethod="staticMethod" if target.static else "sendTargetMethod",
            )
            for target in adapter.targets
        ],
    )


def _disk_key(lun: "Lun") -> str:
    return f"key-vim.host.ScsiDisk-{lun.uuid}"


def disk(lun: "Lun") -> Data:
    """Make a disk as a host shows it."""
    device = f"/vmfs/devices/disks/{lun.name}"
    return Data(
        "HostScsiDisk",
        deviceName=device,
        deviceType="disk",
        key=_disk_key(lun),
        uuid=lun.uuid,
        canonicalName=lun.name,
        displayName=f"{'Local' if lun.local else lun.vendor} {'' if lun.local else 'iSCSI '}Disk ({lun.name})",
        lunType="disk",
        vendor=f"{lun.vendor:8}",
        model=f"{lun.model:16}",
        revision="0001",
        scsiLevel=5,
        serialNumber="unavailable",
        queueDepth=128,
        operationalState=["ok"],
        capacity=Data("HostDiskDimensionsLba", blockSize=512, block=long(lun.blocks)),
        devicePath=device,
        ssd=False,
        localDisk=lun.local,
    )


def _transport(target: "Target") -> Data:
    if not target.iscsi_name:
        return Data("HostBlockAdapterTargetTransport")
    where = f"{target.address}:{target.port}"
    return Data("HostInternetScsiTargetTransport", iScsiName=target.iscsi_name, iScsiAlias="", address=[where])


def _path(adapter: "Adapter", target: "Target", lun: "Lun") -> str:
    return f"{adapter.device}:C0:T{target.number}:L{lun.number}"


def _interface(adapter: "Adapter") -> Data:
    targets = [
        Data(
            "HostScsiTopologyTarget",
            key=f"key-vim.host.ScsiTopology.Target-{adapter.device}:0:{target.number}",
            target=target.number,
            lun=[
                Data(
                    "HostScsiTopologyLun",
                    key=f"key-vim.host.ScsiTopology.Lun-{lun.uuid}",
                    lun=lun.number,
                    scsiLun=_disk_key(lun),
                )
                for lun in target.luns
                if lun.known
            ],
            transport=_transport(target),
        )
        for target in adapter.targets
    ]
    key = f"key-vim.host.ScsiTopology.Interface-{adapter.device}"
    return Data("HostScsiTopologyInterface", key=key, adapter=adapter.key, target=targets)


def _unit(adapter: "Adapter", target: "Target", lun: "Lun") -> Data:
    key = f"key-vim.host.MultipathInfo.LogicalUnit-{lun.uuid}"
    name = _path(adapter, target, lun)
    path = Data(
        "HostMultipathInfoPath",
        key=f"key-vim.host.MultipathInfo.Path-{name}",
        name=name,
        pathState="active",
        state="active",
        isWorkingPath=True,
        adapter=adapter.key,
        lun=key,
        transport=_transport(target),
    )
    policy = Data("HostMultipathInfoFixedLogicalUnitPolicy", policy="VMW_PSP_FIXED", prefer=name)
    return Data("HostMultipathInfoLogicalUnit", key=key, id=lun.uuid, lun=_disk_key(lun), path=[path], policy=policy)


# Volumes.


def file_systems(host: "Host") -> Data:
    """Make the list of the host's mounted volumes."""
    mounts = [
        Data(
            "HostFileSystemMountInfo",
            mountInfo=mount_info(host, store),
            volume=_volume(store, host.profile.release),
        )
        for store in host.known_datastores
    ]
    return Data("HostFileSystemVolumeInfo", volumeTypeList=["VMFS", "NFS", "OTHER"], mountInfo=mounts)


def mount_info(host: "Host", store: "Datastore") -> Data:
    """Make what a host says of a volume that it knows."""
    mounted = store in host.datastores
    return Data(
        "HostMountInfo",
        path=store.mount,
        accessMode="readWrite",
        mounted=mounted,
        accessible=mounted and store.accessible,
    )


def _volume(store: "Datastore", release: tuple[int, ...]) -> Data:
    if store.kind == "NFS":
        return nas_volume(store)
    if store.kind == "VMFS":
        return vmfs_volume(store, release)
    size = long(store.capacity)
    return Data("HostLocalFileSystemVolume", type="OTHER", name=store.name, capacity=size, device=store.mount)


def nas_volume(store: "Datastore") -> Data:
    """Make the volume of an NFS datastore."""
    host, _, path = store.remote.partition(":")
    return Data(
        "HostNasVolume",
        type=store.protocol,
        name=store.name,
        capacity=long(store.capacity),
        remoteHost=host,
        remotePath=path,
        userName="",
        remoteHostNames=[host],
    )


def vmfs_major_version(release: tuple[int, ...]) -> int:
    """Return the version of VMFS that hosts of the API's `release` make."""
    return 3 if release < (5, 0) else 5 if release < (6, 5) else 6


def vmfs_volume(store: "Datastore", release: tuple[int, ...]) -> Data:
    """Make the volume of a VMFS datastore, of the version that the API's `release` has."""
    major = vmfs_major_version(release)
    return Data(
        "HostVmfsVolume",
        type="VMFS",
        name=store.name,
        capacity=long(store.capacity),
        blockSizeMb=1,
        maxBlocks=63 << 20,
        majorVersion=major,
        version=_KINDS[major],
        uuid=store.mount.rpartition("/")[2],
        extent=[Data("HostScsiDiskPartition", diskName=store.disk, partition=3 if store.local else 1)],
        vmfsUpgradable=False,
        ssd=False,
        local=store.local,
    )
