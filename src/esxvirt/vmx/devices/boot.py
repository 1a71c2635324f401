"""What the firmware boots from: `bios.bootOrder`, a list of devices."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_KEY = "bios.bootOrder"
_DEVICES = {"hdd": "hd", "disk": "hd", "cdrom": "cdrom", "floppy": "fd", "ethernet": "network"}
_WORDS = {"hd": "hdd", "cdrom": "cdrom", "fd": "floppy", "network": "ethernet0"}

_ROWS = (Row(_KEY, "os/boot/@dev", note="hdd, disk: hd; cdrom; floppy: fd; ethernet0: network"),)


def _read(reader: VmxReader, domain: Domain) -> None:
    for item in (reader.string(_KEY) or "").split(","):
        word = item.strip().lower().rstrip("0123456789")
        device = _DEVICES.get(word)
        if device is None and word:
            reader.note(f"'{item.strip()}' is no device that libvirt boots from; left out", _KEY)
        elif device is not None and device not in domain.os.boot:
            domain.os.boot.append(device)


def _write(domain: Domain, writer: VmxWriter) -> None:
    boot = [_WORDS[device] for device in domain.os.boot if device in _WORDS]
    if boot and writer.context.all_devices:
        writer.put(_KEY, ",".join(boot))


KIND = DeviceKind("Boot order", _ROWS, _read, _write, reach=Reach.ALL_DEVICES)
