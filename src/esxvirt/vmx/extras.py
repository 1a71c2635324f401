"""What libvirt's converter leaves out: TPM, devices of the host, USB controllers, sound, the boot order."""

import re

from esxvirt.vmx.sink import Sink
from esxvirt.vmx.source import Source
from esxvirt.vmx.table import Row
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.hardware import HostDevice, Sound, Tpm
from esxvirt.xml.domain.model import Domain

__all__ = ["ROWS", "read_extras", "write_extras"]

ROWS = (
    Row("vtpm.present", "devices/tpm", note="not under `strict`"),
    Row("pciPassthru{}.present", "devices/hostdev", note="not under `strict`"),
    Row("pciPassthru{}.id", "devices/hostdev/source/address", note="`00000:003:00.0`, bus in decimal"),
    Row("usb.present", "devices/controller", note="piix3-uhci; with `all_devices`"),
    Row("ehci.present", "devices/controller", note="ehci; with `all_devices`"),
    Row("usb_xhci.present", "devices/controller", note="nec-xhci; with `all_devices`"),
    Row(
        "bios.bootOrder",
        "os/boot/@dev",
        note="hdd, disk: hd; cdrom; floppy: fd; ethernet0: network; with `all_devices`",
    ),
    Row("sound.present", "devices/sound", note="with `all_devices`"),
    Row("sound.virtualDev", "devices/sound/@model", note="sb16; es1371: es1370; hdaudio: ich6; es1371 without the key"),
)

_USB = (("usb", "piix3-uhci"), ("ehci", "ehci"), ("usb_xhci", "nec-xhci"))
_SOUNDS = {"sb16": "sb16", "es1371": "es1370", "hdaudio": "ich6"}
_BOOT = {"hdd": "hd", "disk": "hd", "cdrom": "cdrom", "floppy": "fd", "ethernet": "network"}
_BOOT_WORDS = {"hd": "hdd", "cdrom": "cdrom", "fd": "floppy", "network": "ethernet0"}
_PASSTHRU = re.compile(r"pcipassthru([0-9]{1,2})\.present")
_PCI = re.compile(r"([0-9a-f]{1,5}):([0-9]{1,3}):([0-9a-f]{1,2})\.([0-7])", re.IGNORECASE)


def read_extras(source: Source, domain: Domain) -> None:
    """Add the devices; none under `strict`."""
    if source.strict:
        return
    if source.boolean("vtpm.present", False):
        domain.tpms.append(Tpm())
    for number in sorted(int(match[1]) for match in map(_PASSTHRU.fullmatch, source.values) if match):
        _read_passthru(source, domain, f"pciPassthru{number}")
    if source.context.all_devices:
        _read_usb_and_sound(source, domain)
        _read_boot_order(source, domain)
    else:
        _note_left_out(source)


def _read_passthru(source: Source, domain: Domain, name: str) -> None:
    if not source.boolean(f"{name}.present", False):
        return
    match = _PCI.fullmatch((source.string(f"{name}.id") or "").strip())
    if match is None:
        source.note("a device of the host whose place is not said; left out", f"{name}.present")
        return
    bus = int(match[2])
    if bus > 0xFF:
        source.note(f"bus {bus} cannot be; the device is left out", f"{name}.id")
        return
    address = PciAddress(int(match[1], 16) & 0xFFFF, bus, int(match[3], 16) & 0x1F, int(match[4]))
    domain.host_devices.append(HostDevice("pci", pci=address, managed=True))


def _read_usb_and_sound(source: Source, domain: Domain) -> None:
    for name, model in _USB:
        if source.boolean(f"{name}.present", False):
            index = sum(controller.type == "usb" for controller in domain.controllers)
            domain.controllers.append(Controller("usb", index, model))
    if source.boolean("sound.present", False):
        written = source.string("sound.virtualDev") or "es1371"
        model_name = _SOUNDS.get(written.lower())
        if model_name is None:
            source.note(f"'{written}' is no sound card that libvirt knows; left out", "sound.virtualDev")
        else:
            domain.sounds.append(Sound(model_name))


def _read_boot_order(source: Source, domain: Domain) -> None:
    for item in (source.string("bios.bootOrder") or "").split(","):
        word = item.strip().lower().rstrip("0123456789")
        device = _BOOT.get(word)
        if device is None and word:
            source.note(f"'{item.strip()}' is no device that libvirt boots from; left out", "bios.bootOrder")
        elif device is not None and device not in domain.os.boot:
            domain.os.boot.append(device)


def _note_left_out(source: Source) -> None:
    for name in ("usb", "ehci", "usb_xhci", "sound"):
        if source.boolean(f"{name}.present", False):
            source.note("left out, as libvirt does", f"{name}.present")


def write_extras(domain: Domain, sink: Sink) -> None:
    """Write the devices; none under `strict`."""
    if sink.strict:
        return
    boot = [_BOOT_WORDS[device] for device in domain.os.boot if device in _BOOT_WORDS]
    if boot and sink.context.all_devices:
        sink.put("bios.bootOrder", ",".join(boot))
    if domain.tpms:
        sink.put("vtpm.present", "true")
    passed = [device for device in domain.host_devices if device.pci is not None]
    for number, device in enumerate(passed):
        pci = device.pci or PciAddress()
        sink.put(f"pciPassthru{number}.present", "true")
        sink.put(f"pciPassthru{number}.id", f"{pci.domain:05x}:{pci.bus:03d}:{pci.slot:02x}.{pci.function}")
    for device in domain.host_devices:
        if device.pci is None:
            sink.report.add(f"a host device of type '{device.type}' is left out", "devices/hostdev", device.line)
    models = {controller.model for controller in domain.controllers if controller.type == "usb"}
    for name, model in _USB:
        if model in models:
            sink.put(f"{name}.present", "true")
    for sound in domain.sounds[:1]:
        word = next((word for word, model in _SOUNDS.items() if model == sound.model), None)
        if word is None:
            sink.report.add(f"the sound card '{sound.model}' is left out", "devices/sound", sound.line)
        else:
            sink.put("sound.present", "true")
            sink.put("sound.virtualDev", word)
