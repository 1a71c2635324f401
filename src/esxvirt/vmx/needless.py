"""What of domain XML is lost in a VMX file and no loss: libvirt's bookkeeping, and the only values that VMware has."""

import re
from typing import NamedTuple

from esxvirt.xml.domain.said import Said

__all__ = ["NEEDLESS", "Needless"]


class Needless(NamedTuple):
    """What in the XML needs no line in the report.

    Attributes:
        path: Elements, or an attribute behind ``@``; ``*`` is any element.
        reason: Why.
        value: A pattern that the attribute, or the text, has; any with None.
        attributes: Of an element: patterns that its attributes have.
        within: Likewise of the device that it is in.
    """

    path: str
    reason: str
    value: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    within: tuple[tuple[str, str], ...] = ()

    def fits(self, said: Said, attribute: str, parent: Said) -> bool:
        """Return whether an element, or an attribute of it, is of this kind."""
        if not all(re.fullmatch(pattern, parent.get(name)) for name, pattern in self.within):
            return False
        if attribute:
            return self.value is None or re.fullmatch(self.value, said.get(attribute)) is not None
        if self.value is not None and re.fullmatch(self.value, said.text) is None:
            return False
        return all(re.fullmatch(pattern, said.get(name)) for name, pattern in self.attributes)


_NUMBERED = "libvirt's own number"
_PLACED = "libvirt places devices as it likes, and so does VMware"
_ALWAYS = "every machine of VMware's has it"
_ONLY = "there is nothing else on VMware"

NEEDLESS = (
    Needless("@id", "libvirt's own number, while the machine runs"),
    Needless("*/@unit", "the unit of a size, which is converted"),
    Needless("memtune/min_guarantee/@unit", "the unit of a size, which is converted"),
    Needless("vcpu/@placement", _ONLY, "static"),
    Needless("cpu/@match", "how libvirt finds the CPU model, which has a line of its own"),
    Needless("cpu/@check", "how libvirt finds the CPU model, which has a line of its own"),
    Needless("cpu/model", "no model is named", ""),
    Needless("cpu/@migratable", "VMware's machines are", "on"),
    Needless("cpu/topology/@clusters", _ONLY, "1"),
    Needless("os/loader/@readonly", "VMware's firmware is", "yes"),
    Needless("os/loader/@stateless", "VMware's firmware keeps its variables", "no"),
    Needless("os/bootmenu", "VMware shows none either", attributes=(("enable", "no"),)),
    Needless("features/acpi", _ALWAYS),
    Needless("features/apic", _ALWAYS, attributes=(("eoi", ""),)),
    Needless("features/pae", _ALWAYS),
    Needless("clock/@offset", _ONLY, "utc"),
    Needless("on_poweroff", _ONLY, "destroy"),
    Needless("on_reboot", _ONLY, "restart"),
    Needless("on_crash", _ONLY, "destroy"),
    Needless("resource/partition", "where libvirt accounts for the process on its host"),
    Needless("seclabel", "how libvirt confines the process on its host", attributes=(("type", "dynamic|none|"),)),
    Needless("vmware:datacenterpath", "where the server has the machine"),
    Needless("vmware:moref", "what the server calls the machine"),
    Needless("devices/*/alias", "libvirt's own name of the device", attributes=(("name", "(?!ua-).*"),)),
    Needless("devices/*/address", _PLACED, attributes=(("type", "(?!drive).*"),)),
    Needless("devices/*/acpi", _NUMBERED),
    Needless("devices/disk/address/@target", _ONLY, "0"),
    Needless("devices/disk/driver/@type", _ONLY, "vmdk"),
    Needless("devices/disk/driver/@type", "media are images as they are", "raw", within=(("device", "cdrom|floppy"),)),
    Needless("devices/disk/driver/@cache", "VMware's own choice", "default"),
    Needless("devices/disk/source/@index", _NUMBERED),
    Needless("devices/disk/backingStore", "the image stands alone", attributes=(("type", ""),)),
    Needless("devices/disk/readonly", "such drives are", within=(("device", "cdrom|lun|floppy"),)),
    Needless("devices/disk/target/@tray", "it is closed when the machine starts", "closed"),
    Needless("devices/controller", "holds what libvirt places as it likes", attributes=(("type", "pci|isa"),)),
    Needless(
        "devices/controller",
        "has nothing of its own; what is on it has a line",
        attributes=(("type", "virtio-serial"),),
    ),
    Needless("devices/controller/address", _PLACED),
    Needless("devices/controller/master", _PLACED),
    Needless("devices/interface/target/@dev", "libvirt's own name of it on the host", r"vnet\d+|tap\S+|macvtap\d+"),
    Needless("devices/interface/target/@managed", "libvirt's own device"),
    Needless("devices/interface/link/@state", "a cable is plugged in", "up"),
    Needless("devices/serial/target/@type", _ONLY, "isa-serial"),
    Needless("devices/serial/target/model", _ONLY, attributes=(("name", "isa-serial"),)),
    Needless("devices/filesystem/@accessmode", _ONLY, "passthrough"),
    Needless("devices/hostdev/@managed", _ONLY),
    Needless("devices/input", _ALWAYS, attributes=(("type", "mouse|keyboard"), ("bus", "ps2|"))),
    Needless("devices/audio", "it sounds nowhere", attributes=(("type", "none"),)),
    Needless("devices/memballoon", "VMware's is in its Tools", attributes=(("model", "none"),)),
    Needless("devices/graphics/listen/@type", _ONLY, "address"),
    Needless("devices/video/model/@primary", _ONLY, "yes"),
    Needless("devices/video/model/@heads", _ONLY, "1"),
    Needless("devices/tpm/@model", _ONLY, "tpm-crb"),
    Needless("devices/tpm/backend/@type", _ONLY, "emulator"),
    Needless("devices/tpm/backend/@version", _ONLY, "2.0"),
)
