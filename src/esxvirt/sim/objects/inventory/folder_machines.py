"""Machines that come into the inventory: registered from their files, or made new."""

from typing import TYPE_CHECKING

from esxvirt.names import unescape
from esxvirt.sim._late import parse_vmx
from esxvirt.sim.objects.machine.change import change, check_permitted
from esxvirt.sim.objects.machine.names import check_name, find_vmx, kept_name
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.objects.storage.datastore_paths import as_faults, invalid_argument, permit
from esxvirt.sim.state.machine.machine import Machine, new_uuid
from esxvirt.sim.state.machine.vmxtext import read_config
from esxvirt.sim.state.storage.datastores import File, Place
from esxvirt.sim.wire.values import Data, Fault, Ref
from esxvirt.uuids import spaced

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state import containers
    from esxvirt.sim.state.host.host import Host
    from esxvirt.vmx.file import VmxFile

__all__ = ["FolderMachines"]

_NEW = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "{version}"
pciBridge0.present = "TRUE"
svga.present = "TRUE"
hpet0.present = "TRUE"
nvram = "{stem}.nvram"
virtualHW.productCompatibility = "hosted"
powerType.powerOff = "default"
powerType.powerOn = "default"
powerType.suspend = "default"
powerType.reset = "default"
displayName = "{stem}"
extendedConfigFile = "{stem}.vmxf"
floppy0.present = "FALSE"
memSize = "32"
guestOS = "other"
sched.cpu.min = "0"
sched.cpu.shares = "normal"
sched.mem.min = "0"
sched.mem.minSize = "0"
sched.mem.shares = "normal"
toolScripts.afterPowerOn = "TRUE"
toolScripts.afterResume = "TRUE"
tools.syncTime = "FALSE"
"""


class FolderMachines(ManagedEntity):
    """The methods of ``Folder`` that bring machines into it."""

    __slots__ = ()

    if TYPE_CHECKING:
        folder: containers.Folder | None
        datacenter: containers.Datacenter | None
        holds: str

    def _host_for(self, call: "Call", pool: Ref | None, host: Ref | None) -> "Host":
        """Return the host that a machine comes to, of the pool and the host that the caller names."""
        if self.holds != "vm":
            raise Fault("InvalidFolder", f"The folder {self.ref} holds no virtual machines.", target=self.ref)
        found = call.endpoint.find(pool, call.session) if pool else None
        if pool is not None and (found is None or found.wsdl != "ResourcePool"):
            raise invalid_argument("pool")
        if found is None and host is None:
            raise invalid_argument("pool")
        hosts: list[Host] = getattr(found, "hosts", [])
        if pool is not None:
            require(call, "Resource.AssignVMToPool", pool)
        if host is None:
            chosen = hosts[0]
        else:
            named = call.endpoint.find(host, call.session)
            if named is None or named.wsdl != "HostSystem" or (hosts and getattr(named, "host", None) not in hosts):
                raise invalid_argument("host")
            chosen = getattr(named, "host")  # noqa: B009  # the type was checked by its name
        if self.datacenter is not None and chosen.datacenter is not self.datacenter:
            raise invalid_argument("host")
        return chosen

    def RegisterVM_Task(
        self,
        call: "Call",
        path: str,
        asTemplate: bool,
        name: str | None = None,
        pool: Ref | None = None,
        host: Ref | None = None,
    ) -> Ref:
        """Take a machine whose files exist into the inventory; the task's result is the machine."""
        if asTemplate:
            raise Fault("NotSupported", "Templates are not supported on this host.")
        on = self._host_for(call, pool, host)
        read: list[tuple[Place, File]] = []

        def prepare(_: object) -> None:
            place = find_vmx(call.endpoint, on, path)
            file = place.store.find(place.path)
            if file is None:
                raise Fault("NotFound", f"The object or item referred to could not be found: {place}")
            self._refuse_registered(place)
            read.append((place, file))

        def work(task: object) -> Ref:
            if not read:
                prepare(task)
            place, file = read[0]
            # Another task may have been faster.
            self._refuse_registered(place)
            with as_faults(place):
                return self._register(on, place, file, unescape(name) if name is not None else None)

        early = call.endpoint.tasks.registration == "start"
        return self.start_task(call, "Folder.registerVm", self.ref, work, prepare=prepare if early else None)

    def _refuse_registered(self, place: Place) -> None:
        for machine in self.endpoint.site.machines.values():
            if machine.datastore is place.store and machine.vmx_file == place.path:
                raise Fault("AlreadyExists", f"The specified key, name, or identifier '{place}' already exists.",
                            name=str(place))  # fmt: skip

    def _register(self, host: "Host", place: Place, file: File, name: str | None) -> Ref:
        vmx = parse_vmx(file.read())
        if name is not None:
            vmx.set_text("displayName", kept_name(name))
        try:
            config = read_config(str(vmx))
        except ValueError as error:
            raise Fault("InvalidVmConfig", f"The VMX file {place} is not valid: {error}.", property="config") from None
        check_name(self.endpoint, config.name, self.ref)
        site = self.endpoint.site
        known = site.locations.get(config.location_uuid) if config.location_uuid else str(place)
        known = known or next(
            (item.vmx_path for item in site.machines.values()
             if not item.untouched and item.config.location_uuid == config.location_uuid), "",
        )  # fmt: skip
        before = str(vmx)
        identify(vmx)
        machine = Machine(host, place.store, site.next_number(), config.name, "poweredOff", before, path=place.path)
        if known != str(place):
            machine.troubles.add("moved")
        if name is not None or str(vmx) != before:
            machine.rewrite(vmx)
        return self._enter(machine)

    def _enter(self, machine: Machine) -> Ref:
        site = self.endpoint.site
        if machine.config.location_uuid:
            site.locations.setdefault(machine.config.location_uuid, machine.vmx_path)
        machine.configuration_changed()
        site.add_machine(machine)
        if self.folder is not None:
            site.machine_folders[machine.number] = self.folder
        return self.endpoint.ids.of(machine)

    def CreateVM_Task(self, call: "Call", config: Data, pool: Ref, host: Ref | None = None) -> Ref:
        """Make a machine of its specification, with a directory and a VMX file of its own."""
        on = self._host_for(call, pool, host)
        if config.files is None or not config.files.vmPathName:
            raise invalid_argument("config.files")
        if not config.name:
            raise invalid_argument("config.name")
        check_permitted(call, self.ref, config, on)

        def work(_: object) -> Ref:
            name = unescape(config.name)
            check_name(self.endpoint, name, self.ref)
            place = self._place_for(on, config.files.vmPathName, name)
            permit(call, place, privilege="Datastore.AllocateSpace")
            return self._create(call, on, place, config)

        return self.start_task(call, "Folder.createVm", self.ref, work)

    def _place_for(self, host: "Host", path: str, name: str) -> Place:
        """Return where a new machine's VMX file goes: as named, or in a new directory of the machine's name."""
        if path.rstrip().endswith("]"):
            safe = "".join("_" if letter in '/\\:*?"<>|%' or ord(letter) < 32 else letter for letter in name)
            place = find_vmx(self.endpoint, host, f"{path.strip()} {safe}/{safe}.vmx")
            directory, number = safe, 0
            while place.store.is_directory(directory):
                number += 1
                directory = f"{safe}_{number}"
            return place.beside(f"{directory}/{safe}.vmx")
        place = find_vmx(self.endpoint, host, path)
        if place.store.find(place.path) is not None:
            text = f"Cannot complete the operation because the file or folder {place} already exists"
            raise Fault("FileAlreadyExists", text, file=str(place))
        return place

    def _create(self, call: "Call", host: "Host", place: Place, spec: Data) -> Ref:
        directory, _, file_name = place.path.rpartition("/")
        made = bool(directory) and not place.store.is_directory(directory)
        stem = file_name.rpartition(".")[0]
        vmx = parse_vmx(_NEW.format(version=host.profile.hw_version, stem=stem))
        identify(vmx)
        site = self.endpoint.site
        machine = Machine(host, place.store, site.next_number(), stem, "poweredOff", str(vmx), path=place.path)
        try:
            with as_faults(place):
                if made:
                    place.store.make_directory(directory)
                place.store.put(place.path, File.of(vmx.encode()))
            change(call, machine, spec, new=True)
        except Fault:
            if place.store.find(place.path) is not None:
                place.store.delete(place.path)
            if made and place.store.is_directory(directory):
                place.store.delete_directory(directory)
            raise
        with as_faults(place):
            place.store.put(f"{directory}/{stem}.vmxf".lstrip("/"), File.of(b'<?xml version="1.0"?>\n<Foundry/>\n'))
            place.store.put(f"{directory}/{stem}.nvram".lstrip("/"), File.of(b"MRVN\x01\x00\x00\x00" + bytes(8676)))
        return self._enter(machine)


def identify(vmx: "VmxFile") -> None:
    """Give a VMX file the UUIDs that hosts write into it where it has none."""
    for key, prefix in (("uuid.bios", "564d"), ("uuid.location", "564d"), ("vc.uuid", "52")):
        if not vmx.get(key):
            vmx[key] = spaced(new_uuid(prefix))
