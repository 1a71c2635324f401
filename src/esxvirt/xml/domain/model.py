"""A machine as libvirt describes it: the `<domain>` element."""

from esxvirt.records import field, record
from esxvirt.uuids import NO_UUID
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.filesystems import Filesystem
from esxvirt.xml.domain.graphics import Graphics, Video
from esxvirt.xml.domain.hardware import HostDevice, Sound, Tpm
from esxvirt.xml.domain.interfaces import Interface
from esxvirt.xml.domain.said import Said

__all__ = ["BOOT_DEVICES", "FIRMWARE_FEATURES", "NESTED_FEATURES", "VMWARE_NAMESPACE", "Domain", "Os", "Topology"]

BOOT_DEVICES = ("fd", "hd", "cdrom", "network")
"""The kinds of devices that `<os>` may name to boot from."""
FIRMWARE_FEATURES = ("enrolled-keys", "secure-boot")
"""What `<firmware>` may ask of a firmware, in the order in which it is written."""
NESTED_FEATURES = ("vmx", "svm")
"""The features of processors that machines in a machine take: Intel's and AMD's."""
VMWARE_NAMESPACE = "http://libvirt.org/schemas/domain/vmware/1.0"


@record
class Topology:
    """How the virtual CPUs are arranged; `dies` and `clusters` are always 1 on VMware."""

    sockets: int
    cores: int
    threads: int = 1
    dies: int = 1
    clusters: int = 1


@record
class Os:
    """What boots and how.

    Attributes:
        loader_is_efi: whether a `<loader>` is in flash, which is EFI's firmware, whatever `firmware` says.
        loader_is_secure: whether a `<loader>` is to boot what is signed only.
        firmware_features: whether the firmware is to have ``enrolled-keys`` and ``secure-boot``, for those asked about.
        boot: device kinds in order: ``hd``, ``cdrom``, ``network``, ``fd``.
    """

    type: str = "hvm"
    arch: str = "i686"
    machine: str | None = None
    firmware: str | None = None
    loader_is_efi: bool = False
    loader_is_secure: bool = False
    firmware_features: dict[str, bool] = field(default_factory=dict)
    smbios: str | None = None
    boot: list[str] = field(default_factory=list)


@record
class Domain:
    """A machine. Sizes are in KiB.

    Attributes:
        id: the number of a running machine; None if it is off.
        name: None for a VMX file without `displayName`.
        memory: what the guest may have at most; `current_memory` what it has.
        min_guarantee: memory reserved on the host, 0 if none.
        locked_memory: whether all of it stays in the host's memory.
        cpuset: the host CPUs that may run the machine; empty if any may.
        shares: CPU shares; None if not said.
        cpu_mode: the `mode` of `<cpu>`; None if not said.
        nested: whether the guest may run machines of its own: the processors have ``vmx`` or ``svm``.
        metadata: what is inside `<metadata>`, as XML; None if nothing.
        moref: VMware's name of the machine on its server.
        said: all that the XML said, which may have no place here; None for a domain that comes from elsewhere.
        uuid_made_up: whether the XML had no UUID, and this one is new.
    """

    type: str = "vmware"
    id: int | None = None
    name: str | None = None
    uuid: str = NO_UUID
    genid: str | None = None
    title: str | None = None
    description: str | None = None
    metadata: str | None = None
    memory: int = 32768
    current_memory: int = 32768
    min_guarantee: int = 0
    locked_memory: bool = False
    vcpus: int = 1
    current_vcpus: int | None = None
    cpuset: tuple[int, ...] = ()
    shares: int | None = None
    cpu_mode: str | None = None
    nested: bool = False
    topology: Topology | None = None
    os: Os = field(default_factory=Os)
    clock_offset: str = "utc"
    on_poweroff: str = "destroy"
    on_reboot: str = "restart"
    on_crash: str = "destroy"
    disks: list[Disk] = field(default_factory=list)
    controllers: list[Controller] = field(default_factory=list)
    filesystems: list[Filesystem] = field(default_factory=list)
    interfaces: list[Interface] = field(default_factory=list)
    serials: list[CharDevice] = field(default_factory=list)
    parallels: list[CharDevice] = field(default_factory=list)
    consoles: list[CharDevice] = field(default_factory=list)
    tpms: list[Tpm] = field(default_factory=list)
    graphics: list[Graphics] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    videos: list[Video] = field(default_factory=list)
    host_devices: list[HostDevice] = field(default_factory=list)
    memballoon: str | None = None
    datacenter_path: str | None = None
    moref: str | None = None
    said: Said | None = field(default=None, compare=False, repr=False)
    uuid_made_up: bool = field(default=False, compare=False)
