"""The machine as a whole: its type, firmware, processors and memory; and then its devices."""

import re
from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.vmx.adapt.devices import adapt_devices
from esxvirt.vmx.adapt.disks import adapt_disks
from esxvirt.vmx.adapt.interfaces import adapt_interfaces
from esxvirt.vmx.adapt.target import Target, number
from esxvirt.xml.domain.elements import child_text, scaled_kib

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["adapt_domain"]

_CONTAINERS = frozenset({"lxc", "openvz"})
_GUESTS = frozenset({"linux", "xen", "xenpvh"})
_ARCHITECTURES = frozenset({"i686", "x86_64"})
# What builds of EFI firmware are called.
_EFI = re.compile(r"ovmf|edk2|efi", re.IGNORECASE)
_SECURE = re.compile(r"secboot|secure", re.IGNORECASE)
_EFI_SINCE = 8
_SECURE_BOOT_SINCE = 13
_OSINFO = "{http://libosinfo.org/xmlns/libvirt/domain/1.0}os"


def adapt_domain(root: "_Element", target: Target) -> None:
    """Change a domain's XML so that it describes a machine for ESX; each change has a note.

    Raises:
        ConfigUnsupportedError: It describes no machine, or one with other processors than ESX has.
    """
    target.is_windows = any("microsoft.com" in (guest.get("id") or "") for guest in root.iter(_OSINFO))
    target.name = child_text(root, "name") or ""
    _adapt_type(root, target)
    _adapt_os(root, target)
    _adapt_processors(root, target)
    _adapt_memory(root, target)
    devices = root.find("devices")
    if devices is not None:
        adapt_disks(devices, target)
        adapt_interfaces(devices, target)
        adapt_devices(devices, target, efi=_is_efi(root))


def _is_efi(root: "_Element") -> bool:
    os = root.find("os")
    return os is not None and os.get("firmware") == "efi"


def _adapt_type(root: "_Element", target: Target) -> None:
    kind = root.get("type") or "none"
    if kind in _CONTAINERS:
        raise ConfigUnsupportedError(f"a domain of type='{kind}' is a container, and no machine that ESX could run")
    if kind != "vmware":
        target.note(root, "@type", f"a machine of type '{kind}' becomes one of type 'vmware'")
        root.set("type", "vmware")
    target.is_foreign = kind != "vmware"
    root.attrib.pop("id", None)


def _adapt_os(root: "_Element", target: Target) -> None:
    os = root.find("os")
    kind = None if os is None else os.find("type")
    if os is None or kind is None:
        return
    if kind.text in _GUESTS:
        target.note(
            kind, "os/type", f"a guest of the type '{kind.text}' becomes 'hvm': it needs a kernel for real hardware"
        )
        kind.text = "hvm"
    elif kind.text == "exe":
        raise ConfigUnsupportedError("an os <type> of 'exe' is a container, and no machine that ESX could run")
    arch = kind.get("arch")
    if arch is None and target.is_foreign:
        target.note(kind, "os/type/@arch", "not said, and so that of the host: x86_64")
        kind.set("arch", "x86_64")
    elif arch is not None and arch not in _ARCHITECTURES:
        raise ConfigUnsupportedError(f"ESX runs machines of the architectures i686 and x86_64, and not of '{arch}'")
    machine = kind.attrib.pop("machine", None)
    if machine:
        target.note(kind, "os/type/@machine", f"the machine type '{machine}' is left out: VMware has one of its own")
    _adapt_firmware(os, target)
    for name in ("kernel", "initrd", "cmdline", "dtb", "shim"):
        for element in os.findall(name):
            if not (element.text or "").strip():
                os.remove(element)  # some write them, with nothing in them
                continue
            target.drop(element, f"os/{name}", f"{_text(element)} is left out: the guest boots from its own disk")


def _text(element: "_Element") -> str:
    return f"'{(element.text or '').strip()}'"


def _adapt_firmware(os: "_Element", target: Target) -> None:
    """Have `firmware` say what a loader's path says, and leave out the paths, which are another host's."""
    for loader in os.findall("loader"):
        path = (loader.text or "").strip()
        efi = loader.get("type") == "pflash" or os.get("firmware") == "efi" or _EFI.search(path) is not None
        secure = loader.get("secure") == "yes" or (efi and _SECURE.search(path) is not None)
        if efi and os.get("firmware") is None:
            os.set("firmware", "efi")
            target.note(loader, "os/@firmware", "the loader is EFI firmware; the machine gets VMware's")
        if efi and secure:
            _ask_for_secure_boot(os, loader, target)
        what = f"'{path}', a path of another host," if path else "the loader"
        target.drop(loader, "os/loader", f"{what} is left out: VMware has firmware of its own")
    for nvram in os.findall("nvram"):
        path = (nvram.text or "").strip()
        if path or nvram.get("template"):
            shown = path or nvram.get("template")
            text = f"'{shown}', a path of another host, is left out: VMware keeps variables in a file of its own"
            target.drop(nvram, "os/nvram", text)
        else:
            os.remove(nvram)
    secure = any(
        feature.get("name") == "secure-boot" and feature.get("enabled") == "yes"
        for feature in os.findall("firmware/feature")
    )
    needs = (("EFI", os.get("firmware") == "efi", _EFI_SINCE), ("secure boot", secure, _SECURE_BOOT_SINCE))
    for what, wanted, since in needs:
        if wanted and target.hardware_version < since:
            text = f"{what} needs virtual hardware of version {since} or newer, and this is {target.hardware_version}"
            target.note(os, "os/@firmware", text)


def _ask_for_secure_boot(os: "_Element", loader: "_Element", target: Target) -> None:
    firmware = os.find("firmware")
    if firmware is None:
        firmware = os.makeelement("firmware")
        os.insert(os.index(loader), firmware)
    if not any(feature.get("name") == "secure-boot" for feature in firmware.findall("feature")):
        feature = os.makeelement("feature", {"enabled": "yes", "name": "secure-boot"})
        firmware.append(feature)
        target.note(loader, "os/firmware/feature", "the loader is one for secure boot, which the machine gets")


def _adapt_processors(root: "_Element", target: Target) -> None:
    vcpu = root.find("vcpu")
    if vcpu is not None and target.is_foreign:
        cpus = vcpu.attrib.pop("cpuset", None)
        if cpus:
            target.note(vcpu, "vcpu/@cpuset", f"'{cpus}' are processors of another host; left out")
    topology = root.find("cpu/topology")
    if topology is None:
        return
    count = 1 if vcpu is None else number((vcpu.text or "").strip(), 1)
    numbers = {name: number(topology.get(name), 1) for name in ("sockets", "dies", "clusters", "cores", "threads")}
    cores = numbers["cores"] * numbers["threads"] * numbers["dies"] * numbers["clusters"]
    if numbers["sockets"] * cores != count:
        target.drop(topology, "cpu/topology", f"left out: it does not make {count} processors")
    elif cores != numbers["cores"]:
        kept = {"sockets": str(numbers["sockets"]), "cores": str(cores), "threads": "1"}
        shown = ", ".join(f"{count} {name}" for name, count in numbers.items() if count != 1)
        target.note(topology, "cpu/topology", f"{shown} become {numbers['sockets']} sockets of {cores} cores each")
        for name in list(topology.attrib):
            del topology.attrib[name]
        for name, value in kept.items():
            topology.set(name, value)


def _adapt_memory(root: "_Element", target: Target) -> None:
    most = root.find("maxMemory")
    if most is not None:
        target.drop(most, "maxMemory", f"{_text(most)} is left out: memory is added to a machine as it has it")
    if child_text(root, "memory"):
        return
    cells = root.findall("cpu/numa/cell")
    total = sum(number(cell.get("memory"), 0) * _factor(cell) for cell in cells)
    if total:
        memory = root.find("memory")
        if memory is None:
            memory = root.makeelement("memory")
            root.append(memory)
        memory.text = str(-(-total // 1024))
        target.note(cells[0], "cpu/numa", f"the memory of the cells makes {memory.text} KiB")


def _factor(cell: "_Element") -> int:
    unit = cell.makeelement("memory", {"unit": cell.get("unit") or "KiB"})
    unit.text = "1024"
    return scaled_kib(unit, "cpu/numa/cell")
