"""Machine configurations: what RegisterVM reads of a VMX file, by `esxvirt.vmx.file`, and what a host writes."""

import re

from esxvirt.errors import VmxError
from esxvirt.records import field, record
from esxvirt.sim._late import parse_vmx
from esxvirt.uuids import normalize, spaced

__all__ = [
    "Cdrom",
    "Config",
    "Disk",
    "Floppy",
    "Nic",
    "Passthrough",
    "Port",
    "drives",
    "parse",
    "read_config",
    "write_config",
]

_SPECIAL_GUESTS = {
    "other": "otherGuest", "other-64": "otherGuest64", "ubuntu": "ubuntuGuest", "ubuntu-64": "ubuntu64Guest",
    "centos-64": "centos64Guest", "fedora-64": "fedora64Guest", "otherlinux-64": "otherLinux64Guest",
    "otherlinux": "otherLinuxGuest", "winnetstandard": "winNetStandardGuest",
    "windows7srv-64": "windows7Server64Guest", "windows8srv-64": "windows8Server64Guest",
    "windows9-64": "windows9_64Guest", "windows7-64": "windows7_64Guest",
}  # fmt: skip
# Settings that the configuration has fields for; the others are what the API calls extra.
_FIELDS = re.compile(
    r"(?:displayname|memsize|numvcpus|cpuid\.corespersocket|guestos|annotation|firmware|virtualhw\.version"
    r"|nvram|extendedconfigfile|pcibridge0\.present|toolscripts\.\w+|tools\.synctime"
    r"|config\.version|\.encoding|uuid\.(?:bios|location|action)|vc\.uuid|(?:vcpu|mem)\.hotadd"
    r"|sched\.(?:cpu|mem)\.(?:min|minsize|max|shares|units)"
    r"|(?:scsi|sata|ide|nvme)\d+(?::\d+)?\.(?:present|filename|devicetype|mode|virtualdev|startconnected|clientdevice"
    r"|sharing|sharedbus|autodetect)"
    r"|ethernet\d+\.(?:present|virtualdev|networkname|addresstype|address|generatedaddress|startconnected|dvs\.\w+"
    r"|opaquenetwork\.\w+)"
    r"|(?:floppy|serial|parallel)\d+\..*|(?:sound|usb|ehci|usb_xhci)\.present)",
    re.IGNORECASE,
)
_SPECIAL_GUEST_IDS = {guest_id: guest for guest, guest_id in _SPECIAL_GUESTS.items()}
_MOST_PASSED = 16
_PLACE = re.compile(r"(?:(\d{1,5}):)?(\d{1,3}):(\d{1,2})\.([0-7])")
_ALLOWED = re.compile(r"0x([0-9A-Fa-f]{1,4}):0x([0-9A-Fa-f]{1,4})")
NIC_MODELS = ("vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000", "e1000e")


@record
class Disk:
    """A hard disk: `file` as the VMX names it; capacity in KiB; `shared` with other machines, which write it, too."""

    bus: str
    controller: int
    unit: int
    file: str
    capacity_kib: int = 8 << 20
    thin: bool = False
    mode: str = "persistent"
    shared: bool = False


@record
class Cdrom:
    """A CD-ROM drive: `kind` is "image", "raw" or "atapi"; `file` the image or device, "" for none.

    One of the host's may be `automatic`: any that there is.
    """

    bus: str
    controller: int
    unit: int
    kind: str
    file: str = ""
    connected: bool = False
    client: bool = False
    automatic: bool = False


@record
class Passthrough:
    """A device of the host: at `place`, as hosts call it, or a vGPU of a `profile`, or any of `allowed` ones."""

    index: int
    place: str = ""
    profile: str = ""
    allowed: tuple[tuple[int, int], ...] = ()
    label: str = ""


@record
class Floppy:
    """A floppy drive: `kind` is "file" or "device"."""

    index: int
    kind: str
    file: str = ""
    connected: bool = False
    client: bool = False


@record
class Port:
    """Some other device: `kind` is "serial", "parallel", "sound", "usb", "ehci" or "usb_xhci".

    `backing` is what it is connected to, as the VMX calls it ("file", "device", "pipe", "network"), `file` its name.
    """

    kind: str
    index: int = 0
    backing: str = ""
    file: str = ""
    connected: bool = True


@record
class Nic:
    """A network card on a port group.

    A distributed one has the UUID of its `switch`, and `network` is its key; of an `opaque` network, whose kind that
    is, `network` is the identifier. `port` and `cookie` say where on its group a distributed one is.
    """

    index: int
    model: str
    network: str
    mac: str
    address_type: str = "generated"
    connected: bool = True
    switch: str = ""
    opaque: str = ""
    port: str = ""
    cookie: int = 0


@record
class Config:
    """A machine's configuration; UUIDs with hyphens, memory in MiB."""

    name: str
    uuid: str
    instance_uuid: str
    location_uuid: str
    memory_mb: int = 256
    cpus: int = 1
    cores_per_socket: int = 1
    guest_id: str = "otherGuest"
    hw_version: int = 4
    annotation: str = ""
    firmware: str = "bios"
    scsi: dict[int, str] = field(default_factory=dict)
    shared_buses: dict[int, str] = field(default_factory=dict)
    passed_through: list[Passthrough] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    cdroms: list[Cdrom] = field(default_factory=list)
    sata: list[int] = field(default_factory=list)
    floppies: list[Floppy] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    cpu_hot_add: bool = False
    mem_hot_add: bool = False
    uuid_action: str = ""
    nics: list[Nic] = field(default_factory=list)
    cpu_min: int = 0
    cpu_max: int = -1
    cpu_shares: str = "normal"
    mem_min: int = 0
    mem_max: int = -1
    mem_shares: str = "normal"
    extra: dict[str, str] = field(default_factory=dict)


def drives(config: Config) -> "list[Disk | Cdrom]":
    """Return all drives on controllers."""
    return [*config.disks, *config.cdroms]


def parse(text: str) -> dict[str, str]:
    """Read the settings of VMX `text`, by key in lower case. Lines that are none are ignored, as a host does."""
    return {key.lower(): value for key, value in _settings(text)}


def _settings(text: str) -> "list[tuple[str, str]]":
    """Read keys and values of VMX `text`, in its order. A value whose escapes are none stays as it is written."""
    file = parse_vmx(text)
    found: list[tuple[str, str]] = []
    for key in file.keys():  # noqa: SIM118  # it is no mapping
        try:
            found.append((key, file.text(key)))
        except VmxError:
            found.append((key, file[key]))
    return found


def guest_id_of(guest: str) -> str:
    """Return the API's identifier of a VMX file's ``guestOS``."""
    return _SPECIAL_GUESTS.get(guest, guest.replace("-", "_") + "Guest") if guest else "otherGuest"


def guest_of(guest_id: str) -> str:
    """Return a VMX file's ``guestOS`` for the API's identifier."""
    return _SPECIAL_GUEST_IDS.get(guest_id) or guest_id.removesuffix("Guest").replace("_", "-")


def _number(settings: dict[str, str], key: str, default: int) -> int:
    text = settings.get(key, "").strip()
    if text.lower() == "unlimited":
        return -1
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else default


def _present(settings: dict[str, str], device: str) -> bool:
    return settings.get(f"{device}.present", "").lower() == "true"


def read_config(text: str) -> Config:
    """Read a machine's configuration from VMX text; ValueError if it is no machine's."""
    written = _settings(text)
    settings = {key.lower(): value for key, value in written}
    if "displayname" not in settings or not settings.get("virtualhw.version"):
        raise ValueError("no displayName or virtualHW.version in the VMX file")
    config = Config(
        name=settings["displayname"],
        uuid=normalize(settings.get("uuid.bios", "")) or "",
        instance_uuid=normalize(settings.get("vc.uuid", "")) or "",
        location_uuid=normalize(settings.get("uuid.location", "")) or "",
        memory_mb=_number(settings, "memsize", 32),
        cpus=_number(settings, "numvcpus", 1),
        cores_per_socket=_number(settings, "cpuid.corespersocket", 1),
        guest_id=guest_id_of(settings.get("guestos", "")),
        hw_version=_number(settings, "virtualhw.version", 4),
        annotation=settings.get("annotation", ""),
        firmware=settings.get("firmware", "bios"),
        cpu_min=_number(settings, "sched.cpu.min", 0),
        cpu_max=_number(settings, "sched.cpu.max", -1),
        cpu_shares=settings.get("sched.cpu.shares", "normal"),
        mem_min=_number(settings, "sched.mem.minsize", _number(settings, "sched.mem.min", 0)),
        mem_max=_number(settings, "sched.mem.max", -1),
        mem_shares=settings.get("sched.mem.shares", "normal"),
        cpu_hot_add=settings.get("vcpu.hotadd", "").lower() == "true",
        mem_hot_add=settings.get("mem.hotadd", "").lower() == "true",
        uuid_action=settings.get("uuid.action", "").lower(),
    )
    _read_drives(config, settings)
    for index in range(10):
        device = f"ethernet{index}"
        if _present(settings, device):
            mac = settings.get(f"{device}.address") or settings.get(f"{device}.generatedaddress", "")
            kind = settings.get(f"{device}.addresstype", "generated")
            kind = {"vpx": "assigned", "static": "manual"}.get(kind, kind)
            model = settings.get(f"{device}.virtualdev", "vlance")
            switch = settings.get(f"{device}.dvs.switchid", "")
            opaque = settings.get(f"{device}.opaquenetwork.type", "")
            name = "dvs.portgroupid" if switch else "opaquenetwork.id" if opaque else "networkname"
            network = settings.get(f"{device}.{name}", "")
            port = settings.get(f"{device}.dvs.portid", "") if switch else ""
            cookie = _number(settings, f"{device}.dvs.connectionid", 0) if switch else 0
            connected = settings.get(f"{device}.startconnected", "true").lower() != "false"
            config.nics.append(Nic(index, model, network, mac.lower(), kind, connected, switch, opaque, port, cookie))
    _read_ports(config, settings)
    config.extra = {key: value for key, value in written if not _FIELDS.fullmatch(key)}
    return config


def _read_ports(config: Config, settings: dict[str, str]) -> None:
    for index in range(2):
        device = f"floppy{index}"
        # A floppy drive is there unless the file says that it is not; only ESX's own files are without one by default.
        if _present(settings, device):
            kind = settings.get(f"{device}.filetype", "device").lower()
            connected = settings.get(f"{device}.startconnected", "true").lower() != "false"
            client = settings.get(f"{device}.clientdevice", "").lower() == "true"
            file = settings.get(f"{device}.filename", "")
            config.floppies.append(Floppy(index, kind, file, connected, client))
    for kind, count in (("serial", 4), ("parallel", 3)):
        for index in range(count):
            device = f"{kind}{index}"
            if _present(settings, device):
                connected = settings.get(f"{device}.startconnected", "true").lower() != "false"
                backing = settings.get(f"{device}.filetype", "device").lower()
                config.ports.append(Port(kind, index, backing, settings.get(f"{device}.filename", ""), connected))
    config.ports += [Port(kind) for kind in ("sound", "usb", "ehci", "usb_xhci") if _present(settings, kind)]
    for index in range(_MOST_PASSED):
        if _present(settings, f"pcipassthru{index}"):
            config.passed_through.append(_read_passthrough(settings, index))


def _read_passthrough(settings: dict[str, str], index: int) -> Passthrough:
    device = f"pcipassthru{index}"
    found = _PLACE.fullmatch(settings.get(f"{device}.id", "").strip())
    place = ""
    if found is not None:
        # In decimal in the file, and as the API has it in hex.
        domain, bus, slot, function = (int(part) for part in found.groups("0"))
        place = f"{domain:04x}:{bus:02x}:{slot:02x}.{function}"
    allowed = tuple(
        (int(vendor, 16), int(device_id, 16))
        for vendor, device_id in _ALLOWED.findall(settings.get(f"{device}.alloweddevices", ""))
    )
    profile, label = settings.get(f"{device}.vgpu", ""), settings.get(f"{device}.customlabel", "")
    return Passthrough(index, place, profile, allowed, label)


def _read_drives(config: Config, settings: dict[str, str]) -> None:
    for controller in range(4):
        if _present(settings, f"scsi{controller}"):
            config.scsi[controller] = settings.get(f"scsi{controller}.virtualdev", "lsilogic")
            shared = settings.get(f"scsi{controller}.sharedbus", "").lower()
            if shared in {"virtual", "physical"}:
                config.shared_buses[controller] = shared
    config.sata = [controller for controller in range(4) if _present(settings, f"sata{controller}")]
    units = [("scsi", bus, unit) for bus in range(4) for unit in range(16)]
    units += [("ide", bus, unit) for bus in range(2) for unit in range(2)]
    units += [("sata", bus, unit) for bus in range(4) for unit in range(30)]
    for bus, controller, unit in units:
        device = f"{bus}{controller}:{unit}"
        if not _present(settings, device):
            continue
        kind = settings.get(f"{device}.devicetype", "disk").lower()
        file = settings.get(f"{device}.filename", "")
        if "cdrom" in kind:
            automatic = settings.get(f"{device}.autodetect", "").lower() == "true" or file.lower() == "auto detect"
            # Hosts' words for no medium, and for any drive.
            file = "" if file == "emptyBackingString" or file.lower() == "auto detect" else file
            flavour = "image" if "image" in kind else "atapi" if "atapi" in kind else "raw"
            connected = settings.get(f"{device}.startconnected", "true").lower() != "false"
            client = settings.get(f"{device}.clientdevice", "").lower() == "true"
            automatic = automatic and flavour != "image"
            config.cdroms.append(Cdrom(bus, controller, unit, flavour, file, connected, client, automatic))
        elif file:
            mode = settings.get(f"{device}.mode", "persistent").replace("-", "_")
            several = settings.get(f"{device}.sharing", "").lower() == "multi-writer"
            config.disks.append(Disk(bus, controller, unit, file, mode=mode, shared=several))


def write_config(config: Config, home: str) -> str:
    """Write the VMX text of a machine that a host made in the directory `home`."""
    name = home
    lines = [
        '.encoding = "UTF-8"',
        'config.version = "8"',
        f'virtualHW.version = "{config.hw_version}"',
        f'nvram = "{name}.nvram"',
        'pciBridge0.present = "TRUE"',
        f'displayName = "{_escaped(config.name)}"',
        f'extendedConfigFile = "{name}.vmxf"',
        f'numvcpus = "{config.cpus}"',
        f'memSize = "{config.memory_mb}"',
        f'guestOS = "{guest_of(config.guest_id)}"',
        f'uuid.bios = "{spaced(config.uuid)}"',
        f'uuid.location = "{spaced(config.location_uuid)}"',
        f'vc.uuid = "{spaced(config.instance_uuid)}"',
    ]
    if config.annotation:
        lines.append(f'annotation = "{_escaped(config.annotation)}"')
    if config.firmware != "bios":
        lines.append(f'firmware = "{config.firmware}"')
    for controller, model in config.scsi.items():
        lines += [f'scsi{controller}.present = "TRUE"', f'scsi{controller}.virtualDev = "{model}"']
    for disk in config.disks:
        device = f"{disk.bus}{disk.controller}:{disk.unit}"
        kind = "scsi-hardDisk" if disk.bus == "scsi" else "ata-hardDisk"
        lines += [f'{device}.deviceType = "{kind}"', f'{device}.fileName = "{disk.file}"', f'{device}.present = "TRUE"']
    for cdrom in config.cdroms:
        lines += _cdrom_lines(cdrom)
    for nic in config.nics:
        lines += _nic_lines(nic)
    lines.append('floppy0.present = "FALSE"')
    lines += [
        f'sched.cpu.min = "{config.cpu_min}"',
        f'sched.cpu.shares = "{config.cpu_shares}"',
        f'sched.mem.min = "{config.mem_min}"',
        f'sched.mem.shares = "{config.mem_shares}"',
        'toolScripts.afterPowerOn = "TRUE"',
        'tools.syncTime = "FALSE"',
        *(f'{key} = "{_escaped(value)}"' for key, value in config.extra.items()),
    ]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return re.sub(r'[\x00-\x1f"#|]', lambda match: f"|{ord(match[0]):02X}", text)


def _cdrom_lines(cdrom: Cdrom) -> list[str]:
    device = f"{cdrom.bus}{cdrom.controller}:{cdrom.unit}"
    kind = {"image": "cdrom-image", "atapi": "atapi-cdrom"}.get(cdrom.kind, "cdrom-raw")
    return [
        f'{device}.deviceType = "{kind}"',
        f'{device}.fileName = "{cdrom.file}"',
        f'{device}.startConnected = "{str(cdrom.connected).upper()}"',
        *([f'{device}.clientDevice = "TRUE"'] if cdrom.client else []),
        f'{device}.present = "TRUE"',
    ]


def _nic_lines(nic: Nic) -> list[str]:
    device = f"ethernet{nic.index}"
    address = "address" if nic.address_type == "manual" else "generatedAddress"
    kind = {"assigned": "vpx", "manual": "static"}.get(nic.address_type, nic.address_type)
    return [
        f'{device}.virtualDev = "{nic.model}"',
        f'{device}.networkName = "{_escaped(nic.network)}"',
        f'{device}.addressType = "{kind}"',
        f'{device}.{address} = "{nic.mac}"',
        f'{device}.present = "TRUE"',
    ]
