"""Changes of a machine's devices: added, edited and removed ones, with their files."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine import device_keys, device_writers
from esxvirt.sim.objects.storage.datastore_paths import as_faults, find_place
from esxvirt.sim.state.machine.vmxtext import drives, read_config
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Place
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.vmx.file import VmxFile

__all__ = ["DeviceChanges"]

_MODES = frozenset({
    "persistent", "nonpersistent", "undoable", "independent_persistent", "independent_nonpersistent", "append",
})  # fmt: skip
# What every machine has: a client may name it again, which changes nothing but what it calls it.
_FIXED = ("VirtualIDEController", "VirtualPCIController", "VirtualPS2Controller", "VirtualSIOController",
          "VirtualKeyboard", "VirtualPointingDevice")  # fmt: skip
_HOT = ("VirtualDisk", "VirtualEthernetCard", "VirtualSCSIController", "VirtualUSBController")
_MOST = {"ethernet": 10, "scsi": 4, "sata": 4, "floppy": 2, "serial": 4, "parallel": 3}
# KiB in the largest disk: 62 TiB.
_LARGEST = 62 << 30
_NUMBERED = {"VirtualFloppy": "floppy", "VirtualSerialPort": "serial", "VirtualParallelPort": "parallel",
             "VirtualEthernetCard": "ethernet"}  # fmt: skip


class DeviceChanges:
    """The changes of one specification, on the settings `vmx` of `machine`.

    Nothing but `vmx` changes before all of them are found good; then `commit` does what there is to do with files.
    """

    def __init__(self, endpoint: "Endpoint", machine: "Machine", vmx: "VmxFile") -> None:
        self._endpoint = endpoint
        self._machine = machine
        self._vmx = vmx
        self._actions: list[tuple[Callable[[], None], Callable[[], None]]] = []
        # Controllers that the specification adds have keys of the client's choice, mostly negative ones.
        self._controllers: dict[int, tuple[str, int]] = {200: ("ide", 0), 201: ("ide", 1)}
        for key, prefix in device_keys.prefixes(machine.config).items():
            if prefix.startswith(("scsi", "sata")) and ":" not in prefix:
                self._controllers[key] = (prefix[:4], int(prefix[4:]))
        self._index = 0

    def apply(self, changes: list[Data]) -> None:
        """Apply all changes to the settings; faults are those of ``InvalidDeviceSpec``'s kind and file faults."""
        for self._index, change in enumerate(changes):
            try:
                self._apply(change)
            except ValueError as error:
                raise self._invalid(str(error)) from None

    def commit(self) -> None:
        """Make, extend and delete the files that the changes ask for; if one fails, the others are undone."""
        done: list[Callable[[], None]] = []
        for action, undo in self._actions:
            try:
                action()
            except Fault:
                for back in reversed(done):
                    back()
                raise
            done.append(undo)

    # Faults.

    def _invalid(self, name: str, type_name: str = "InvalidDeviceSpec", **more: object) -> Fault:
        where = f"deviceChange[{self._index}].device" + (f".{name}" if name else "")
        text = f"Invalid configuration for device '{self._index}'."
        return Fault(type_name, text, property=where, deviceIndex=self._index, **more)

    def _check_power(self, device: Data, *, edit: bool = False) -> None:
        power = self._machine.power
        hot = any(device.is_a(name) for name in _HOT) or (edit and device.connectable is not None)
        if power == "suspended" or (power == "poweredOn" and not hot):
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=power)

    # One change.

    def _apply(self, change: Data) -> None:
        device = change.device
        operation = change.operation
        if operation == "add":
            self._add(device, change.fileOperation)
        elif operation == "remove":
            self._remove(device, change.fileOperation)
        elif operation == "edit":
            self._edit(device)
        else:
            raise ValueError("operation")

    def _prefix_of(self, device: Data) -> str:
        prefix = device_keys.prefixes(read_config(str(self._vmx))).get(device.key)
        if prefix is None:
            raise self._invalid("key", "DeviceNotFound")
        return prefix

    def _write(self, prefix: str, settings: dict[str, str]) -> None:
        for key, value in settings.items():
            if value:
                self._vmx.set_text(f"{prefix}.{key}", value)
            else:
                self._vmx.discard(f"{prefix}.{key}")

    def _erase(self, prefix: str) -> None:
        for key in [key for key in self._vmx if key.lower().startswith(f"{prefix}.")]:
            del self._vmx[key]

    def _add(self, device: Data, file_operation: str | None) -> None:
        if device.type_name in _FIXED:
            if device.type_name == "VirtualIDEController":
                self._controllers[device.key] = ("ide", min(device.busNumber, 1))
            return
        self._check_power(device)
        if device.is_a("VirtualMachineVideoCard"):
            self._video(device)
        elif device.is_a("VirtualDisk"):
            self._add_disk(device, file_operation)
        elif device.is_a("VirtualCdrom"):
            self._write(self._slot(device, "ide", "sata", "scsi"), device_writers.cdrom(self._machine, device))
        else:
            writer = self._writer(device)
            prefix = self._new_prefix(device)
            settings = writer(self._machine, device)
            if prefix.startswith("ethernet"):
                settings |= device_writers.mac(device, generated=self._new_mac(int(prefix[8:])))
            self._write(prefix, settings)
            if device.is_a("VirtualUSBController") and device.ehciEnabled:
                self._write("ehci", {"present": "TRUE"})

    def _writer(self, device: Data) -> "Callable[[Machine, Data], device_writers.Settings]":
        for type_name, writer in device_writers.WRITERS:
            if type_name == device.type_name or device.is_a(type_name):
                return writer
        raise ValueError("type")

    def _new_prefix(self, device: Data) -> str:
        """Return where the settings of a new device go; for a controller, note how the client calls it."""
        for type_name, start in _NUMBERED.items():
            if device.is_a(type_name):
                return f"{start}{self._free(start)}"
        for type_name, bus in (("VirtualSCSIController", "scsi"), ("VirtualSATAController", "sata")):
            if device.is_a(type_name):
                wanted = device.busNumber
                taken = {number for kind, number in self._controllers.values() if kind == bus}
                number = self._free(bus) if wanted < 0 or wanted in taken else wanted
                if number >= _MOST[bus]:
                    raise ValueError("busNumber")
                if bus == "sata" and self._machine.config.hw_version < 10:
                    raise ValueError("type")
                self._controllers[device.key] = (bus, number)
                self._controllers[device_keys.controller_key(bus, number)] = (bus, number)
                return f"{bus}{number}"
        name = "sound" if device.is_a("VirtualSoundCard") else "usb"
        name = "usb_xhci" if device.type_name == "VirtualUSBXHCIController" else name
        if (self._vmx.get(f"{name}.present") or "").lower() == "true":
            raise Fault("TooManyDevices", f"There is one device {name} already.", property="deviceChange")
        return name

    def _free(self, start: str) -> int:
        most = 4 if start == "ethernet" and self._machine.config.hw_version < 7 else _MOST[start]
        for number in range(most):
            if (self._vmx.get(f"{start}{number}.present") or "").lower() != "true":
                self._erase(f"{start}{number}")
                return number
        raise Fault("TooManyDevices", f"There are {most} devices {start} already.", property="deviceChange")

    def _new_mac(self, index: int) -> str:
        """Make an address as hosts do: of the machine's UUID, ten further for each card."""
        digits = "".join((self._vmx.get("uuid.bios") or "").replace("-", " ").split())[-6:]
        number = (int(digits, 16) + 10 * index) & 0xFFFFFF if len(digits) == 6 else self._machine.number * 100 + index
        text = f"{number:06x}"
        return f"00:0c:29:{text[:2]}:{text[2:4]}:{text[4:]}"

    def _slot(self, device: Data, *buses: str) -> str:
        """Return the controller and unit of a new drive, as "scsi0:1": the client's, or the first that is free."""
        found = self._controllers.get(device.controllerKey) if device.controllerKey is not None else None
        if device.controllerKey is not None and found is None:
            raise self._invalid("controllerKey", "InvalidController", controllerKey=device.controllerKey)
        candidates = [found] if found else [pair for pair in self._controllers.values() if pair[0] in buses]
        if not candidates:
            raise self._invalid("controllerKey", "MissingController")
        for bus, number in candidates:
            if bus not in buses:
                raise self._invalid("controllerKey", "InvalidController", controllerKey=device.controllerKey)
            for unit in self._units(bus, device):
                slot = f"{bus}{number}:{unit}"
                if (self._vmx.get(f"{slot}.present") or "").lower() != "true":
                    self._erase(slot)
                    return slot
        raise ValueError("unitNumber")

    def _units(self, bus: str, device: Data) -> Iterator[int]:
        unit = device.unitNumber
        most = device_keys.UNITS[bus]
        if unit is not None and unit >= 0:
            if unit >= most or (bus == "scsi" and unit == 7):
                raise ValueError("unitNumber")
            yield unit
            return
        yield from (number for number in range(most) if bus != "scsi" or number != 7)

    # Disks.

    def _add_disk(self, device: Data, file_operation: str | None) -> None:
        backing = device.backing
        if backing is None or not backing.is_a("VirtualDeviceFileBackingInfo"):
            raise ValueError("backing")
        if "RawDisk" in backing.type_name:
            raise ValueError("backing")
        if backing.diskMode not in _MODES:
            raise ValueError("backing.diskMode")
        slot = self._slot(device, "scsi", "sata", "ide")
        place = self._disk_place(backing.fileName or "")
        if file_operation in {"create", "replace"}:
            self._create_disk(device, place, slot, replace=file_operation == "replace")
        else:
            with as_faults(place):
                disks.read(place.store, place.path)
        mode = backing.diskMode.replace("_", "-")
        kind = "scsi-hardDisk" if slot.startswith("scsi") else "ata-hardDisk"
        name = self._machine.vmx_file_name(str(place))
        self._write(slot, {"present": "TRUE", "deviceType": kind, "fileName": name, "redo": ""})
        self._write(slot, {"mode": "" if mode == "persistent" else mode} | device_writers.sharing(device))

    def _disk_place(self, name: str) -> Place:
        """Return where a disk is: a name without a file means a new file in the machine's directory."""
        machine = self._machine
        if name and not name.strip().endswith("]"):
            place = find_place(name, machine.host.datastores, self._endpoint)
            if not place.path.endswith(".vmdk"):
                raise ValueError("backing.fileName")
            return place
        store = find_place(f"{name.strip()} x", machine.host.datastores, self._endpoint).store if name else None
        place = Place(store or machine.datastore, "")
        for number in range(1000):
            file = f"{machine.stem}_{number}.vmdk" if number else f"{machine.stem}.vmdk"
            path = f"{machine.home}/{file}".lstrip("/")
            if place.store.find(path) is None and machine.vmx_file_name(place.store.named(path)) not in {
                value for _, value in self._vmx.items()
            }:
                return place.beside(path)
        raise ValueError("backing.fileName")

    def _create_disk(self, device: Data, place: Place, slot: str, *, replace: bool) -> None:
        capacity = device.capacityInKB or (device.capacityInBytes or 0) >> 10
        if not 0 < capacity <= _LARGEST:
            raise ValueError("capacityInKB")
        if place.store.find(place.path) is not None and not replace:
            with as_faults(place):
                raise FileExistsError(place.path)
        directory = place.path.rpartition("/")[0]
        bus, number = slot[:4].rstrip("0123456789:"), slot.partition(":")[0].lstrip("abcdefghijklmnopqrstuvwxyz")
        model = self._vmx.get(f"scsi{number}.virtualDev") or "lsilogic"
        adapter = "ide" if bus == "ide" else "buslogic" if model == "buslogic" else "lsilogic"
        thin = bool(device.backing.thinProvisioned)
        version = self._machine.config.hw_version

        def create() -> None:
            with as_faults(place):
                if directory and not place.store.is_directory(directory):
                    place.store.make_directory(directory)
                if replace and place.store.find(place.path) is not None:
                    disks.delete(place.store, place.path)
                disks.create(place.store, place.path, capacity, adapter=adapter, thin=thin, hw_version=version)

        self._actions.append((create, lambda: disks.delete(place.store, place.path)))

    def _remove(self, device: Data, file_operation: str | None) -> None:
        self._check_power(device)
        prefix = self._prefix_of(device)
        if ":" not in prefix and prefix.startswith(("scsi", "sata")):
            config = read_config(str(self._vmx))
            number = int(prefix[4:])
            if any((drive.bus, drive.controller) == (prefix[:4], number) for drive in drives(config)):
                raise ValueError("key")
            self._controllers = {key: pair for key, pair in self._controllers.items() if pair != (prefix[:4], number)}
        if file_operation == "destroy" and device.is_a("VirtualDisk"):
            file = self._vmx.get(f"{prefix}.fileName") or ""
            place = find_place(self._machine.file_path(file), self._machine.host.datastores, self._endpoint)

            def destroy() -> None:
                with as_faults(place):
                    disks.delete(place.store, place.path)

            self._actions.append((destroy, _nothing))
        self._erase(prefix)
        if prefix.startswith("floppy"):
            # Without a word a floppy drive is there.
            self._vmx[f"{prefix}.present"] = "FALSE"

    def _edit(self, device: Data) -> None:
        if device.type_name in _FIXED:
            return
        if device.is_a("VirtualMachineVideoCard"):
            self._video(device)
            return
        self._check_power(device, edit=True)
        prefix = self._prefix_of(device)
        if device.is_a("VirtualDisk"):
            self._edit_disk(device, prefix)
            return
        settings = self._writer(device)(self._machine, device)
        if prefix.startswith("ethernet"):
            old = self._vmx.get(f"{prefix}.generatedAddress") or self._new_mac(int(prefix[8:]))
            settings |= device_writers.mac(device, generated=old)
        self._write(prefix, settings)

    def _edit_disk(self, device: Data, prefix: str) -> None:
        file = self._vmx.get(f"{prefix}.fileName") or ""
        place = find_place(self._machine.file_path(file), self._machine.host.datastores, self._endpoint)
        if device.backing is not None and device.backing.diskMode:
            if device.backing.diskMode not in _MODES:
                raise ValueError("backing.diskMode")
            mode = device.backing.diskMode.replace("_", "-")
            self._write(prefix, {"mode": "" if mode == "persistent" else mode} | device_writers.sharing(device))
        with as_faults(place):
            now = disks.read(place.store, place.path).capacity_kib
        wanted = device.capacityInKB or now
        if wanted < now:
            raise ValueError("capacityInKB")
        if wanted > now:

            def extend() -> None:
                with as_faults(place):
                    disks.extend(place.store, place.path, wanted)

            self._actions.append((extend, _nothing))

    def _video(self, device: Data) -> None:
        if device.videoRamSizeInKB is not None:
            if device.videoRamSizeInKB < 0:
                raise ValueError("videoRamSizeInKB")
            self._vmx["svga.vramSize"] = str(device.videoRamSizeInKB << 10)
        if device.numDisplays is not None:
            self._vmx["svga.numDisplays"] = str(device.numDisplays)


def _nothing() -> None:
    """Undo what cannot be undone: a disk that has grown or gone."""
