"""Every kind of device, once: what converts, changes and documents VMX files learns from here what there is."""

import re
from functools import lru_cache

from esxvirt.vmx.devices import (
    boot,
    disk,
    floppy,
    graphics,
    hostdev,
    nic,
    parallel,
    serial,
    settings,
    sharedfolder,
    sound,
    tpm,
    usb,
    usb_disk,
    video,
)
from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.model import Domain

__all__ = ["DEVICES", "devices_of", "is_controller", "owners_of", "read_devices", "switch_of", "write_devices"]

# In the order in which libvirt reads and writes them, and then those that it has not.
DEVICES: tuple[DeviceKind, ...] = (
    graphics.KIND,
    disk.KIND,
    floppy.KIND,
    sharedfolder.KIND,
    nic.KIND,
    video.KIND,
    serial.KIND,
    parallel.KIND,
    boot.KIND,
    settings.KIND,
    tpm.KIND,
    hostdev.KIND,
    usb.KIND,
    usb_disk.KIND,
    sound.KIND,
)


def _pattern(prefix: str) -> str:
    return re.escape(prefix.lower()).replace(r"\#", r"\d+")


# `usb:1` before `usb`.
_PREFIXES = sorted(
    ((prefix, kind) for kind in DEVICES for prefix in (*kind.prefixes, *kind.controllers)),
    key=lambda pair: ":" not in pair[0],
)
# A key's device: `scsi0:1` in `scsi0:1.fileName` and `sched.scsi0:1.shares`, `usb` in `usb:0.present`.
_OWNER = re.compile(rf"(?:sched\.)?({'|'.join(_pattern(prefix) for prefix, _kind in _PREFIXES)})[.:].*", re.DOTALL)
_CONTROLLER = re.compile("|".join(_pattern(prefix) for kind in DEVICES for prefix in kind.controllers))
_SWITCH = re.compile("|".join(rf"{_pattern(prefix)}\.{kind.switch}" for prefix, kind in _PREFIXES))


def read_devices(reader: VmxReader, domain: Domain) -> None:
    """Add the devices of a file to a domain.

    Raises:
        VmxError: For what cannot be, and under `strict` for what libvirt refuses.
    """
    for kind in DEVICES:
        if kind.reach is not Reach.LIBVIRT and reader.strict:
            continue
        if kind.reach is not Reach.ALL_DEVICES or reader.context.all_devices:
            kind.read(reader, domain)
    # Of these there is one each: no beginning of theirs has a number.
    if not reader.strict and not reader.context.all_devices:
        for kind in DEVICES:
            if kind.reach is Reach.ALL_DEVICES:
                _note_left_out(kind, reader)


def _note_left_out(kind: DeviceKind, reader: VmxReader) -> None:
    for prefix in kind.prefixes:
        key = f"{prefix}.{kind.switch}"
        if key in reader.values and key not in reader.used and reader.boolean(key, False):
            reader.note("left out, as libvirt does", reader.file.spelling(key))


def write_devices(domain: Domain, writer: VmxWriter) -> None:
    """Write the devices of a domain.

    Raises:
        EsxvirtError: For what VMware does not have, and under `strict` for what libvirt refuses.
    """
    for kind in DEVICES:
        if kind.reach is Reach.LIBVIRT or not writer.strict:
            kind.write(domain, writer)


def devices_of(file: VmxFile) -> set[str]:
    """Return the devices that a file has, and their controllers: what their keys begin with, in lower case."""
    there = (key.lower() for key, value in file.items() if value.lower() == "true")
    return {key.rpartition(".")[0] for key in there if _SWITCH.fullmatch(key)}


@lru_cache(maxsize=1024)
def switch_of(device: str) -> str:
    """Return the key, in lower case, that says whether a device is there."""
    switches = {kind.switch for prefix, kind in _PREFIXES if re.fullmatch(_pattern(prefix), device)}
    return f"{device}.{switches.pop() if switches else 'present'}"


def is_controller(device: str) -> bool:
    """Return whether a device, in lower case, is there for others that are attached to it."""
    return _CONTROLLER.fullmatch(device) is not None


@lru_cache(maxsize=4096)
def owners_of(key: str) -> tuple[str, ...]:
    """Return the devices that a key, in lower case, belongs to: the device itself, and what it is attached to.

    With a device go all keys of what is attached to it, such as the hubs of a USB controller.
    """
    match = _OWNER.fullmatch(key)
    if match is None:
        return ()
    device = match[1]
    home = device.partition(":")[0]
    return (device,) if home == device else (device, home)
