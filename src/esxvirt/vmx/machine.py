"""What a VMX file says of the machine as a whole: name, identity, memory, processors, guest, firmware."""

from pathlib import PurePosixPath

from esxvirt.errors import ConfigUnsupportedError, InvalidArgumentError, VmxError
from esxvirt.records import replace
from esxvirt.uuids import NO_UUID, dashed
from esxvirt.vmx.escapes import escape, escape_name, unescape, unescape_name
from esxvirt.vmx.guest import is_named, named_guest, osinfo_in, with_guest, without_guest
from esxvirt.vmx.reader import VmxReader, parse_integer
from esxvirt.vmx.table import OWN, Constant, Escaped, Row, Switch, Uuid, Word, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.bitmap import MAX_CPUS
from esxvirt.xml.domain.model import FIRMWARE_FEATURES, Domain, Os, Topology

__all__ = ["CLOSING_ROWS", "ROWS", "read_machine", "write_closing", "write_machine"]

_NAME = "displayName"
_NAMELESS = "unnamed"
_GUEST = "guestOS"
_SMBIOS = Row("smbios.reflecthost", "os/smbios/@mode", "smbios", Switch("host"), note="only `host`")
_FIRMWARE = Row("firmware", "os/@firmware", "firmware", Word((("efi", "efi"),)), note="`bios` is the default")
_SECURE_BOOT = Row(
    "uefi.secureBoot.enabled",
    "os/firmware/feature",
    note="with EFI: `secure-boot`, and `enrolled-keys`, which a VMware machine has then; libvirt does not write it",
)

_FORMAT = (
    Row(".encoding", "", kind=Constant("UTF-8"), note="the file's own encoding; written as `UTF-8`"),
    Row("config.version", "", kind=Constant("8"), note="8"),
)
_UUID = Row(
    "uuid.bios",
    "uuid",
    "uuid",
    Uuid(unset=NO_UUID),
    default=NO_UUID,
    note="16 bytes in hex, or empty; all zeros is written as `uuid.action = create`",
)
_TEXTS = (
    Row(
        _NAME,
        "name",
        "name",
        Escaped(unescape_name, escape_name, always=True),
        note="with `|XX` and `%XX` escapes",
    ),
    Row("annotation", "description", "description", Escaped(unescape, escape), note="with `|XX` escapes"),
    Row("esxvirt.title", "title", "title", OWN, extension=True, note="esxvirt's own; with `|XX` escapes"),
    Row(
        "esxvirt.metadata",
        "metadata",
        "metadata",
        OWN,
        extension=True,
        note="esxvirt's own: the elements inside; with `|XX` escapes",
    ),
)

ROWS = (
    *_FORMAT,
    Row("virtualHW.version", "", note="4 and up; asked for when writing"),
    Row(
        _GUEST,
        "os/type/@arch",
        note="`...-64` is x86_64, all else i686; with `all_devices`, `metadata` names it: by libosinfo's identifier, "
        "or in an element of our own. Written as those say, else as `other-64` and `other`",
    ),
    _SMBIOS,
    _UUID,
    Row("vm.genid", "genid", note="the first 8 bytes as a signed number"),
    Row("vm.genidX", "genid", note="the last 8 bytes as a signed number"),
    *_TEXTS,
    Row(
        "memsize", "memory", note="MiB, a multiple of 4, to which memory is rounded up when writing; 32 without the key"
    ),
    Row("sched.mem.max", "currentMemory", note="MiB, at most `memsize`"),
    Row("sched.mem.minsize", "memtune/min_guarantee", note="MiB"),
    Row("numvcpus", "vcpu", note="1 without the key"),
    Row("cpuid.coresPerSocket", "cpu/topology/@cores"),
    Row("sched.cpu.affinity", "vcpu/@cpuset", note="a list, or `all`"),
    Row("sched.cpu.shares", "cputune/shares", note="a number; low, normal, high are 500, 1000, 2000 a vCPU"),
)
CLOSING_ROWS = (_FIRMWARE, _SECURE_BOOT)

_DEFAULT_MEMORY = 32
# More MiB than 64 bits hold KiB: libvirt counts on from 0 there.
_MEMORY_BEYOND = 2**54
_SHARES = {"low": 500, "normal": 1000, "high": 2000}
_U64 = 2**64
_LONGEST_NUMBER = 20
_VMCI_SINCE = 7


def read_machine(reader: VmxReader, domain: Domain) -> None:
    """Fill everything of `domain` but its devices.

    Raises:
        VmxError: for a file that is encrypted or describes no machine, and for values that cannot be.
    """
    _check_format(reader)
    read_rows((_UUID,), reader, "", domain)
    _read_genid(reader, domain)
    read_rows(_TEXTS, reader, "", domain)
    if not domain.name and not reader.strict:
        _read_without_name(reader, domain)
    _read_memory(reader, domain)
    _read_processors(reader, domain)
    guest = reader.string("guestOS") or ""
    if guest.lower().startswith("arm"):
        reader.note("a guest for ARM; libvirt, and so the XML, calls it x86_64 or i686", "guestOS")
    domain.os.arch = "x86_64" if guest.lower().endswith("-64") else "i686"
    if not reader.strict:
        _read_guest(reader, domain, guest)
    firmware = reader.string(_FIRMWARE.key)
    if firmware is not None and firmware != "efi" and (reader.strict or firmware.lower() not in {"efi", "bios", ""}):
        reader.refuse_or_note(
            f"VMX entry 'firmware' has unknown value '{firmware}'",
            "firmware",
            f"the firmware '{firmware}' is not known",
        )
    read_rows((_SMBIOS, _FIRMWARE), reader, "", domain.os)
    if reader.boolean(_SECURE_BOOT.key, False):
        if domain.os.firmware == "efi":
            domain.os.firmware_features = dict.fromkeys(FIRMWARE_FEATURES, True)
        else:
            reader.note("means nothing without EFI; left out, as libvirt does", _SECURE_BOOT.key)
    if reader.context.datacenter_path is not None:
        domain.datacenter_path = reader.context.datacenter_path
    if reader.context.moref is not None:
        domain.moref = reader.context.moref


def _check_format(reader: VmxReader) -> None:
    if "encryption.data" in reader.values and "config.version" not in reader.values:
        reader.fail(
            "the VMX file is encrypted; only VMware with the password or key can read it: decrypt the machine first",
            "encryption.data",
        )
    if reader.strict:
        reader.required("config.version")
    elif not reader.values:
        reader.fail('the VMX file is empty, or holds no line of the form: key = "value"', "")
    version = reader.integer("config.version", 8)
    if version != 8:
        reader.refuse_or_note(
            f"Expecting VMX entry 'config.version' to be 8 but found {version}",
            "config.version",
            f"version {version} of the file format is read like version 8",
        )
    if "config.version" not in reader.values:
        reader.guess("the file does not say its version; read like version 8", "config.version")
    if reader.strict:
        reader.required("virtualHW.version")
    if "virtualhw.version" not in reader.values:
        reader.guess("the version of the virtual hardware is not said; read like version 4", "virtualHW.version")
    hardware = reader.integer("virtualHW.version", 4)
    if hardware < 4:
        reader.refuse_or_note(
            f"Expecting VMX entry 'virtualHW.version' to be 4 or higher but found {hardware}",
            "virtualHW.version",
            f"virtual hardware of version {hardware} is read like version 4",
        )


def _read_genid(reader: VmxReader, domain: Domain) -> None:
    first = reader.integer("vm.genid", 0) % _U64
    last = reader.integer("vm.genidX", 0) % _U64
    if first or last:
        domain.genid = dashed(f"{first:016x}{last:016x}")


def _read_without_name(reader: VmxReader, domain: Domain) -> None:
    """Give a machine without a name that of one of its files, for XML without a name describes no domain."""
    files = (reader.string(key) for key in ("nvram", "extendedConfigFile"))
    stems = (PurePosixPath((file or "").replace("\\", "/")).stem for file in (reader.name, *files))
    domain.name = reader.context.name or next(filter(None, stems), _NAMELESS)
    reader.guess(f"the machine has no name; it is called '{domain.name}'", _NAME)


def _read_guest(reader: VmxReader, domain: Domain, guest: str) -> None:
    """Have the metadata name the guest system, or note that the XML does not."""
    if reader.context.all_settings:
        always = reader.context.all_devices
        domain.metadata = with_guest(domain.metadata, guest, domain.os.arch, always=always)
    if not is_named(domain.metadata, guest, domain.os.arch):
        text = f"of the guest system '{guest}' the XML has the architecture; `all_devices` names it in <metadata>"
        reader.note(text, _GUEST)


def _read_memory(reader: VmxReader, domain: Domain) -> None:
    size = reader.integer("memsize", _DEFAULT_MEMORY, essential=True)
    if size <= 0 or size % 4 or size >= _MEMORY_BEYOND:
        reader.refuse(
            f"Expecting VMX entry 'memsize' to be an unsigned integer (multiple of 4) but found {size}", "memsize"
        )
        size = _DEFAULT_MEMORY
    domain.memory = size * 1024
    domain.current_memory = domain.memory
    limit = reader.integer("sched.mem.max", -1, essential=True)
    if 0 < limit < size:
        domain.current_memory = limit * 1024
    reserved = reader.integer("sched.mem.minsize", 0, essential=True)
    if reserved > 0:
        domain.min_guarantee = min(reserved * 1024, domain.memory)


def _read_processors(reader: VmxReader, domain: Domain) -> None:
    count = reader.integer("numvcpus", 1, essential=True)
    if not 0 < count < 2**32:
        reader.refuse(
            f"Expecting VMX entry 'numvcpus' to be an unsigned integer greater than 0 but found {count}", "numvcpus"
        )
        count = 1
    domain.vcpus = count
    cores = reader.integer("cpuid.coresPerSocket", 1, essential=True)
    if cores > count:
        reader.refuse_or_note(
            "VMX entry 'cpuid.coresPerSocket' smaller than 'numvcpus'",
            "cpuid.coresPerSocket",
            f"{cores} cores a socket are more than the {count} virtual CPUs; left out",
        )
    elif cores > 1 and count % cores and not reader.strict:
        reader.note(f"{cores} cores a socket do not divide the {count} virtual CPUs; left out", "cpuid.coresPerSocket")
    elif cores > 1:
        domain.topology = Topology(sockets=count // cores, cores=cores)
    _read_affinity(reader, domain)
    shares = reader.string("sched.cpu.shares")
    if shares is not None:
        _read_shares(reader, domain, shares)


def _read_affinity(reader: VmxReader, domain: Domain) -> None:
    key = "sched.cpu.affinity"
    text = reader.string(key)
    if text is None or text.lower() == "all":
        return
    cpus = []
    for part in text.split(",") if text else ():
        item = part.strip(" \t")
        if not item.isascii() or not item.isdigit():
            reader.refuse_or_note(
                f"Expecting VMX entry '{key}' to be a comma separated list of unsigned integers but found '{text}'",
                key,
                f"'{text}' is no list of CPUs; left out",
            )
            return
        if len(item) > _LONGEST_NUMBER or int(item) >= MAX_CPUS:
            reader.refuse_or_note(
                f"VMX entry '{key}' contains a {item}, this value is too large", key, f"CPU {item} cannot be; left out"
            )
            return
        cpus.append(int(item))
    if len(cpus) < domain.vcpus:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to contain at least as many values as 'numvcpus' ({domain.vcpus}) but found "
            f"only {len(cpus)} value(s)",
            key,
            f"{len(cpus)} CPUs are fewer than the {domain.vcpus} virtual ones; kept as it is",
        )
    domain.cpuset = tuple(sorted(set(cpus)))


def _read_shares(reader: VmxReader, domain: Domain, text: str) -> None:
    key = "sched.cpu.shares"
    level = _SHARES.get(text.lower())
    if level is not None:
        domain.shares = level * domain.vcpus
        return
    number = parse_integer(text)
    if number is None:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be an unsigned integer or 'low', 'normal' or 'high' but found '{text}'",
            key,
            f"'{text}' is no number of shares; left out",
        )
        return
    domain.shares = number % _U64


# Writing


def write_machine(domain: Domain, writer: VmxWriter) -> None:
    """Write everything of `domain` that comes before its devices.

    Raises:
        EsxvirtError: for what VMware does not have, and under `strict` for what libvirt refuses.
    """
    write_rows(_FORMAT, writer, "", domain)
    writer.put("virtualHW.version", str(writer.hardware_version))
    _write_guest(domain, writer)
    _write_identity(domain, writer)
    _write_memory(domain, writer)
    _write_processors(domain, writer)


def _write_guest(domain: Domain, writer: VmxWriter) -> None:
    guests = {"i686": "other", "x86_64": "other-64"}
    guest = guests.get(domain.os.arch)
    if guest is None:
        raise InvalidArgumentError(f"could not find capabilities for arch={domain.os.arch} domaintype=vmware ")
    writer.put(_GUEST, guest if writer.strict else _named_guest(domain, writer) or guest)
    write_rows((_SMBIOS,), writer, "", domain.os)
    if domain.os.smbios not in {None, "emulate", "host"}:
        writer.unsupported(
            f"Unsupported SMBIOS mode '{domain.os.smbios}'",
            "os/smbios",
            0,
            f"the mode '{domain.os.smbios}' is left out",
        )


def _named_guest(domain: Domain, writer: VmxWriter) -> str | None:
    named = named_guest(domain.metadata, domain.os.arch)
    osinfo = osinfo_in(domain.metadata)
    if named is None and osinfo is not None:
        writer.report.add(f"VMware has no guest system that is known to be '{osinfo}'", "metadata")
    return named


def _write_identity(domain: Domain, writer: VmxWriter) -> None:
    if domain.uuid == NO_UUID:
        writer.put("uuid.action", "create")
    write_rows((_UUID,), writer, "", domain)
    if domain.genid is not None and not writer.strict:
        digits = domain.genid.replace("-", "")
        for key, part in (("vm.genid", digits[:16]), ("vm.genidX", digits[16:])):
            number = int(part, 16)
            writer.put(key, str(number - _U64 if number >= _U64 // 2 else number))
    write_rows(_TEXTS, writer, "", replace(domain, metadata=without_guest(domain.metadata)))


def _write_memory(domain: Domain, writer: VmxWriter) -> None:
    # The manual: a multiple of 4096 KiB.
    size = -(-domain.memory // 4096) * 4096
    if size != domain.memory:
        text = f"{domain.memory} KiB are no multiple of 4 MiB; the memory will be {size // 1024} MiB"
        writer.report.add(text, "memory", guessed=True)
    writer.put("memsize", str(size // 1024))
    if domain.current_memory < size:
        writer.put("sched.mem.max", str(-(-domain.current_memory // 1024)))
    if domain.min_guarantee > 0:
        writer.put("sched.mem.minsize", str(-(-domain.min_guarantee // 1024)))


def _write_processors(domain: Domain, writer: VmxWriter) -> None:
    if domain.current_vcpus == 0:
        raise ConfigUnsupportedError("No support for domain XML entry 'vcpu' attribute 'current'")
    if domain.current_vcpus is not None and domain.current_vcpus != domain.vcpus:
        writer.unsupported(
            "No support for domain XML entry 'vcpu' attribute 'current'",
            "vcpu/@current",
            0,
            f"all {domain.vcpus} virtual CPUs will be plugged in, not {domain.current_vcpus}",
        )
    writer.put("numvcpus", str(domain.vcpus))
    if domain.cpu_mode not in {None, "custom"} and (writer.strict or not domain.nested):
        writer.refuse_or_note(
            VmxError(f"Expecting domain XML CPU mode 'custom' but found '{domain.cpu_mode}'"),
            "cpu/@mode",
            0,
            f"the CPU mode '{domain.cpu_mode}' is left out",
        )
    if domain.topology is not None:
        _write_topology(domain, domain.topology, writer)
    if domain.cpuset:
        if len(domain.cpuset) < domain.vcpus:
            raise VmxError(
                f"Expecting domain XML attribute 'cpuset' of entry 'vcpu' to contain at least {domain.vcpus} CPU(s)"
            )
        writer.put("sched.cpu.affinity", ",".join(map(str, domain.cpuset)))
    if domain.shares is not None:
        _write_shares(domain, domain.shares, writer)


def _write_topology(domain: Domain, topology: Topology, writer: VmxWriter) -> None:
    if topology.threads != 1:
        raise ConfigUnsupportedError("Only 1 thread per core is supported")
    if topology.dies != 1:
        raise ConfigUnsupportedError("Only 1 die per socket is supported")
    described = topology.sockets * topology.cores
    if domain.vcpus != described:
        raise VmxError(f"Expecting domain XML CPU sockets per core as {domain.vcpus} but found {described}")
    writer.put("cpuid.coresPerSocket", str(topology.cores))


def _write_shares(domain: Domain, shares: int, writer: VmxWriter) -> None:
    for word, each in _SHARES.items():
        if shares == each * domain.vcpus:
            writer.put("sched.cpu.shares", word)
            return
    writer.put("sched.cpu.shares", str(shares))


def write_closing(domain: Domain, writer: VmxWriter, *, bridges: bool) -> None:
    """Write what comes after the devices: the firmware, PCI bridges, the communication interface.

    Source: virVMXFormatConfig, which writes bridges for machines that have what needs them.
    """
    _write_firmware(domain.os, writer)
    if bridges:
        writer.put("pciBridge0.present", "true")
        for number in range(4, 8):
            writer.put(f"pciBridge{number}.present", "true")
            writer.put(f"pciBridge{number}.virtualDev", "pcieRootPort")
            writer.put(f"pciBridge{number}.functions", "8")
    if writer.hardware_version >= _VMCI_SINCE:
        writer.put("vmci0.present", "true")


def _write_firmware(os: Os, writer: VmxWriter) -> None:
    # libvirt looks at the attribute alone: it gives BIOS to a machine whose loader is EFI's.
    if os.firmware is None and os.loader_is_efi and not writer.strict:
        os = replace(os, firmware="efi")
    write_rows((_FIRMWARE,), writer, "", os)
    if writer.strict:
        return
    features = os.firmware_features
    keys, secure = features.get("enrolled-keys"), features.get("secure-boot")
    if secure is None and (keys or os.loader_is_secure):
        secure = True
    if os.firmware == "efi" and secure is not None:
        writer.put(_SECURE_BOOT.key, "TRUE" if secure else "FALSE")
        if secure and keys is False:
            text = "VMware's firmware has its keys: it will boot what is signed only"
            writer.report.add(text, "os/firmware/feature", guessed=True)
    elif secure:
        writer.report.add("secure boot needs firmware='efi'; left out", "os/firmware/feature")
