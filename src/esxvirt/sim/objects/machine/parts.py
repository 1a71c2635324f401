"""The data objects that describe a machine: configuration, runtime, guest, summary, layout."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine import questions
from esxvirt.sim.objects.machine.allocation import allocation
from esxvirt.sim.objects.machine.boot_options import boot_options
from esxvirt.sim.objects.machine.devices import devices
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.state.machine.machine import EPOCH
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Ref, constant, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.vmxtext import Config

__all__ = [
    "capability",
    "config",
    "connection_state",
    "cpu_usage",
    "devices",
    "guest",
    "guest_memory",
    "hardware",
    "runtime",
    "summary",
    "tools_status",
]

_CPU_SHARES = {"low": 500, "normal": 1000, "high": 2000}


def _mem_shares(config: "Config") -> dict[str, int]:
    return {level: factor * config.memory_mb for level, factor in (("low", 5), ("normal", 10), ("high", 20))}


def _cpu_shares(config: "Config") -> dict[str, int]:
    return {level: shares * config.cpus for level, shares in _CPU_SHARES.items()}


def tools_status(machine: "Machine") -> str:
    """Return what the API says of VMware Tools in the guest."""
    if machine.tools == "toolsNotInstalled":
        return machine.tools
    return machine.tools if machine.running else "toolsNotRunning"


def cpu_usage(machine: "Machine") -> int | None:
    """MHz that a running machine takes: some of its first processor, by its number."""
    return 40 + machine.number * 37 % 600 if machine.running else None


def guest_memory(machine: "Machine") -> int | None:
    """MiB that the guest of a running machine works with."""
    return machine.config.memory_mb * (20 + machine.number % 5 * 10) // 100 if machine.running else None


def hardware(endpoint: "Endpoint", machine: "Machine") -> Data:
    """Make the virtual hardware."""
    config_ = machine.config
    return Data(
        "VirtualHardware",
        numCPU=config_.cpus,
        numCoresPerSocket=config_.cores_per_socket,
        memoryMB=config_.memory_mb,
        device=devices(endpoint, machine),
    )


def config(endpoint: "Endpoint", machine: "Machine") -> Data:
    """Make the configuration."""
    config_ = machine.config
    home = machine.datastore.named(machine.home)
    files = Data(
        "VirtualMachineFileInfo",
        vmPathName=machine.vmx_path,
        snapshotDirectory=f"{home}/",
        suspendDirectory=f"{home}/",
        logDirectory=f"{home}/",
    )
    tools = constant(
        "ToolsConfigInfo",
        toolsVersion=0 if machine.tools == "toolsNotInstalled" else 10346 if machine.tools == "toolsOk" else 8192,
        afterPowerOn=True,
        afterResume=True,
        beforeGuestStandby=True,
        beforeGuestShutdown=True,
        toolsUpgradePolicy="manual",
        syncTimeWithHost=False,
    )
    return Data(
        "VirtualMachineConfigInfo",
        changeVersion=machine.change_version,
        modified=EPOCH,
        name=escape_name(machine.name),
        guestFullName=guest_full_name(config_.guest_id),
        version=f"vmx-{config_.hw_version:02d}",
        uuid=config_.uuid,
        instanceUuid=config_.instance_uuid or None,
        locationId=config_.location_uuid or None,
        template=machine.template,
        guestId=config_.guest_id,
        alternateGuestName="",
        annotation=config_.annotation,
        files=files,
        tools=tools,
        flags=_flags(),
        consolePreferences=constant("VirtualMachineConsolePreferences"),
        defaultPowerOps=_power_ops(),
        hardware=hardware(endpoint, machine),
        cpuAllocation=allocation(config_.cpu_min, config_.cpu_max, config_.cpu_shares, _cpu_shares(config_)),
        memoryAllocation=allocation(config_.mem_min, config_.mem_max, config_.mem_shares, _mem_shares(config_)),
        memoryHotAddEnabled=config_.mem_hot_add,
        cpuHotAddEnabled=config_.cpu_hot_add,
        cpuHotRemoveEnabled=False,
        memoryReservationLockedToMax=_is_true(config_, "sched.mem.pin"),
        nestedHVEnabled=_is_true(config_, "vhv.enable"),
        extraConfig=[
            Data("OptionValue", key=key, value=value)
            for key, value in {**_always_extra(machine), **config_.extra}.items()
        ],
        datastoreUrl=[
            constant("VirtualMachineConfigInfoDatastoreUrlPair", name=store.name, url=store.mount)
            for store in (machine.datastore,)
        ],
        bootOptions=boot_options(config_),
        firmware=config_.firmware,
        maxMksConnections=40,
        guestAutoLockEnabled=True,
        createDate=EPOCH,
    )


def _is_true(config: "Config", key: str) -> bool:
    return any(value.lower() == "true" for name, value in config.extra.items() if name.lower() == key)


def _always_extra(machine: "Machine") -> dict[str, str]:
    return {"nvram": f"{machine.stem}.nvram", "pciBridge0.present": "TRUE"}


def guest_full_name(guest_id: str) -> str:
    """Return what people call a guest system."""
    names = {"rhel5Guest": "Red Hat Enterprise Linux 5 (32-bit)", "otherGuest": "Other (32-bit)"}
    bits = 64 if "64" in guest_id else 32
    return names.get(guest_id) or f"{guest_id.removesuffix('Guest').replace('_64', '').replace('64', '')} ({bits}-bit)"


def _flags() -> Data:
    return constant(
        "VirtualMachineFlagInfo",
        disableAcceleration=False,
        enableLogging=True,
        useToe=False,
        runWithDebugInfo=False,
        monitorType="release",
        htSharing="any",
        snapshotDisabled=False,
        snapshotLocked=False,
        diskUuidEnabled=False,
        virtualMmuUsage="automatic",
        virtualExecUsage="hvAuto",
        snapshotPowerOffBehavior="powerOff",
    )


def _power_ops() -> Data:
    kinds = {"defaultPowerOffType": "soft", "defaultSuspendType": "hard", "defaultResetType": "soft"}
    types = {"powerOffType": "soft", "suspendType": "hard", "resetType": "soft"}
    return constant("VirtualMachineDefaultPowerOpInfo", **kinds, **types, standbyAction="checkpoint")


# What every machine can do; the rest of the required fields is no.
_ABILITIES = frozenset({
    "snapshotOperationsSupported", "multipleSnapshotsSupported", "snapshotConfigSupported",
    "poweredOffSnapshotsSupported", "memorySnapshotsSupported", "revertToSnapshotSupported",
    "quiescedSnapshotsSupported", "lockSnapshotsSupported", "bootOptionsSupported", "bootRetryOptionsSupported",
    "cpuFeatureMaskSupported", "settingDisplayTopologySupported", "memoryReservationLockSupported",
})  # fmt: skip


@cache
def capability() -> Data:
    """Make what a machine can do."""
    fields = schema.data_type("VirtualMachineCapability").fields
    named = [
        field.name for field in fields if field.kind == "bool" and (not field.optional or field.name in _ABILITIES)
    ]
    return constant("VirtualMachineCapability", **{name: name in _ABILITIES for name in named})


def connection_state(endpoint: "Endpoint", machine: "Machine") -> str:
    """Say whether a server reaches a machine: a vCenter also by its host, and knows better what a host has lost."""
    if endpoint.host is None and machine.host.connection != "connected" and machine.connection != "orphaned":
        return "disconnected"
    return machine.connection


def runtime(endpoint: "Endpoint", machine: "Machine") -> Data:
    """Make the runtime state."""
    running = machine.running
    device: list[Data] = []
    return Data(
        "VirtualMachineRuntimeInfo",
        device=device,
        host=endpoint.ids.of(machine.host),
        connectionState=connection_state(endpoint, machine),
        powerState=machine.power,
        question=questions.describe(machine),
        faultToleranceState="notConfigured",
        toolsInstallerMounted=False,
        suspendTime=EPOCH if machine.power == "suspended" else None,
        bootTime=machine.boot_time,
        suspendInterval=long(0),
        memoryOverhead=long(70 << 20) if running else None,
        maxCpuUsage=machine.host.mhz * machine.config.cpus if running else None,
        maxMemoryUsage=machine.config.memory_mb if running else None,
        numMksConnections=0,
        recordReplayState="inactive",
        onlineStandby=False,
        consolidationNeeded=False,
        minRequiredEVCModeKey="intel-merom" if running else None,
    )


def guest(machine: "Machine") -> Data:
    """Make what VMware Tools tell of the guest."""
    live = machine.tools_running
    config_ = machine.config
    nics = [
        Data(
            "GuestNicInfo",
            network=nic.network,
            ipAddress=[address],
            macAddress=nic.mac,
            connected=True,
            deviceConfigId=4000 + nic.index,
            ipConfig=Data(
                "NetIpConfigInfo",
                ipAddress=[Data("NetIpConfigInfoIpAddress", ipAddress=address, prefixLength=8, state="preferred")],
            ),
        )
        for nic, address in machine.addresses()
    ]
    disk = Data("GuestDiskInfo", diskPath="/", capacity=long(7 << 30), freeSpace=long(3 << 30))
    old = machine.tools == "toolsOld"
    return Data(
        "GuestInfo",
        toolsStatus=tools_status(machine),
        toolsVersionStatus="guestToolsNeedUpgrade" if old else "guestToolsCurrent",
        toolsVersionStatus2="guestToolsSupportedOld" if old else "guestToolsCurrent",
        toolsRunningStatus="guestToolsRunning" if live else "guestToolsNotRunning",
        toolsVersion="8192" if old else "10346",
        guestId=config_.guest_id if live else None,
        guestFamily=("windowsGuest" if config_.guest_id.startswith("win") else "linuxGuest") if live else None,
        guestFullName=guest_full_name(config_.guest_id) if live else None,
        hostName=machine.guest_name if live else None,
        ipAddress=machine.address if live else None,
        net=nics if live else [],
        disk=[disk] if live else [],
        screen=Data("GuestScreenInfo", width=1024, height=768) if live else Data("GuestScreenInfo", width=0, height=0),
        guestState=(machine.busy and machine.guest_state) or ("running" if live else "notRunning"),
        guestOperationsReady=live,
        interactiveGuestOperationsReady=False,
    )


def _guest_summary(machine: "Machine") -> Data:
    whole = guest(machine).fields
    names = schema.data_type("VirtualMachineGuestSummary").by_name
    return Data("VirtualMachineGuestSummary", **{name: value for name, value in whole.items() if name in names})


def _quick_stats(machine: "Machine") -> Data:
    if not machine.running:
        return Data("VirtualMachineQuickStats", guestHeartbeatStatus="gray")
    boot = machine.boot_time or EPOCH
    return Data(
        "VirtualMachineQuickStats",
        overallCpuUsage=cpu_usage(machine),
        overallCpuDemand=cpu_usage(machine),
        guestMemoryUsage=guest_memory(machine),
        hostMemoryUsage=machine.config.memory_mb * 60 // 100,
        guestHeartbeatStatus="green" if machine.tools_running else "gray",
        distributedCpuEntitlement=0,
        distributedMemoryEntitlement=0,
        staticCpuEntitlement=0,
        staticMemoryEntitlement=0,
        privateMemory=machine.config.memory_mb * 55 // 100,
        sharedMemory=0,
        swappedMemory=0,
        balloonedMemory=0,
        consumedOverheadMemory=40,
        ftLogBandwidth=-1,
        ftSecondaryLatency=-1,
        ftLatencyStatus="gray",
        compressedMemory=long(0),
        uptimeSeconds=int((datetime.now(UTC) - boot).total_seconds()),
    )


def summary(endpoint: "Endpoint", machine: "Machine", ref: Ref) -> Data:
    """Make the summary, with what clients list."""
    config_ = machine.config
    committed = sum(disk.capacity_kib << 10 for disk in config_.disks)
    return Data(
        "VirtualMachineSummary",
        vm=ref,
        runtime=runtime(endpoint, machine),
        guest=_guest_summary(machine),
        config=Data(
            "VirtualMachineConfigSummary",
            name=escape_name(machine.name),
            template=machine.template,
            vmPathName=machine.vmx_path,
            memorySizeMB=config_.memory_mb,
            cpuReservation=config_.cpu_min,
            memoryReservation=config_.mem_min,
            numCpu=config_.cpus,
            numEthernetCards=len(config_.nics),
            numVirtualDisks=len(config_.disks),
            uuid=config_.uuid,
            instanceUuid=config_.instance_uuid or None,
            guestId=config_.guest_id,
            guestFullName=guest_full_name(config_.guest_id),
            annotation=config_.annotation,
        ),
        storage=Data(
            "VirtualMachineStorageSummary",
            committed=long(committed),
            uncommitted=long(0),
            unshared=long(committed),
            timestamp=EPOCH,
        ),
        quickStats=_quick_stats(machine),
        overallStatus="green",
    )
