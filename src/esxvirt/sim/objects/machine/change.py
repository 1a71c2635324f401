"""A machine's new configuration: from the API's specification to its VMX file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from esxvirt.datastore_path import DatastorePath
from esxvirt.names import unescape
from esxvirt.sim.objects.machine.admission import check_reservations
from esxvirt.sim.objects.machine.boot_options import set_boot_order
from esxvirt.sim.objects.machine.device_changes import DeviceChanges
from esxvirt.sim.objects.machine.names import check_name, kept_name
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.state.machine.vmxtext import guest_of
from esxvirt.sim.wire.values import Data, Fault, Ref, Typed
from esxvirt.uuids import normalize, spaced

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.vmx.file import VmxFile

__all__ = ["change", "check_permitted"]

# The most processors and MiB of memory by hardware version.
_LIMITS = ((20, 768, 25_165_824), (17, 256, 6_291_456), (14, 128, 6_291_456), (11, 128, 4_177_920), (10, 64, 1_035_264),
           (8, 32, 1_035_264), (7, 8, 261_120), (0, 4, 65_532))  # fmt: skip
_PRIVILEGES = {
    "name": "Rename", "annotation": "Settings", "numCPUs": "CPUCount", "numCoresPerSocket": "CPUCount",
    "memoryMB": "Memory", "cpuAllocation": "Resource", "memoryAllocation": "Resource", "cpuAffinity": "Resource",
    "memoryAffinity": "Resource", "extraConfig": "AdvancedConfig", "version": "UpgradeVirtualHardware",
    "memoryHotAddEnabled": "Memory", "cpuHotAddEnabled": "CPUCount", "swapPlacement": "SwapPlacement",
    "changeTrackingEnabled": "ChangeTracking", "memoryReservationLockedToMax": "Resource",
}  # fmt: skip
_SWITCHES = {
    "memoryHotAddEnabled": "mem.hotadd", "cpuHotAddEnabled": "vcpu.hotadd", "nestedHVEnabled": "vhv.enable",
    "memoryReservationLockedToMax": "sched.mem.pin",
}  # fmt: skip
_MEDIA = {"VirtualCdrom": "SetCDMedia", "VirtualFloppy": "SetFloppyMedia"}
_IGNORED = frozenset({"changeVersion", "files", "deviceChange"})


def check_permitted(call: "Call", ref: Ref, spec: Data, host: "Host") -> None:
    """Raise ``NoPermission`` for the first change of `spec` that the caller's role does not allow on `ref`.

    A card takes a privilege on its network, too, and a new disk one on its datastore: those of the `host`.
    """
    for privilege in _wanted(spec):
        require(call, f"VirtualMachine.Config.{privilege}", ref)
    for item in spec.deviceChange or ():
        if item.operation == "edit" and item.device.type_name in _MEDIA:
            require(call, f"VirtualMachine.Interact.{_MEDIA[item.device.type_name]}", ref)
        if item.operation != "remove":
            _check_backing(call, item, host)


def _check_backing(call: "Call", item: Data, host: "Host") -> None:
    backing = item.device.backing
    if backing is None:
        return
    if backing.is_a("VirtualEthernetCardNetworkBackingInfo"):
        for network in host.networks:
            if backing.deviceName in {network.name, escape_name(network.name)}:
                require(call, "Network.Assign", call.endpoint.ids.of(network))
    elif backing.is_a("VirtualEthernetCardDistributedVirtualPortBackingInfo"):
        for network in host.networks:
            if network.key == backing.port.portgroupKey:
                require(call, "Network.Assign", call.endpoint.ids.of(network))
    elif item.fileOperation and item.device.is_a("VirtualDisk"):
        place = DatastorePath.parse(backing.fileName or "")
        name = "" if place is None else place.datastore
        for store in host.datastores:
            if store.name == name:
                require(call, "Datastore.AllocateSpace", call.endpoint.ids.of(store))


def _wanted(spec: Data) -> Iterator[str]:
    for name, value in spec.fields.items():
        if value is not None and value != [] and name not in _IGNORED:
            yield _PRIVILEGES.get(name, "Settings")
    for item in spec.deviceChange or ():
        if item.operation == "edit" and item.device.type_name in _MEDIA:
            continue  # it takes a privilege of another kind
        if not item.device.is_a("VirtualDisk"):
            yield "EditDevice" if item.operation == "edit" else "AddRemoveDevice"
        elif item.operation == "add":
            yield "AddNewDisk" if item.fileOperation else "AddExistingDisk"
        else:
            yield "RemoveDisk" if item.operation == "remove" else "EditDevice"


def _invalid(name: str) -> Fault:
    return Fault("InvalidArgument", f"A specified parameter was not correct: configSpec.{name}",
                 invalidProperty=f"configSpec.{name}")  # fmt: skip


def change(call: "Call", machine: "Machine", spec: Data, *, new: bool = False) -> None:
    """Give a machine the configuration of `spec`, all of it or, if a fault is raised, nothing.

    The VMX file is written from what the server holds of it: what somebody has written there meanwhile is lost.
    """
    if spec.changeVersion is not None and spec.changeVersion != machine.change_version:
        raise Fault("ConcurrentAccess", "The configuration has been changed since it was read.")
    if not new:
        with _as_faults(machine):
            machine.stored()
    machine.materialise()
    vmx = machine.settings()
    _Changes(call, machine, vmx, spec).apply()
    devices = DeviceChanges(call.endpoint, machine, vmx)
    devices.apply(spec.deviceChange or [])
    devices.commit()
    uuid = machine.config.uuid
    machine.rewrite(vmx)
    site = call.endpoint.site
    if machine.config.uuid != uuid and not new:
        site.reindex()
    else:
        site.touch()


def reload_or_fault(machine: "Machine") -> None:
    """Read a machine's VMX file again; the faults are ``FileNotFound`` and ``InvalidVmConfig``."""
    with _as_faults(machine):
        machine.reload()


@contextmanager
def _as_faults(machine: "Machine") -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        file = machine.vmx_path
        raise Fault("FileNotFound", f"File {file} was not found", file=file) from None
    except ValueError as error:
        text = f"The configuration file {machine.vmx_path} is not valid: {error}."
        raise Fault("InvalidVmConfig", text, property="config") from None


class _Changes:
    """The settings of a specification, without the devices."""

    def __init__(self, call: "Call", machine: "Machine", vmx: "VmxFile", spec: Data) -> None:
        self._call = call
        self._machine = machine
        self._vmx = vmx
        self._spec = spec

    def apply(self) -> None:
        spec = self._spec
        self._identity()
        self._version()
        self._processors_and_memory()
        self._allocation("cpu", spec.cpuAllocation)
        self._allocation("mem", spec.memoryAllocation)
        self._hosts_part()
        self._options()
        for option in spec.extraConfig or ():
            self._extra(option)

    def _needs_power_off(self, name: str) -> None:
        power = self._machine.power
        if getattr(self._spec, name) is not None and power != "poweredOff":
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=power)

    def _identity(self) -> None:
        spec, vmx = self._spec, self._vmx
        if spec.name is not None:
            name = unescape(spec.name)
            endpoint = self._call.endpoint
            check_name(endpoint, name, endpoint.folder_of(self._machine), self._machine)
            vmx.set_text("displayName", kept_name(name))
        if spec.annotation is not None:
            self._set("annotation", spec.annotation)
        for name, key in (("uuid", "uuid.bios"), ("instanceUuid", "vc.uuid"), ("locationId", "uuid.location")):
            value = getattr(spec, name)
            if value is not None:
                self._needs_power_off(name)
                vmx[key] = spaced(_uuid(name, value))
        if spec.guestId is not None:
            self._needs_power_off("guestId")
            if not spec.guestId or not spec.guestId[0].isalpha() or not spec.guestId.isascii():
                raise _invalid("guestId")
            vmx.set_text("guestOS", guest_of(spec.guestId))
        if spec.alternateGuestName is not None:
            self._set("guestOSAltName", spec.alternateGuestName)

    def _set(self, key: str, value: str) -> None:
        if value:
            self._vmx.set_text(key, value)
        else:
            self._vmx.discard(key)

    def _version(self) -> None:
        version = self._spec.version
        if version is None:
            return
        self._needs_power_off("version")
        digits = version.removeprefix("vmx-")
        if not digits.isdecimal() or not 3 < int(digits) <= self._machine.host.profile.hw_version:
            host = self._machine.host
            ref = self._call.endpoint.ids.of(host)
            text = f"The host {host.full_name} does not support the hardware version {version}."
            raise Fault("VirtualHardwareVersionNotSupported", text, hostName=host.full_name, host=ref)
        self._vmx["virtualHW.version"] = str(int(digits))

    def _processors_and_memory(self) -> None:
        spec, vmx, machine = self._spec, self._vmx, self._machine
        most_cpus, most_memory = next(
            (cpus, memory) for version, cpus, memory in _LIMITS if machine.config.hw_version >= version
        )
        cores = spec.numCoresPerSocket if spec.numCoresPerSocket is not None else machine.config.cores_per_socket
        if spec.numCPUs is not None:
            if not 1 <= spec.numCPUs <= most_cpus:
                raise _invalid("numCPUs")
            self._check_hot("CpuHotPlugNotSupported", spec.numCPUs, machine.config.cpus, machine.config.cpu_hot_add)
            vmx["numvcpus"] = str(spec.numCPUs)
        if spec.numCoresPerSocket is not None:
            self._needs_power_off("numCoresPerSocket")
            if cores < 1 or (spec.numCPUs or machine.config.cpus) % cores:
                raise _invalid("numCoresPerSocket")
            vmx["cpuid.coresPerSocket"] = str(cores)
        memory = spec.memoryMB
        if memory is not None:
            if not 4 <= memory <= most_memory or memory % 4:
                raise _invalid("memoryMB")
            allowed = machine.config.mem_hot_add
            self._check_hot("MemoryHotPlugNotSupported", memory, machine.config.memory_mb, allowed)
            vmx["memSize"] = str(memory)
        for name, key in _SWITCHES.items():
            if getattr(spec, name) is not None:
                self._needs_power_off(name)
                vmx[key] = str(getattr(spec, name)).upper()

    def _check_hot(self, fault: str, wanted: int, now: int, allowed: bool) -> None:
        power = self._machine.power
        if wanted == now or power == "poweredOff":
            return
        if power == "suspended" or self._machine.host.profile.release < (4, 0):
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=power)
        if not allowed or wanted < now:
            raise Fault(fault)

    def _allocation(self, kind: str, info: Data | None) -> None:
        if info is None:
            return
        vmx = self._vmx
        name = "cpuAllocation" if kind == "cpu" else "memoryAllocation"
        config = self._machine.config
        floor, ceiling = (config.cpu_min, config.cpu_max) if kind == "cpu" else (config.mem_min, config.mem_max)
        reservation = info.reservation if info.reservation is not None else floor
        limit = info.limit if info.limit is not None else ceiling
        if reservation < 0 or (kind == "mem" and reservation > (self._spec.memoryMB or config.memory_mb)):
            raise _invalid(f"{name}.reservation")
        if limit < -1 or (limit != -1 and limit < reservation):
            raise _invalid(f"{name}.limit")
        cpu = kind == "cpu"
        mhz, mib = (reservation, None) if cpu else (None, reservation)
        check_reservations(self._call.endpoint.site, self._machine, mhz=mhz, mib=mib)
        if cpu or self._machine.host.profile.release >= (5, 0):
            vmx[f"sched.{kind}.min"] = str(reservation)
        if not cpu:
            # Newer hosts write both names; the longer one, which is all that older ones have, counts.
            vmx["sched.mem.minSize"] = str(reservation)
        vmx[f"sched.{kind}.max"] = "unlimited" if limit == -1 else str(limit)
        if info.shares is not None:
            vmx[f"sched.{kind}.shares"] = self._shares(name, info.shares)

    @staticmethod
    def _shares(name: str, shares: Data) -> str:
        if shares.level != "custom":
            return str(shares.level)
        if shares.shares is None or not 0 <= shares.shares <= 1_000_000:
            raise _invalid(f"{name}.shares")
        return str(shares.shares)

    def _hosts_part(self) -> None:
        affinity = self._spec.cpuAffinity
        if affinity is not None:
            wanted = sorted(set(affinity.affinitySet or ()))
            if any(not 0 <= number < self._machine.host.threads for number in wanted):
                raise _invalid("cpuAffinity")
            self._vmx["sched.cpu.affinity"] = ",".join(map(str, wanted)) or "all"
        if self._spec.firmware is not None:
            self._needs_power_off("firmware")
            if self._spec.firmware not in {"bios", "efi"}:
                raise _invalid("firmware")
            self._set("firmware", "" if self._spec.firmware == "bios" else self._spec.firmware)

    def _options(self) -> None:
        truth: Callable[[Any], str] = lambda value: str(value).upper()  # noqa: E731  # a name for the table
        tables: tuple[tuple[Data | None, dict[str, tuple[str, Callable[[Any], str]]]], ...] = (
            (self._spec.tools, {
                "afterPowerOn": ("toolScripts.afterPowerOn", truth),
                "afterResume": ("toolScripts.afterResume", truth),
                "beforeGuestStandby": ("toolScripts.beforeSuspend", truth),
                "beforeGuestShutdown": ("toolScripts.beforePowerOff", truth),
                "toolsUpgradePolicy": ("tools.upgrade.policy", str),
                "syncTimeWithHost": ("tools.syncTime", truth),
            }),
            (self._spec.bootOptions, {
                "bootDelay": ("bios.bootDelay", str),
                "enterBIOSSetup": ("bios.forceSetupOnce", truth),
                "efiSecureBootEnabled": ("uefi.secureBoot.enabled", truth),
                "bootRetryEnabled": ("bios.bootRetry.enabled", truth),
                "bootRetryDelay": ("bios.bootRetry.delay", str),
            }),
            (self._spec.flags, {
                "enableLogging": ("logging", truth),
                "diskUuidEnabled": ("disk.EnableUUID", truth),
                "snapshotPowerOffBehavior": ("snapshot.action", str),
            }),
            (self._spec.powerOpInfo, {
                "powerOffType": ("powerType.powerOff", str), "suspendType": ("powerType.suspend", str),
                "resetType": ("powerType.reset", str),
            }),
        )  # fmt: skip
        for options, table in tables:
            for name, (key, write) in table.items():
                value = getattr(options, name) if options is not None else None
                if value is not None:
                    self._vmx.set_text(key, write(value))
        if self._spec.bootOptions is not None and self._spec.bootOptions.bootOrder:
            set_boot_order(self._vmx, self._spec.bootOptions.bootOrder, self._machine.config)

    def _extra(self, option: Data) -> None:
        key = option.key.strip()
        if not key or any(letter in '="|#' or ord(letter) < 33 for letter in key):
            raise _invalid("extraConfig")
        value = option.value.value if isinstance(option.value, Typed) else option.value
        text = str(value).upper() if isinstance(value, bool) else "" if value is None else str(value)
        self._set(key, text)


def _uuid(name: str, text: str) -> str:
    uuid = normalize(text)
    if uuid is None:
        raise _invalid(name)
    return uuid
