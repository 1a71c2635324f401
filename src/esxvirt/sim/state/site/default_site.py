"""The inventory that a simulator starts with."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePosixPath

from esxvirt.records import record
from esxvirt.sim.profiles import Profile, host_of
from esxvirt.sim.state.containers import Cluster, Datacenter, Folder, escape_name
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.machine import EPOCH, Machine, generated_config
from esxvirt.sim.state.network.networks import PhysicalNic, Switch
from esxvirt.sim.state.site.host_paths import add_containers, parse
from esxvirt.sim.state.site.networks import add_distributed_group, add_opaque_network, add_port_group, add_switch
from esxvirt.sim.state.site.shared_storage import add_datastores, add_local_disk, add_storage
from esxvirt.sim.state.site.site import Site
from esxvirt.sim.state.site.troubles import TROUBLES, cause
from esxvirt.sim.state.storage.datastores import Datastore as Store
from esxvirt.sim.state.storage.datastores import File

__all__ = ["TROUBLES", "Layout", "build_site"]

LOCAL_STORAGE = "498076b2-02796c1a-ef5b-000ae484a6a3"
GSX_STORAGE = "/var/lib/vmware/Virtual Machines"

FEDORA11_VMX = """\
#!/usr/bin/vmware
config.version = "8"
virtualHW.version = "4"
floppy0.present = "false"
nvram = "Fedora11.nvram"
deploymentPlatform = "windows"
virtualHW.productCompatibility = "hosted"
tools.upgrade.policy = "useGlobal"
powerType.powerOff = "default"
powerType.powerOn = "default"
powerType.suspend = "default"
powerType.reset = "default"
displayName = "Fedora11"
extendedConfigFile = "Fedora11.vmxf"
scsi0.present = "true"
scsi0.sharedBus = "none"
scsi0.virtualDev = "lsilogic"
memsize = "1024"
scsi0:0.present = "true"
scsi0:0.fileName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11.vmdk"
scsi0:0.deviceType = "scsi-hardDisk"
ide0:0.present = "true"
ide0:0.clientDevice = "true"
ide0:0.deviceType = "cdrom-raw"
ide0:0.startConnected = "false"
ethernet0.present = "true"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "vpx"
ethernet0.generatedAddress = "00:50:56:91:48:c7"
chipset.onlineStandby = "false"
guestOSAltName = "Red Hat Enterprise Linux 5 (32-Bit)"
guestOS = "rhel5"
uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"
snapshot.action = "keep"
sched.cpu.min = "0"
sched.cpu.units = "mhz"
sched.cpu.shares = "normal"
sched.mem.minsize = "0"
sched.mem.shares = "normal"
toolScripts.afterPowerOn = "true"
toolScripts.afterResume = "true"
toolScripts.beforeSuspend = "true"
toolScripts.beforePowerOff = "true"
scsi0:0.redo = ""
tools.syncTime = "false"
uuid.location = "56 4d b5 06 a2 bd fb eb-ae 86 f7 d8 49 27 d0 c4"
sched.cpu.max = "unlimited"
sched.swap.derivedName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11-7de040d8.vswp"
tools.remindInstall = "TRUE"
"""

# What an accident in an editor leaves: a line that is no setting, and half a file.
BROKEN_VMX = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version =
displayName "broken"
scsi0.present = "tr
"""


@record(frozen=True)
class _Named:
    """A machine of the default inventory."""

    name: str
    power: str
    memory_mb: int
    cpus: int
    annotation: str = ""


_NAMED = (
    _Named("web", "poweredOn", 2048, 2, "Serves the pages"),
    _Named("builder", "suspended", 4096, 4),
    _Named("archive", "poweredOff", 512, 1, "Kept for its files"),
)


@record(frozen=True)
class Layout:
    """How a vCenter orders its inventory.

    Hosts and `clusters` are dealt out over the `datacenters`, hosts over their datacenter's clusters. With `folders`,
    datacenters, hosts (or clusters) and generated machines lie in so many folders instead of at the top. `shared` puts
    the generated machines on the datastore that all hosts of a datacenter share: the only ones that can migrate without
    moving their files. `distributed` is the number of distributed switches, dealt out over the datacenters.
    `host_paths` are paths, one for every host, instead of all those numbers: see `host_paths.parse`. `port_groups` are
    names of port groups on the first distributed switch, `opaque` names of networks that NSX manages. `datastores` are
    names of more datastores of the first host, as the API shows them; those any host may have.
    """

    datacenters: int = 1
    clusters: int = 0
    folders: int = 0
    shared: bool = False
    distributed: int = 0
    host_paths: tuple[str, ...] = ()
    port_groups: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    datastores: tuple[str, ...] = ()

    def check(self, profile: Profile, hosts: int) -> None:
        """Raise ValueError for what cannot be."""
        if self.datacenters < 1 or self.clusters < 0 or self.folders < 0:
            raise ValueError("give at least 1 datacenter, and 0 or more clusters and folders")
        if not profile.is_vcenter and self != Layout(datastores=self.datastores):
            raise ValueError("datacenters, clusters, folders and shared storage are a vCenter's: choose such a profile")
        if self.host_paths:
            if (self.datacenters, self.clusters, self.folders) != (1, 0, 0) or hosts not in {1, len(self.host_paths)}:
                raise ValueError("paths of hosts say how many hosts, datacenters, clusters and folders there are")
            hosts = len(self.host_paths)
        if self.datacenters > hosts or self.clusters > hosts:
            raise ValueError(f"{hosts} hosts are too few: every datacenter and every cluster needs one")
        if self.distributed < 0 or (self.distributed and profile.release < (4, 0)):
            raise ValueError("distributed switches came with vCenter 4.0: give 0 or more of them")
        if self.port_groups and not self.distributed:
            raise ValueError("port groups of distributed switches need such a switch")
        if self.opaque and profile.release < (5, 5):
            raise ValueError("networks of NSX came with vCenter 5.5")
        if self.shared and hosts < 2 * self.datacenters:
            raise ValueError("shared storage needs at least 2 hosts in every datacenter")


def build_site(
    profile: Profile,
    hosts: int = 1,
    vms: int = 0,
    troubled: Iterable[str] = (),
    layout: Layout | None = None,
    storage: Iterable[str] = (),
) -> Site:
    """Build the default inventory with `hosts` hosts (one without a vCenter) and `vms` generated machines.

    The first host has the manual's Fedora11, a running, a suspended and a powered-off machine, and one whose VMX file
    is broken; `troubled` adds any of `TROUBLES`, `storage` any of `shared_storage.KINDS`. ValueError for counts and
    words that cannot be.
    """
    layout = layout or Layout()
    if hosts < 1 or (hosts > 1 and not profile.is_vcenter):
        raise ValueError(f"{hosts} hosts: a host's profile has one, a vCenter's at least one")
    if vms < 0:
        raise ValueError(f"{vms} machines: give 0 or more")
    layout.check(profile, hosts)
    paths = [parse(path) for path in layout.host_paths]
    hosts = len(paths) or hosts
    unknown = sorted(set(troubled) - set(TROUBLES))
    if unknown:
        raise ValueError(f"no such trouble as {', '.join(unknown)}: choose of {', '.join(TROUBLES)}")
    site = Site(profile)
    if not paths:
        _add_containers(site, layout)
    placed = add_containers(site, paths)
    for number in range(1, hosts + 1):
        host = _add_host(site, host_of(profile), number)
        if paths:
            host.name, host.domain = escape_name(paths[number - 1].host), ""
            host.datacenter, host.folder, host.cluster = placed[number - 1]
        else:
            _assign(site, host)
    for datacenter in site.datacenters:
        _share_datastore(site, datacenter)
    for number in range(layout.distributed):
        add_switch(site, site.datacenters[number % len(site.datacenters)], f"dvSwitch{number + 1}")
    for number, name in enumerate(layout.port_groups, start=201):
        add_distributed_group(site, site.distributed[0], name, number)
    for name in layout.opaque:
        add_opaque_network(site, site.datacenters[0], name)
    add_storage(site, storage)
    add_datastores(site, layout.datastores)
    _add_named_machines(site)
    _add_troubled_machines(site, troubled)
    _add_generated_machines(site, vms, shared=layout.shared)
    return site


def _add_containers(site: Site, layout: Layout) -> None:
    """Make datacenters, clusters and folders."""

    def folders(holds: str, stem: str, datacenter: Datacenter | None) -> list[Folder]:
        first = site.next_folder()
        made = [Folder(first + index, f"{stem}{index + 1}", holds, None, datacenter) for index in range(layout.folders)]
        site.folders += made
        return made

    def one_of(some: list[Folder], index: int) -> Folder | None:
        return some[index % len(some)] if some else None

    tops = folders("datacenter", "site", None)
    for index in range(layout.datacenters):
        datacenter = Datacenter(index + 1, f"dc{index + 1}", one_of(tops, index))
        site.datacenters.append(datacenter)
        folders("host", "hosts", datacenter)
        folders("vm", "group", datacenter)
    for index in range(layout.clusters):
        datacenter = site.datacenters[index % layout.datacenters]
        folder = one_of(_folders_of(site, datacenter, "host"), index)
        site.clusters.append(Cluster(index + 1, f"cluster{index + 1}", datacenter, folder))


def _folders_of(site: Site, datacenter: Datacenter | None, holds: str) -> list[Folder]:
    return [folder for folder in site.folders if folder.datacenter is datacenter and folder.holds == holds]


def _assign(site: Site, host: Host) -> None:
    """Put a host into its datacenter, and there into a cluster, or a folder if there is no cluster."""
    turn, index = divmod(host.number - 1, len(site.datacenters))
    host.datacenter = site.datacenters[index]
    clusters = [cluster for cluster in site.clusters if cluster.datacenter is host.datacenter]
    if clusters:
        host.cluster = clusters[turn % len(clusters)]
    else:
        folders = _folders_of(site, host.datacenter, "host")
        host.folder = folders[turn % len(folders)] if folders else None


def _add_host(site: Site, profile: Profile, number: int) -> Host:
    name = "gsx1" if profile.is_gsx else f"esx{number}"
    uuid = f"4c4c4544-0043-4210-8038-b6c04f4e3{number:03x}"
    host = Host(number, profile, name, "example.com", uuid, EPOCH - timedelta(days=30 + number))
    if profile.is_gsx:
        local = Store("local-storage", 10 * number, "OTHER", GSX_STORAGE, 200 << 30)
    else:
        mount = LOCAL_STORAGE if number == 1 else f"498076b2-02796c1a-ef5b-000ae484a6{0xA2 + number:02x}"
        label = "local-storage" if number == 1 else f"local-storage-{number}"
        local = Store(label, 10 * number, "VMFS", f"/vmfs/volumes/{mount}", 2 << 40)
    local.make_directory("iso")
    local.put("iso/install.iso", File.sparse(4 << 20))
    host.datastores.append(local)
    site.datastores.append(local)
    host.switches = [Switch("vSwitch0", 128, ["vmnic0", "vmnic1"])]
    host.nics = [PhysicalNic(f"vmnic{index}", "e1000e", f"00:1b:21:3a:{number:02x}:{index:02x}") for index in range(3)]
    add_local_disk(host, local)
    add_port_group(site, host, "VM Network", "vSwitch0")
    console = "host" if profile.product == "VMware ESXi" else "systemManagement"
    add_port_group(site, host, "Management Network", "vSwitch0", system=console)
    site.hosts.append(host)
    return host


def _share_datastore(site: Site, datacenter: Datacenter) -> None:
    """Give the hosts of a datacenter, if there are several, a datastore that they share."""
    hosts = site.hosts_of(datacenter)
    if len(hosts) < 2:
        return
    first = datacenter.number == 1
    name = "shared-nfs" if first else f"shared-nfs-{datacenter.number}"
    shared = Store(
        name,
        5 if first else 5 + 100_000 * datacenter.number,
        "NFS",
        "/vmfs/volumes/8a0f3c71-5d9e2b44" if first else f"/vmfs/volumes/8a0f3c71-5d9e{datacenter.number:04x}",
        8 << 40,
        "nas.example.com:/export/vms" if first else f"nas.example.com:/export/vms{datacenter.number}",
    )
    site.datastores.append(shared)
    for host in hosts:
        host.datastores.append(shared)


def _add_named_machines(site: Site) -> None:
    host = site.hosts[0]
    store = host.datastores[0]
    mount = PurePosixPath(store.mount)
    text = FEDORA11_VMX
    if host.profile.is_gsx:
        text = text.replace(f"/vmfs/volumes/{LOCAL_STORAGE}", str(mount))
    site.add_machine(Machine(host, store, 1, "Fedora11", "poweredOff", text))
    for number, named in enumerate(_NAMED, start=2):
        config = generated_config(number, named.name, host.profile)
        config.memory_mb = named.memory_mb
        config.cpus = named.cpus
        config.annotation = named.annotation
        site.add_machine(Machine(host, store, number, named.name, named.power, config=config))
    _add_broken(site, host, store)


def _add_broken(site: Site, host: Host, store: Store) -> None:
    number = site.next_number()
    machine = Machine(
        host, store, number, "broken", "poweredOff", config=generated_config(number, "broken", host.profile)
    )
    site.add_machine(machine)
    store.put("broken/broken.vmx", File.of(BROKEN_VMX.encode(), EPOCH))


def _add_troubled_machines(site: Site, troubled: Iterable[str]) -> None:
    host = site.hosts[0]
    store = host.datastores[0]
    for trouble in troubled:
        number = site.next_number()
        config = generated_config(number, trouble, host.profile)
        machine = Machine(host, store, number, trouble, "poweredOff", config=config)
        if trouble in {"notools", "oldtools", "deadtools"}:
            machine.power, machine.boot_time = "poweredOn", EPOCH
        site.add_machine(machine)
        cause(site, machine, trouble)


def _add_generated_machines(site: Site, vms: int, *, shared: bool) -> None:
    """Add vm-0001 and on, spread over the hosts: of ten, six run, three are off, one is suspended."""
    powers = ("poweredOn", "poweredOff", "poweredOn", "poweredOn", "poweredOff", "poweredOn", "suspended", "poweredOn",
              "poweredOff", "poweredOn")  # fmt: skip
    first = site.next_number()
    hosts = site.hosts
    width = max(4, len(str(vms)))
    folders = {datacenter: _folders_of(site, datacenter, "vm") for datacenter in site.datacenters}
    for index in range(vms):
        host = hosts[index % len(hosts)]
        name = f"vm-{index + 1:0{width}d}"
        store = host.datastores[-1 if shared else 0]
        machine = Machine(host, store, first + index, name, powers[index % 10])
        site.add_machine(machine)
        below = folders[host.datacenter] if host.datacenter else []
        if below:
            site.machine_folders[machine.number] = below[index // len(hosts) % len(below)]
