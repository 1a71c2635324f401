"""What libvirt's converter leaves out: TPM, devices of the host, USB controllers, sound, the boot order."""

import re

from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row
from esxvirt.vmx.writer import VmxWriter
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


def read_extras(reader: VmxReader, domain: Domain) -> None:
    """Add the devices; none under `strict`."""
    if reader.strict:
        return
    if reader.boolean("vtpm.present", False):
        domain.tpms.append(Tpm())
    for number in sorted(int(match[1]) for match in map(_PASSTHRU.fullmatch, reader.values) if match):
        _read_passthru(reader, domain, f"pciPassthru{number}")
    if reader.context.all_devices:
        _read_usb_and_sound(reader, domain)
        _read_boot_order(reader, domain)
    else:
        _note_left_out(reader)


def _read_passthru(reader: VmxReader, domain: Domain, name: str) -> None:
    if not reader.boolean(f"{name}.present", False):
        return
    match = _PCI.fullmatch((reader.string(f"{name}.id") or "").strip())
    if match is None:
        reader.note("a device of the host whose place is not said; left out", f"{name}.present")
        return
    bus = int(match[2])
    if bus > 0xFF:
        reader.note(f"bus {bus} cannot be; the device is left out", f"{name}.id")
        return
    address = PciAddress(int(match[1], 16) & 0xFFFF, bus, int(match[3], 16) & 0x1F, int(match[4]))
    domain.host_devices.append(HostDevice("pci", pci=address, managed=True))


def _read_usb_and_sound(reader: VmxReader, domain: Domain) -> None:
    for name, model in _USB:
        if reader.boolean(f"{name}.present", False):
            index = sum(controller.type == "usb" for controller in domain.controllers)
            domain.controllers.append(Controller("usb", index, model))
    if reader.boolean("sound.present", False):
        written = reader.string("sound.virtualDev") or "es1371"
        model_name = _SOUNDS.get(written.lower())
        if model_name is None:
            reader.note(f"'{written}' is no sound card that libvirt knows; left out", "sound.virtualDev")
        else:
            domain.sounds.append(Sound(model_name))


def _read_boot_order(reader: VmxReader, domain: Domain) -> None:
    for item in (reader.string("bios.bootOrder") or "").split(","):
        word = item.strip().lower().rstrip("0123456789")
        device = _BOOT.get(word)
        if device is None and word:
            reader.note(f"'{item.strip()}' is no device that libvirt boots from; left out", "bios.bootOrder")
        elif device is not None and device not in domain.os.boot:
            domain.os.boot.append(device)


def _note_left_out(reader: VmxReader) -> None:
    for name in ("usb", "ehci", "usb_xhci", "sound"):
        if reader.boolean(f"{name}.present", False):
            reader.note("left out, as libvirt does", f"{name}.present")


def write_extras(domain: Domain, writer: VmxWriter) -> None:
    """Write the devices; none under `strict`."""
    if writer.strict:
        return
    boot = [_BOOT_WORDS[device] for device in domain.os.boot if device in _BOOT_WORDS]
    if boot and writer.context.all_devices:
        writer.put("bios.bootOrder", ",".join(boot))
    if domain.tpms:
        writer.put("vtpm.present", "true")
    passed = [device for device in domain.host_devices if device.pci is not None]
    for number, device in enumerate(passed):
        pci = device.pci or PciAddress()
        writer.put(f"pciPassthru{number}.present", "true")
        writer.put(f"pciPassthru{number}.id", f"{pci.domain:05x}:{pci.bus:03d}:{pci.slot:02x}.{pci.function}")
    for device in domain.host_devices:
        if device.pci is None:
            writer.report.add(f"a host device of type '{device.type}' is left out", "devices/hostdev", device.line)
    models = {controller.model for controller in domain.controllers if controller.type == "usb"}
    for name, model in _USB:
        if model in models:
            writer.put(f"{name}.present", "true")
    for sound in domain.sounds[:1]:
        word = next((word for word, model in _SOUNDS.items() if model == sound.model), None)
        if word is None:
            writer.report.add(f"the sound card '{sound.model}' is left out", "devices/sound", sound.line)
        else:
            writer.put("sound.present", "true")
            writer.put("sound.virtualDev", word)
