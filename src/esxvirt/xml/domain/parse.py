"""Reading `<domain>`: libvirt's XML for a VMware machine, with libvirt's checks, defaults and implied devices."""

from copy import deepcopy
from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, InvalidArgumentError, NoNameError, XmlError
from esxvirt.uuids import normalize, random_uuid
from esxvirt.xml.bitmap import parse_cpus
from esxvirt.xml.domain.chardevs import parse_char_device
from esxvirt.xml.domain.checks import check_domain
from esxvirt.xml.domain.controllers import insert_controller, parse_controller
from esxvirt.xml.domain.disks import insert_disk, parse_disk
from esxvirt.xml.domain.elements import child_text, lookup, required, scaled_kib, unsigned
from esxvirt.xml.domain.filesystems import parse_filesystem
from esxvirt.xml.domain.firmware import parse_firmware
from esxvirt.xml.domain.graphics import parse_graphics, parse_video
from esxvirt.xml.domain.hardware import parse_host_device, parse_sound, parse_tpm
from esxvirt.xml.domain.implied import add_implied
from esxvirt.xml.domain.interfaces import parse_interface
from esxvirt.xml.domain.metadata import parse_metadata
from esxvirt.xml.domain.model import BOOT_DEVICES, NESTED_FEATURES, VMWARE_NAMESPACE, Domain, Topology
from esxvirt.xml.domain.said import what_is_said
from esxvirt.xml.reader import parse_document
from esxvirt.xml.schema import validate as check_schema

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["domain_of", "parse_description", "parse_domain"]

# libvirt's other hypervisors: their XML is well formed, but describes no VMware machine.
_OTHER_TYPES = frozenset({
    "none", "qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "hyperv", "vbox", "phyp", "parallels",
    "bhyve", "vz", "hvf",
})  # fmt: skip
_ARCHITECTURES = frozenset({
    "alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k", "microblaze",
    "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64", "ppc", "ppc64",
    "ppc64le", "ppcemb", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32",
    "x86_64", "xtensa", "xtensaeb", "loongarch64",
})  # fmt: skip
_ACTIONS = {
    "on_poweroff": ("destroy", "restart", "rename-restart", "preserve"),
    "on_reboot": ("destroy", "restart", "rename-restart", "preserve"),
    "on_crash": ("destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"),
}
_SMBIOS = ("none", "emulate", "host", "sysinfo")
_MAX_VCPUS = 2**32 - 1

_MOREF = f"{{{VMWARE_NAMESPACE}}}moref"


def parse_domain(text: str | bytes, *, validate: bool = False) -> Domain:
    """Read a domain's XML.

    Args:
        text: the document.
        validate: whether it must fit libvirt's schema, too (VIR_DOMAIN_DEFINE_VALIDATE).

    Returns:
        The domain, with the devices that libvirt implies; `said` has what has no place in it, too.

    Raises:
        XmlError: if it is not well formed, or not libvirt's.
        XmlSchemaError: if it does not fit the schema.
        ConfigUnsupportedError: for what the VMware driver does not have.
        InvalidArgumentError: for a machine of another hypervisor.
        EsxvirtError: for what libvirt calls an internal error.

    Source: virDomainDefParseString with the VMware driver's settings.
    """
    return domain_of(parse_description(text, validate=validate))


def parse_description(text: str | bytes, *, validate: bool = False) -> "_Element":
    """Parse a domain's XML, and look at no more than the schema does; as `parse_domain`."""
    root = parse_document(text, root="domain", name="domain_definition")
    if validate:
        check_schema(_without_moref(root), "domain")
    return root


def domain_of(root: "_Element") -> Domain:
    """Read a domain's XML that is parsed already; as `parse_domain`."""
    domain = Domain()
    domain.type = root.get("type") or "none"
    if root.get("type") is not None and domain.type != "vmware" and domain.type not in _OTHER_TYPES:
        raise ConfigUnsupportedError(f"invalid domain type {domain.type}")
    _parse_identity(root, domain)
    _parse_os(root, domain)
    if domain.type != "vmware":
        raise InvalidArgumentError(f"could not find capabilities for arch={domain.os.arch} domaintype={domain.type} ")
    _parse_memory(root, domain)
    _parse_processors(root, domain)
    _parse_events(root, domain)
    devices = root.find("devices")
    if devices is not None:
        _parse_devices(devices, domain)
    domain.datacenter_path = child_text(root, f"{{{VMWARE_NAMESPACE}}}datacenterpath")
    domain.moref = child_text(root, _MOREF)
    domain.said = what_is_said(root)
    add_implied(domain)
    check_domain(domain)
    return domain


def _without_moref(root: "_Element") -> "_Element":
    # libvirt writes this element for every machine of a server, and its schema does not know it: nothing that was
    # dumped could ever be edited.
    if root.find(_MOREF) is None:
        return root
    copy = deepcopy(root)
    for element in copy.findall(_MOREF):
        copy.remove(element)
    return copy


def _parse_identity(root: "_Element", domain: Domain) -> None:
    name = child_text(root, "name")
    if not name:
        raise NoNameError("missing name information")
    domain.name = name
    uuid = child_text(root, "uuid")
    domain.uuid_made_up = not uuid
    domain.uuid = _parse_uuid(uuid, "uuid")
    if root.find("genid") is not None:
        domain.genid = _parse_uuid(child_text(root, "genid"), "genid")
    title = child_text(root, "title")
    if title is not None and "\n" in title:
        raise XmlError("Domain title can't contain newlines")
    domain.title = title
    domain.description = child_text(root, "description")
    domain.metadata = parse_metadata(root)


def _parse_uuid(text: str | None, field: str) -> str:
    """Read a UUID; an empty one is to be made up, as libvirt does."""
    uuid = normalize(text) if text else random_uuid()
    if uuid is None:
        raise EsxvirtError(f"malformed {field} element")
    return uuid


def _parse_os(root: "_Element", domain: Domain) -> None:
    os = root.find("os")
    kind = None if os is None else os.find("type")
    if os is None or kind is None or not kind.text:
        raise XmlError("an os <type> must be specified")
    domain.os.type = kind.text
    arch = kind.get("arch") or "i686"
    if arch not in _ARCHITECTURES:
        raise ConfigUnsupportedError(f"Unknown architecture {arch}")
    domain.os.arch = arch
    domain.os.machine = kind.get("machine")
    if domain.type == "vmware":
        if domain.os.type != "hvm":
            raise InvalidArgumentError(
                f"could not find capabilities for ostype={domain.os.type} arch={arch} domaintype=vmware "
            )
        if arch not in {"i686", "x86_64"}:
            raise InvalidArgumentError(f"could not find capabilities for arch={arch} domaintype=vmware ")
    parse_firmware(os, domain.os)
    domain.os.boot = [_boot_device(boot) for boot in os.findall("boot")]
    smbios = os.find("smbios")
    if smbios is not None:
        mode = required(smbios, "mode")
        if mode not in _SMBIOS:
            raise ConfigUnsupportedError(f"unknown smbios mode '{mode}'")
        domain.os.smbios = None if mode == "none" else mode


def _boot_device(boot: "_Element") -> str:
    required(boot, "dev")
    return lookup(boot, "dev", BOOT_DEVICES) or ""


def _parse_memory(root: "_Element", domain: Domain) -> None:
    if root.find("maxMemory") is not None:
        raise ConfigUnsupportedError("memory hotplug tunables <maxMemory> are not supported by this hypervisor driver")
    memory = root.find("memory")
    domain.memory = 0 if memory is None else scaled_kib(memory, "memory")
    if not domain.memory:
        raise XmlError("Memory size must be specified via <memory> or in the <numa> configuration")
    current = root.find("currentMemory")
    domain.current_memory = domain.memory if current is None else scaled_kib(current, "currentMemory")
    domain.current_memory = min(domain.current_memory or domain.memory, domain.memory)
    guarantee = root.find("memtune/min_guarantee")
    domain.min_guarantee = 0 if guarantee is None else scaled_kib(guarantee, "memtune/min_guarantee")
    for backing in root.findall("memoryBacking/*"):
        if backing.tag == "locked":
            domain.locked_memory = True


def _parse_processors(root: "_Element", domain: Domain) -> None:
    vcpu = root.find("vcpu")
    if vcpu is not None:
        count = (vcpu.text or "").strip()
        if not count.isascii() or not count.isdigit() or len(count) > 20 or int(count) > _MAX_VCPUS:
            raise XmlError("maximum vcpus count must be an integer")
        domain.vcpus = int(count)
        if domain.vcpus == 0:
            raise EsxvirtError("CPU IDs in <numa> exceed the <vcpu> count")
        current = unsigned(vcpu, "current")
        if current is not None and current > domain.vcpus:
            raise ConfigUnsupportedError("maximum vCPU count must not be less than current vCPU count")
        domain.current_vcpus = current
        cpuset = vcpu.get("cpuset")
        if cpuset:
            domain.cpuset = parse_cpus(cpuset)
            if not domain.cpuset:
                raise ConfigUnsupportedError(f"Invalid value of 'cpuset': {cpuset}")
    shares = child_text(root, "cputune/shares")
    if shares is not None:
        domain.shares = _parse_shares(shares)
    cpu = root.find("cpu")
    if cpu is not None:
        domain.cpu_mode = lookup(cpu, "mode", ("custom", "host-model", "host-passthrough", "maximum"))
        domain.nested = any(map(_is_nested, cpu.findall("feature")))
        topology = cpu.find("topology")
        if topology is not None:
            domain.topology = _parse_topology(topology)


def _is_nested(feature: "_Element") -> bool:
    policy = feature.get("policy", "require")
    return feature.get("name") in NESTED_FEATURES and policy in {"force", "require", "optional"}


def _parse_shares(text: str) -> int:
    # Blanks in front are libvirt's to take, behind they are not.
    digits = text.lstrip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 20 or int(digits) >= 2**64:
        raise XmlError("can't parse cputune shares value")
    return int(digits)


def _parse_topology(topology: "_Element") -> Topology:
    numbers = {}
    for name in ("sockets", "cores", "threads"):
        required(topology, name)
        numbers[name] = unsigned(topology, name) or 0
    dies = unsigned(topology, "dies", 1)
    for name, number in (*numbers.items(), ("dies", dies)):
        if not number:
            raise XmlError(f"Invalid value for attribute '{name}' in element 'topology': Zero is not permitted")
    return Topology(**numbers, dies=dies or 1)


def _parse_events(root: "_Element", domain: Domain) -> None:
    for name, actions in _ACTIONS.items():
        action = child_text(root, name)
        if action is None:
            continue
        if action not in actions:
            raise ConfigUnsupportedError(f"unknown {name} action: {action}")
        setattr(domain, name, action)
    clock = root.find("clock")
    if clock is not None:
        offset = clock.get("offset", "utc")
        if offset not in {"utc", "localtime", "timezone", "variable", "absolute"}:
            raise ConfigUnsupportedError(f"unknown clock offset '{offset}'")
        domain.clock_offset = offset


def _parse_devices(devices: "_Element", domain: Domain) -> None:
    parsers = {
        "filesystem": (parse_filesystem, domain.filesystems),
        "interface": (parse_interface, domain.interfaces),
        "serial": (parse_char_device, domain.serials),
        "parallel": (parse_char_device, domain.parallels),
        "console": (parse_char_device, domain.consoles),
        "tpm": (parse_tpm, domain.tpms),
        "graphics": (parse_graphics, domain.graphics),
        "sound": (parse_sound, domain.sounds),
        "video": (parse_video, domain.videos),
        "hostdev": (parse_host_device, domain.host_devices),
    }
    for element in devices:
        tag = str(element.tag)
        if tag == "disk":
            insert_disk(domain.disks, parse_disk(element))
        elif tag == "controller":
            insert_controller(domain.controllers, parse_controller(element))
        elif tag in parsers:
            parse, found = parsers[tag]
            found.append(parse(element))  # type: ignore[attr-defined]  # the pairs fit by construction
    balloon = devices.find("memballoon")
    domain.memballoon = None if balloon is None else balloon.get("model")
