"""What a machine boots from: `VirtualMachineBootOptions`, and the settings of the VMX file that it stands for.

The order is `bios.bootOrder`: kinds of devices, and cards by their numbers. Hard disks are those that `bios.hddOrder`
names; without it the API has no disks to tell of (VMware's article 2011654 wants both). The API has the order since
5.0, the file since 4.1; hosts before that do not look at it.
"""

import re
from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.machine.device_keys import NIC, drive_key
from esxvirt.sim.wire.values import Data, Fault, constant, long

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.vmxtext import Config
    from esxvirt.vmx.file import VmxFile

__all__ = ["boot_options", "set_boot_order"]

_OPTIONS = "VirtualMachineBootOptions"
_KEY = "bios.bootOrder"
_DISKS = "bios.hddOrder"
_CARD = re.compile(r"ethernet([0-9]{1,3})")
_KINDS = {"cdrom": "Cdrom", "floppy": "Floppy"}


def boot_options(config: "Config") -> Data:
    """Make a machine's boot options from the settings of its VMX file."""
    settings = {key.lower(): value for key, value in config.extra.items() if key.lower().startswith(("bios.", "uefi."))}
    if not settings:
        return constant(_OPTIONS, bootDelay=long(0), enterBIOSSetup=False, efiSecureBootEnabled=False)

    def true(key: str) -> bool | None:
        return settings[key].lower() == "true" if key in settings else None

    def number(key: str) -> Any:
        text = settings.get(key, "")
        return long(int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else None

    return Data(
        _OPTIONS,
        bootDelay=number("bios.bootdelay") or long(0),
        enterBIOSSetup=true("bios.forcesetuponce") or False,
        efiSecureBootEnabled=true("uefi.secureboot.enabled") or False,
        bootRetryEnabled=true("bios.bootretry.enabled"),
        bootRetryDelay=number("bios.bootretry.delay"),
        bootOrder=_order(settings, config) or None,
    )


def _order(settings: dict[str, str], config: "Config") -> list[Data]:
    found: list[Data] = []
    for word in _words(settings.get(_KEY.lower(), "")):
        card = _CARD.fullmatch(word)
        if word in _KINDS:
            found.append(Data(f"{_OPTIONS}Bootable{_KINDS[word]}Device"))
        elif word == "hdd":
            keys = _disk_keys(config)
            wanted = _words(settings.get(_DISKS.lower(), ""))
            found += [Data(f"{_OPTIONS}BootableDiskDevice", deviceKey=keys[name]) for name in wanted if name in keys]
        elif card and any(nic.index == int(card[1]) for nic in config.nics):
            found.append(Data(f"{_OPTIONS}BootableEthernetDevice", deviceKey=NIC + int(card[1])))
    return found


def _words(text: str) -> list[str]:
    return [word for word in (part.strip().lower() for part in text.split(",")) if word]


def _disk_keys(config: "Config") -> dict[str, int]:
    return {
        f"{disk.bus}{disk.controller}:{disk.unit}": drive_key(disk.bus, disk.controller, disk.unit)
        for disk in config.disks
    }


def set_boot_order(vmx: "VmxFile", devices: list[Data], config: "Config") -> None:
    """Write the boot order that a specification asks for; what boots from nothing in particular takes it out.

    Raises:
        Fault: ``InvalidArgument`` for a device that the machine has not, and for one that is named twice.
    """
    words: list[str] = []
    disks: list[str] = []
    names = {key: name for name, key in _disk_keys(config).items()}
    for device in devices:
        word, disk = _word(device, names, config)
        if word is None and len(devices) > 1:
            raise _invalid()
        if (disk or word) in (*words, *disks):
            raise _invalid()
        if disk is not None:
            disks.append(disk)
        if word is not None and word not in words:
            words.append(word)
    for key, value in ((_KEY, words), (_DISKS, disks)):
        if value:
            vmx[key] = ",".join(value)
        else:
            vmx.discard(key)


def _word(device: Data, disks: dict[int, str], config: "Config") -> tuple[str | None, str | None]:
    """Return the word that stands for a device in the order, and which hard disk it is.

    None for a device of no kind.
    """
    kind = device.type_name.removeprefix(f"{_OPTIONS}Bootable")
    if kind == "Device":
        return None, None
    if kind == "CdromDevice" and config.cdroms:
        return "cdrom", None
    if kind == "FloppyDevice" and config.floppies:
        return "floppy", None
    if kind == "DiskDevice" and device.deviceKey in disks:
        return "hdd", disks[device.deviceKey]
    if kind == "EthernetDevice" and any(NIC + nic.index == device.deviceKey for nic in config.nics):
        return f"ethernet{device.deviceKey - NIC}", None
    raise _invalid()


def _invalid() -> Fault:
    return Fault("InvalidArgument", "A specified parameter was not correct: configSpec.bootOptions.bootOrder",
                 invalidProperty="configSpec.bootOptions.bootOrder")  # fmt: skip
