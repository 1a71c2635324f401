"""A virtual machine's state: its configuration, its power and its guest."""

import copy
import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from esxvirt.datastore_path import is_outside
from esxvirt.sim._late import decode_vmx, parse_vmx
from esxvirt.sim.profiles import Profile
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.host.paths import host_path, locate
from esxvirt.sim.state.machine import change_versions, snapshot_tree
from esxvirt.sim.state.machine.customise import Customised
from esxvirt.sim.state.machine.snapshot_tree import SnapshotTree
from esxvirt.sim.state.machine.vmxtext import Cdrom, Config, Disk, Nic, read_config, write_config
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Datastore, File, Place
from esxvirt.uuids import dashed

if TYPE_CHECKING:
    from esxvirt.sim.state.containers import App
    from esxvirt.sim.state.machine.questions import Question
    from esxvirt.sim.state.task import Task
    from esxvirt.vmx.file import VmxFile

__all__ = ["Machine", "generated_config", "new_uuid"]

POWER_STATES = ("poweredOff", "poweredOn", "suspended")
# All generated machines' times count from here, so that a simulator's answers are the same every day.
EPOCH = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)


def _digits(seed: str) -> str:
    return hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()


def _uuid(prefix: str, seed: str) -> str:
    return dashed((prefix + _digits(seed))[:32])


def generated_config(number: int, name: str, profile: Profile) -> Config:
    """Make the configuration of machine `number`: always the same for the same arguments."""
    guests = profile.guest_ids
    digits = _digits(f"mac {number}")
    # Mostly small machines, some bigger; memory in steps of 4 MiB, as VMware wants it.
    memory = (512, 1024, 2048, 4096, 1536, 8192)[number % 6]
    cpus = (1, 2, 1, 4, 2, 1)[number % 6]
    modern = profile.hw_version >= 7
    scsi = ("lsilogic", "pvscsi", "lsisas1068")[number % 3] if modern else ("lsilogic", "buslogic")[number % 2]
    disks = [Disk("scsi", 0, 0, f"{name}.vmdk", (8 + number % 5 * 4) << 20, thin=modern and bool(number % 2))]
    if number % 4 == 3:
        disks.append(Disk("scsi", 0, 1, f"{name}_1.vmdk", 2 << 20))
    model = ("e1000", "vmxnet3", "vlance")[number % 3] if modern else ("e1000", "vlance")[number % 2]
    mac = f"00:0c:29:{digits[:2]}:{digits[2:4]}:{digits[4:6]}"
    return Config(
        name=name,
        uuid=_uuid("564d", f"bios {number} {name}"),
        instance_uuid=_uuid("52", f"instance {number} {name}"),
        location_uuid=_uuid("564d", f"location {number} {name}"),
        memory_mb=memory,
        cpus=cpus,
        guest_id=guests[number % len(guests)],
        hw_version=profile.hw_version,
        scsi={0: scsi},
        disks=disks,
        cdroms=[Cdrom("ide", 1, 0, "raw", "", connected=False, client=True)],
        nics=[Nic(0, model, "VM Network", mac)],
    )


def new_uuid(prefix: str = "564d") -> str:
    """Return a new UUID of the kind that hosts give to machines; "52" begins those of a vCenter."""
    return _uuid(prefix, uuid4().hex)


class Machine:
    """A machine on `host`, whose VMX file is `vmx_name` in the directory `home` of `datastore`.

    Its configuration is made when somebody first asks for it, from its VMX `text` or from its number, so that a
    hundred thousand machines cost nothing until they are read. So are its files, as long as it is `virtual`; the first
    change to it makes them real (see `materialise`). From then on its VMX text is the truth: what was read from the
    file when it was registered, reloaded or started, or written to it since; who else writes the file changes nothing.
    `change_version` is another after each change of the configuration.
    """

    __slots__ = (
        "_config",
        "_name",
        "_snapshots",
        "_text",
        "accepted",
        "app",
        "boot_time",
        "busy",
        "change_version",
        "connection",
        "customised",
        "datastore",
        "guest_state",
        "home",
        "host",
        "number",
        "power",
        "question",
        "scan_codes",
        "screenshots",
        "template",
        "tools",
        "troubles",
        "unreadable",
        "virtual",
        "vmx_missing",
        "vmx_name",
    )

    def __init__(
        self,
        host: Host,
        datastore: Datastore,
        number: int,
        name: str,
        power: str,
        text: str | None = None,
        config: Config | None = None,
        *,
        path: str | None = None,
    ) -> None:
        """Make a machine; `path` is its VMX file relative to the datastore, for one whose files exist."""
        self.host = host
        self.datastore = datastore
        self.number = number
        self.virtual = path is None
        self.home, _, self.vmx_name = (path or f"{name}/{name}.vmx").rpartition("/")
        self.power = power
        self.boot_time: datetime | None = EPOCH + timedelta(minutes=number) if power == "poweredOn" else None
        self.tools = "toolsOk" if number % 5 else "toolsOld"
        # What the guest is about to do: "shuttingDown", "resetting", "standby", or "" for nothing.
        self.guest_state = ""
        self.change_version = change_versions.FIRST
        self.busy: Task | None = None
        self.question: Question | None = None
        # What keeps it from starting without a question, see `objects.machine.questions`: "moved", "full"; and the
        # drives without an image that somebody has said to start with.
        self.troubles: set[str] = set()
        self.accepted: set[str] = set()
        self.screenshots = 0
        self.scan_codes: list[tuple[int, frozenset[str]]] = []
        self.unreadable = False
        # Whether its server reaches its files and the host knows it; see `troubles`. Else it has no configuration.
        self.connection = "connected"
        self.app: App | None = None
        self.template = False
        self.customised = Customised()
        self.vmx_missing = False
        self._name = name
        self._text = text
        self._config = config
        # Read now, not when somebody asks: by then the files may be another's.
        self._snapshots: SnapshotTree | None = None if self.virtual else self._read_snapshots()
        if self.virtual:
            datastore.homes[name] = self

    @property
    def config(self) -> Config:
        """Its configuration."""
        if self._config is None:
            if self._text is None:
                self._config = generated_config(self.number, self._name, self.host.profile)
            else:
                self._config = read_config(self._text)
                self._measure_disks()
        return self._config

    def _measure_disks(self) -> None:
        """Read what the VMX text does not say of the disks from their descriptors, where these are files."""
        if self.virtual or self._config is None:
            return
        for disk in self._config.disks:
            # A disk whose file is missing, or none at all, is none the less one of the machine's.
            with suppress(ValueError, LookupError, FileNotFoundError, disks.NoDiskError):
                described = disks.read(*locate(self.host, self.disk_path(disk)))
                disk.capacity_kib, disk.thin = described.capacity_kib, described.thin

    @property
    def name(self) -> str:
        """Its name in the inventory."""
        return self._name

    @property
    def stem(self) -> str:
        """The name that its own files begin with."""
        return self.vmx_name.removesuffix(".vmtx").removesuffix(".vmx")

    @property
    def vmx_file(self) -> str:
        """Its VMX file, relative to its datastore."""
        return f"{self.home}/{self.vmx_name}" if self.home else self.vmx_name

    @property
    def vmsd_file(self) -> str:
        """The file that keeps its snapshots, relative to its datastore."""
        return f"{self.home}/{self.stem}.vmsd" if self.home else f"{self.stem}.vmsd"

    @property
    def vmx_path(self) -> str:
        """Its VMX file, as a datastore path."""
        return self.datastore.named(self.vmx_file)

    @property
    def untouched(self) -> bool:
        """Whether it is as it was generated, with all its files in its home."""
        return self.virtual and self._text is None

    @property
    def running(self) -> bool:
        """Whether it is powered on."""
        return self.power == "poweredOn"

    @property
    def address(self) -> str:
        """The address of its guest's first card."""
        fixed = self.customised.addresses[:1]
        return "".join(fixed) or f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"

    @property
    def guest_name(self) -> str:
        """What its guest calls itself."""
        return self.customised.name or self.name

    def addresses(self) -> list[tuple[Nic, str]]:
        """Return the addresses that its guest has on its connected cards: the first card's is `address`."""
        last = f"{self.number >> 8 & 255}.{self.number & 255}"
        cards = [nic for nic in self.config.nics if nic.connected]
        fixed = [*self.customised.addresses, *[""] * len(cards)]
        return [
            (nic, fixed[index] or f"172.{15 + index}.{last}" if index else self.address)
            for index, nic in enumerate(cards)
        ]

    @property
    def tools_running(self) -> bool:
        """Whether VMware Tools run in its guest."""
        return self.running and self.tools in {"toolsOk", "toolsOld"}

    @property
    def snapshots(self) -> SnapshotTree:
        """Its snapshots, as its files had them when it came into the inventory, and as they have changed since."""
        if self._snapshots is None:
            self._snapshots = SnapshotTree() if self.virtual else self._read_snapshots()
        return self._snapshots

    def _read_snapshots(self) -> SnapshotTree:
        return snapshot_tree.read(Place(self.datastore, self.vmsd_file))

    def at(self, text: str) -> "Machine":
        """Return it as VMX `text` describes it, to be read only."""
        other = copy.copy(self)
        other.virtual = False
        other.describe(text)
        return other

    def describe(self, text: str) -> None:
        """Be as VMX `text` describes it; ValueError if that is no machine's."""
        config = read_config(text)
        self._text, self._config, self._name = text, config, config.name
        self._measure_disks()

    def disk_path(self, disk: Disk) -> str:
        """Return a disk's file as a datastore path."""
        return self.file_path(disk.file)

    def file_path(self, file: str) -> str:
        """Return a file that its VMX names, relative to its home or absolute, as a datastore path.

        A file of the host's own, ``[] /vmimages/...``, stays.
        """
        if is_outside(file):
            return file
        if not file.startswith("/"):
            return self.datastore.named(f"{self.home}/{file}" if self.home else file)
        return self.host.datastore_path(file)

    def vmx_file_name(self, path: str) -> str:
        """Return a datastore path as its VMX names it: the name alone in its home, else a path of the host."""
        home = self.datastore.named(f"{self.home}/" if self.home else "")
        rest = path.removeprefix(home)
        return rest if rest != path and "/" not in rest else host_path(self.host, path)

    def text(self) -> str:
        """Return its VMX text."""
        return write_config(self.config, self.home) if self._text is None else self._text

    def settings(self) -> "VmxFile":
        """Return its VMX file to change: with the bytes that it has, if nobody has written it meanwhile."""
        file = None if self.untouched or self.vmx_missing else self.datastore.find(self.vmx_file)
        if file is not None:
            found = parse_vmx(file.read())
            if str(found) == self.text():
                return found
        return parse_vmx(self.text())

    def rewrite(self, vmx: "VmxFile | str") -> None:
        """Take `vmx` as its VMX file: all else follows. ValueError if it is no machine's."""
        if isinstance(vmx, str):
            vmx = parse_vmx(vmx)
        self._take(str(vmx))
        self.datastore.put(self.vmx_file, File.of(vmx.encode()))

    def set_values(self, values: dict[str, str]) -> None:
        """Set settings of its VMX file, by key."""
        vmx = self.settings()
        for key, value in values.items():
            vmx.set_text(key, value)
        self.rewrite(vmx)

    def configuration_changed(self) -> None:
        """Give the configuration another version."""
        self.change_version = change_versions.fresh()

    def stored(self) -> File:
        """Return its VMX file; FileNotFoundError if it is gone."""
        file = None if self.vmx_missing else self.datastore.find(self.vmx_file)
        if file is None:
            raise FileNotFoundError(self.vmx_path)
        return file

    def reload(self) -> None:
        """Read its VMX file again, as somebody may have written it.

        FileNotFoundError if it is gone, ValueError if it is no machine's.
        """
        text = decode_vmx(self.stored().read())
        if text != self.text():
            self._take(text)

    def _take(self, text: str) -> None:
        config = read_config(text)
        self.materialise()
        self._text = text
        self._config = config
        self._name = config.name
        self._measure_disks()
        self.configuration_changed()

    def mark_template(self, template: bool) -> None:
        """Make it a template, whose file ends in .vmtx, or a machine again."""
        self.materialise()
        old = self.vmx_file
        file = self.datastore.find(old)
        self.template = template
        self.configuration_changed()
        self.vmx_name = f"{self.stem}{'.vmtx' if template else '.vmx'}"
        if file is not None:
            self.datastore.delete(old)
            self.datastore.put(self.vmx_file, file)

    def materialise(self) -> None:
        """Make its own files real ones, which stay when it changes or goes."""
        if not self.virtual:
            return
        if self._text is None:
            self._text = self.text()
        # As above: from here on they would be read from files.
        self._snapshots = self.snapshots
        store = self.datastore
        files = {f"{self.home}/{name}": store.find(f"{self.home}/{name}") for name in self.own_names()}
        self.virtual = False
        if store.homes.get(self.home) is self:
            del store.homes[self.home]
        store.make_directory(self.home)
        for path, file in files.items():
            if file is not None:
                store.put(path, file)

    def own_names(self) -> list[str]:
        """Return the files that it has in its home."""
        if self.vmx_missing:
            return []
        names = [self.vmx_name, f"{self.stem}.vmxf", f"{self.stem}.nvram", "vmware.log"]
        for disk in self.config.disks:
            if "/" not in disk.file or disk.file.rpartition("/")[0].endswith(f"/{self.home}"):
                stem = _stem_of(disk.file)
                names += [f"{stem}.vmdk", f"{stem}-flat.vmdk"]
        if self.virtual:
            return names
        names += [f"{self.stem}.vmsd", *self.snapshots.file_names()]
        return [name for name in dict.fromkeys(names) if self.datastore.find(f"{self.home}/{name}") is not None]

    def own_file(self, name: str) -> File | None:
        """Return one of the files in its home, or None."""
        if not self.virtual:
            return self.datastore.find(f"{self.home}/{name}")
        if name not in self.own_names():
            return None
        if name.endswith(".vmx"):
            return File.of(self.text().encode(), EPOCH)
        if name.endswith(".vmxf"):
            return File.of(f'<?xml version="1.0"?>\n<Foundry>\n<VM>\n</VM>\n</Foundry>\n{self.home}\n'.encode(), EPOCH)
        if name.endswith(".nvram"):
            return File.of(b"MRVN\x01\x00\x00\x00" + bytes(8676), EPOCH)
        if name.endswith(".log"):
            return File.of(f"vmx| Log for {self.name}\n".encode(), EPOCH)
        for disk in self.config.disks:
            stem = _stem_of(disk.file)
            if name == f"{stem}-flat.vmdk":
                return File.sparse(disk.capacity_kib << 10)
            if name == f"{stem}.vmdk":
                return File.of(self._descriptor(disk, stem).encode(), EPOCH)
        return None

    def _descriptor(self, disk: Disk, stem: str) -> str:
        sectors = disk.capacity_kib * 2
        adapter = {"buslogic": "buslogic", "ide": "ide"}.get(self.config.scsi.get(disk.controller, "ide"), "lsilogic")
        thin = 'ddb.thinProvisioned = "1"\n' if disk.thin else ""
        return (
            '# Disk DescriptorFile\nversion=1\nencoding="UTF-8"\n'
            f'CID={_digits(stem)[:8]}\nparentCID=ffffffff\ncreateType="vmfs"\n\n'
            f'# Extent description\nRW {sectors} VMFS "{stem}-flat.vmdk"\n\n'
            "# The Disk Data Base\n#DDB\n\n"
            f'ddb.virtualHWVersion = "{self.config.hw_version}"\n'
            f'ddb.geometry.cylinders = "{sectors // (255 * 63)}"\nddb.geometry.heads = "255"\n'
            f'ddb.geometry.sectors = "63"\nddb.adapterType = "{adapter}"\n{thin}'
        )


def _stem_of(path: str) -> str:
    """Return the name that a disk's files share: "web" of "web/web.vmdk"."""
    return path.rpartition("/")[2].removesuffix(".vmdk")
