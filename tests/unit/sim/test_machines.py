"""Machines that come, change and go: registering, making, reconfiguring, renaming, deleting."""

from collections.abc import Callable
from typing import Any

import pytest

from esxvirt.sim.state.machine.troubles import TROUBLES, cause
from esxvirt.sim.state.machine.vmxtext import read_config
from esxvirt.sim.state.storage.datastores import File
from esxvirt.sim.wire.values import Data, Fault, Ref
from tests.unit.sim.inside import Inside

VMX = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "8"
displayName = "guest"
guestOS = "other-64"
memsize = "512"
numvcpus = "2"
uuid.bios = "56 4d 00 11 22 33 44 55-66 77 88 99 aa bb cc dd"
scsi0.present = "true"
scsi0:0.present = "true"
scsi0:0.deviceType = "scsi-hardDisk"
scsi0:0.fileName = "archive.vmdk"
ethernet0.present = "true"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "static"
ethernet0.address = "00:50:56:00:00:01"
# a comment
some.unknown = "kept"
"""


def done(inside: Inside, method: str, this: Any, **arguments: Any) -> Any:
    """The result of a task that must succeed."""
    info = ended(inside, method, this, **arguments)
    assert info.state == "success", info.error
    return info.result


def failed(inside: Inside, method: str, this: Any, **arguments: Any) -> Data:
    """The fault of a task that must fail."""
    info = ended(inside, method, this, **arguments)
    assert info.state == "error"
    fault = info.error.fault
    assert isinstance(fault, Data)
    return fault


def ended(inside: Inside, method: str, this: Any, **arguments: Any) -> Data:
    task = inside.call(method, this, **arguments)
    info = task.getters["info"](task)
    assert isinstance(info, Data)
    return info


def refused(call: Callable[[], Any]) -> Data:
    """The fault of a call that must be refused at once."""
    with pytest.raises(Fault) as caught:
        call()
    return caught.value.data


def spec(**fields: Any) -> Data:
    return Data("VirtualMachineConfigSpec", **fields)


def device(operation: str, type_name: str, /, file: str | None = None, **fields: Any) -> Data:
    item = Data(type_name, **{"key": -1, **fields})
    return Data("VirtualDeviceConfigSpec", operation=operation, fileOperation=file, device=item)


def disk(file: str, *, key: int = -1, thin: bool = True, **fields: Any) -> dict[str, Any]:
    backing = Data("VirtualDiskFlatVer2BackingInfo", fileName=file, diskMode="persistent", thinProvisioned=thin)
    return {"key": key, "backing": backing, **fields}


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def inside(request: pytest.FixtureRequest) -> Inside:
    return Inside(request.param)


@pytest.fixture
def esx() -> Inside:
    return Inside("esx-7.0")


def pool_of(inside: Inside) -> Ref:
    return inside.pool


def put(inside: Inside, path: str, text: str) -> None:
    inside.endpoint.site.datastores[0].put(path, File.of(text.encode()))


def vmx_of(inside: Inside, name: str) -> str:
    machine = inside.endpoint.site.find_machine(name)
    file = machine.datastore.find(machine.vmx_file)
    assert file is not None
    return file.read().decode()


def register(inside: Inside, path: str = "[local-storage] archive/guest.vmx", **more: Any) -> Any:
    arguments = {"path": path, "asTemplate": False, "pool": pool_of(inside), **more}
    return ended(inside, "RegisterVM_Task", inside.vm_folder, **arguments)


class TestRegistering:
    def test_a_file_becomes_a_machine(self, inside: Inside) -> None:
        put(inside, "archive/guest.vmx", VMX)
        result = register(inside).result
        machine = inside.endpoint.site.find_machine("guest")
        assert result == inside.endpoint.ids.of(machine)
        assert machine.config.memory_mb == 512
        assert (
            machine.config.disks[0].capacity_kib
            == inside.endpoint.site.find_machine("archive").config.disks[0].capacity_kib
        )
        text = vmx_of(inside, "guest")
        assert 'some.unknown = "kept"' in text
        assert "# a comment" in text
        assert "uuid.location" in text

    def test_another_name(self, esx: Inside) -> None:
        put(esx, "archive/guest.vmx", VMX)
        register(esx, name="a%2fb")
        assert esx.endpoint.site.find_machine("a/b").name == "a/b"
        assert 'displayName = "a/b"' in vmx_of(esx, "a/b")

    @pytest.mark.parametrize(
        ("path", "fault"),
        [
            ("archive/guest.vmx", "InvalidDatastorePath"),
            ("[local-storage] archive", "InvalidDatastorePath"),
            ("[nowhere] a/a.vmx", "InvalidDatastorePath"),
            ("[local-storage] ../../etc/passwd.vmx", "InvalidDatastorePath"),
            ("[local-storage] archive/none.vmx", "NotFound"),
            ("[local-storage] archive/archive.vmx", "AlreadyExists"),
            ("[local-storage] broken/broken2.vmx", "InvalidVmConfig"),
        ],
    )
    def test_what_cannot_be(self, esx: Inside, path: str, fault: str) -> None:
        put(esx, "broken/broken2.vmx", "nonsense")
        before = set(esx.endpoint.site.machines)
        assert register(esx, path).error.fault.type_name == fault
        assert set(esx.endpoint.site.machines) == before

    def test_a_name_that_is_taken(self, esx: Inside) -> None:
        put(esx, "archive/guest.vmx", VMX)
        fault = register(esx, name="web").error.fault
        assert (fault.type_name, fault.name) == ("DuplicateName", "web")
        assert fault.object == esx.machine("web").ref

    def test_no_pool_and_no_templates(self, esx: Inside) -> None:
        folder = esx.vm_folder
        path = "[local-storage] archive/guest.vmx"
        fault = refused(lambda: esx.call("RegisterVM_Task", folder, path=path, asTemplate=False))
        assert (fault.type_name, fault.invalidProperty) == ("InvalidArgument", "pool")
        assert refused(lambda: register(esx, asTemplate=True)).type_name == "NotSupported"
        hosts = Ref("Folder", "ha-folder-host")
        wrong = refused(lambda: esx.call("RegisterVM_Task", hosts, path=path, asTemplate=False, pool=pool_of(esx)))
        assert wrong.type_name == "InvalidFolder"

    def test_there_and_back(self, inside: Inside) -> None:
        machine = inside.machine("archive")
        path = inside.endpoint.site.find_machine("archive").vmx_path
        text = vmx_of(inside, "archive")
        inside.call("UnregisterVM", machine)
        with pytest.raises(LookupError):
            inside.endpoint.site.find_machine("archive")
        assert refused(lambda: inside.call("UnregisterVM", machine)).type_name == "ManagedObjectNotFound"
        register(inside, path)
        assert vmx_of(inside, "archive") == text
        assert inside.machine("archive").ref != machine.ref
        assert inside.endpoint.site.find_machine("archive").troubles == set()

    def test_a_running_machine_stays(self, esx: Inside) -> None:
        fault = refused(lambda: esx.call("UnregisterVM", esx.machine("web")))
        assert (fault.type_name, fault.existingState) == ("InvalidPowerState", "poweredOn")

    def test_a_machine_that_was_moved(self, esx: Inside) -> None:
        machine = esx.endpoint.site.find_machine("archive")
        text = vmx_of(esx, "archive")
        esx.call("UnregisterVM", esx.machine("archive"))
        put(esx, "iso/moved.vmx", text)
        register(esx, "[local-storage] iso/moved.vmx")
        assert esx.endpoint.site.find_machine("archive").troubles == {"moved"}
        assert machine.troubles == set()


class TestReconfiguring:
    def test_memory_processors_and_words(self, inside: Inside) -> None:
        change = spec(memoryMB=1028, numCPUs=2, annotation='two\nlines "quoted"', name="store", guestId="rhel5Guest")
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=change)
        machine = inside.endpoint.site.find_machine("store")
        assert (machine.config.memory_mb, machine.config.cpus) == (1028, 2)
        assert machine.config.annotation == 'two\nlines "quoted"'
        assert machine.vmx_path == "[local-storage] archive/archive.vmx"
        assert read_config(vmx_of(inside, "store")).memory_mb == 1028
        assert 'guestOS = "rhel5"' in vmx_of(inside, "store")

    def test_allocations(self, inside: Inside) -> None:
        shares = Data("SharesInfo", level="custom", shares=1234)
        cpu = Data("ResourceAllocationInfo", reservation=100, limit=500, shares=shares)
        memory = Data("ResourceAllocationInfo", limit=256, shares=Data("SharesInfo", level="high", shares=0))
        done(
            inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(cpuAllocation=cpu, memoryAllocation=memory)
        )
        config = inside.endpoint.site.find_machine("archive").config
        assert (config.cpu_min, config.cpu_max, config.cpu_shares) == (100, 500, "1234")
        assert (config.mem_max, config.mem_shares) == (256, "high")
        again = Data("ResourceAllocationInfo", limit=-1)
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(memoryAllocation=again))
        assert 'sched.mem.max = "unlimited"' in vmx_of(inside, "archive")
        again = Data("ResourceAllocationInfo", reservation=64)
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(memoryAllocation=again))
        assert 'sched.mem.minsize = "64"' in vmx_of(inside, "archive").lower()

    def test_extra_settings(self, esx: Inside) -> None:
        options = [Data("OptionValue", key="guestinfo.a", value="1"), Data("OptionValue", key="RemoteDisplay.vnc.port",
                                                                           value=5900)]  # fmt: skip
        done(esx, "ReconfigVM_Task", esx.machine("Fedora11"), spec=spec(extraConfig=options))
        machine = esx.endpoint.site.find_machine("Fedora11")
        assert machine.config.extra["RemoteDisplay.vnc.port"] == "5900"
        assert vmx_of(esx, "Fedora11").startswith("#!/usr/bin/vmware\n")
        gone = [Data("OptionValue", key="GUESTINFO.A", value="")]
        done(esx, "ReconfigVM_Task", esx.machine("Fedora11"), spec=spec(extraConfig=gone))
        assert "guestinfo.a" not in vmx_of(esx, "Fedora11")

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"memoryMB": 1026}, "InvalidArgument"),
            ({"memoryMB": 0}, "InvalidArgument"),
            ({"numCPUs": 0}, "InvalidArgument"),
            ({"numCPUs": 4096}, "InvalidArgument"),
            ({"numCPUs": 3, "numCoresPerSocket": 2}, "InvalidArgument"),
            ({"name": "web"}, "DuplicateName"),
            ({"name": " "}, "InvalidName"),
            ({"uuid": "nonsense"}, "InvalidArgument"),
            ({"version": "vmx-99"}, "VirtualHardwareVersionNotSupported"),
            ({"firmware": "coreboot"}, "InvalidArgument"),
            ({"changeVersion": "earlier"}, "ConcurrentAccess"),
            ({"extraConfig": [Data("OptionValue", key='a"b', value="1")]}, "InvalidArgument"),
            ({"memoryAllocation": Data("ResourceAllocationInfo", reservation=1 << 20)}, "InvalidArgument"),
            ({"cpuAllocation": Data("ResourceAllocationInfo", reservation=100, limit=50)}, "InvalidArgument"),
        ],
    )
    def test_what_cannot_be_changes_nothing(self, esx: Inside, change: dict[str, Any], fault: str) -> None:
        before = vmx_of(esx, "archive")
        more = spec(annotation="never", **change)
        assert failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=more).type_name == fault
        assert vmx_of(esx, "archive") == before
        assert esx.endpoint.site.find_machine("archive").busy is None

    def test_a_running_machine(self, esx: Inside) -> None:
        web = esx.machine("web")
        assert failed(esx, "ReconfigVM_Task", web, spec=spec(memoryMB=4096)).type_name == "MemoryHotPlugNotSupported"
        assert failed(esx, "ReconfigVM_Task", web, spec=spec(numCPUs=4)).type_name == "CpuHotPlugNotSupported"
        assert failed(esx, "ReconfigVM_Task", web, spec=spec(guestId="otherGuest")).type_name == "InvalidPowerState"
        done(esx, "ReconfigVM_Task", web, spec=spec(annotation="while it runs"))

    def test_hot_add(self, esx: Inside) -> None:
        machine = esx.machine("archive")
        done(esx, "ReconfigVM_Task", machine, spec=spec(memoryHotAddEnabled=True, cpuHotAddEnabled=True))
        done(esx, "PowerOnVM_Task", machine)
        done(esx, "ReconfigVM_Task", machine, spec=spec(memoryMB=1024, numCPUs=2))
        assert failed(esx, "ReconfigVM_Task", machine, spec=spec(numCPUs=1)).type_name == "CpuHotPlugNotSupported"

    def test_another_uuid_is_found(self, esx: Inside) -> None:
        uuid = "564d0011-2233-4455-6677-8899aabbccdd"
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(uuid=uuid))
        index = esx.endpoint.managers["searchIndex"]
        assert esx.call("FindByUuid", index, uuid=uuid, vmSearch=True) == esx.machine("archive").ref

    def test_a_file_that_somebody_wrote_counts(self, esx: Inside) -> None:
        text = vmx_of(esx, "archive").replace('memSize = "512"', 'memSize = "768"')
        put(esx, "archive/archive.vmx", text)
        esx.call("Reload", esx.machine("archive"))
        assert esx.endpoint.site.find_machine("archive").config.memory_mb == 768
        put(esx, "archive/archive.vmx", "nonsense")
        assert refused(lambda: esx.call("Reload", esx.machine("archive"))).type_name == "InvalidVmConfig"
        assert failed(esx, "PowerOnVM_Task", esx.machine("archive")).type_name == "InvalidVmConfig"
        assert failed(esx, "PowerOnVM_Task", esx.machine("broken")).type_name == "InvalidVmConfig"


class TestDevices:
    def test_a_disk_that_is_made_extended_and_deleted(self, inside: Inside) -> None:
        machine = inside.endpoint.site.find_machine("archive")
        this = inside.machine("archive")
        new = device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, unitNumber=5, capacityInKB=4096))
        done(inside, "ReconfigVM_Task", this, spec=spec(deviceChange=[new]))
        added = machine.config.disks[-1]
        assert (added.controller, added.unit, added.capacity_kib) == (0, 5, 4096)
        path = machine.disk_path(added).partition("] ")[2]
        assert machine.datastore.find(path) is not None
        bigger = device("edit", "VirtualDisk", **disk(machine.disk_path(added), key=2005, capacityInKB=8192))
        done(inside, "ReconfigVM_Task", this, spec=spec(deviceChange=[bigger]))
        assert machine.config.disks[-1].capacity_kib == 8192
        gone = device("remove", "VirtualDisk", "destroy", **disk("", key=2005, capacityInKB=0))
        done(inside, "ReconfigVM_Task", this, spec=spec(deviceChange=[gone]))
        assert machine.datastore.find(path) is None
        assert all(item.unit != 5 for item in machine.config.disks)

    def test_a_controller_and_a_disk_on_it(self, esx: Inside) -> None:
        changes = [
            device("add", "ParaVirtualSCSIController", key=-7, busNumber=1, sharedBus="noSharing"),
            device("add", "VirtualDisk", "create", **disk("[local-storage] archive/x.vmdk", controllerKey=-7,
                                                          capacityInKB=1024)),
        ]  # fmt: skip
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(deviceChange=changes))
        config = esx.endpoint.site.find_machine("archive").config
        assert config.scsi[1] == "pvscsi"
        assert (config.disks[-1].controller, config.disks[-1].unit, config.disks[-1].file) == (1, 0, "x.vmdk")
        with_disk = device("remove", "ParaVirtualSCSIController", key=1001, busNumber=1, sharedBus="noSharing")
        fault = failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(deviceChange=[with_disk]))
        assert fault.type_name == "InvalidDeviceSpec"

    def test_a_card(self, inside: Inside) -> None:
        backing = Data("VirtualEthernetCardNetworkBackingInfo", deviceName="VM Network")
        new = device("add", "VirtualE1000", backing=backing, addressType="manual", macAddress="00:50:56:AA:00:01")
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(deviceChange=[new]))
        nic = inside.endpoint.site.find_machine("archive").config.nics[-1]
        assert (nic.index, nic.model, nic.mac, nic.address_type) == (1, "e1000", "00:50:56:aa:00:01", "manual")
        gone = device("remove", "VirtualE1000", key=4001)
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(deviceChange=[gone]))
        assert "ethernet1" not in vmx_of(inside, "archive")

    def test_drives_and_ports(self, esx: Inside) -> None:
        iso = Data("VirtualCdromIsoBackingInfo", fileName="[local-storage] iso/install.iso")
        connect = Data("VirtualDeviceConnectInfo", startConnected=True, allowGuestControl=True, connected=False)
        changes = [
            device("edit", "VirtualCdrom", key=3002, backing=iso, connectable=connect, controllerKey=201, unitNumber=0),
            device("add", "VirtualFloppy", backing=Data("VirtualFloppyRemoteDeviceBackingInfo", deviceName="")),
            device("add", "VirtualSerialPort", yieldOnPoll=True,
                   backing=Data("VirtualSerialPortPipeBackingInfo", pipeName="p", endpoint="server")),
            device("add", "VirtualParallelPort", backing=Data("VirtualParallelPortFileBackingInfo",
                                                              fileName="[local-storage] archive/out")),
            device("add", "VirtualHdAudioCard"),
            device("add", "VirtualUSBController", busNumber=0, ehciEnabled=True),
            device("add", "VirtualAHCIController", key=-9, busNumber=0),
            device("edit", "VirtualMachineVideoCard", key=500, videoRamSizeInKB=8192),
        ]  # fmt: skip
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(deviceChange=changes))
        shown = {item.key: item for item in esx.machine("archive").getters["config.hardware.device"](
            esx.machine("archive"))}  # fmt: skip
        assert shown[3002].backing.fileName == "[local-storage] iso/install.iso"
        assert shown[8000].type_name == "VirtualFloppy"
        assert shown[9000].backing.pipeName == "p"
        assert shown[10000].backing.fileName == "[local-storage] archive/out"
        assert shown[5000].type_name == "VirtualHdAudioCard"
        assert shown[7000].ehciEnabled is True
        assert shown[15000].type_name == "VirtualAHCIController"
        assert shown[500].videoRamSizeInKB == 8192

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (device("add", "VirtualDisk", **disk("[local-storage] archive/none.vmdk", controllerKey=1000)),
             "FileNotFound"),
            (device("add", "VirtualDisk", "create", **disk("[local-storage] archive/archive.vmdk", controllerKey=1000,
                                                           capacityInKB=10)), "FileAlreadyExists"),
            (device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, unitNumber=7, capacityInKB=10)),
             "InvalidDeviceSpec"),
            (device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, unitNumber=0, capacityInKB=10)),
             "InvalidDeviceSpec"),
            (device("add", "VirtualDisk", "create", **disk("", controllerKey=999, capacityInKB=10)),
             "InvalidController"),
            (device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, capacityInKB=0)),
             "InvalidDeviceSpec"),
            (device("add", "VirtualDisk", "create", **disk("", thin=False, controllerKey=1000, capacityInKB=1 << 33)),
             "NoDiskSpace"),
            (device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, capacityInKB=1 << 40)),
             "InvalidDeviceSpec"),
            (device("remove", "VirtualDisk", **disk("", key=2014)), "DeviceNotFound"),
            (device("edit", "VirtualDisk", **disk("", key=2000, capacityInKB=1)), "InvalidDeviceSpec"),
            (device("add", "VirtualE1000", backing=Data("VirtualEthernetCardNetworkBackingInfo", deviceName="none")),
             "InvalidDeviceSpec"),
            (device("add", "VirtualE1000", macAddress="01:00:00:00:00:00", addressType="manual",
                    backing=Data("VirtualEthernetCardNetworkBackingInfo", deviceName="VM Network")),
             "InvalidDeviceSpec"),
            (device("add", "VirtualTPM"), "InvalidDeviceSpec"),
        ],
    )  # fmt: skip
    def test_what_cannot_be(self, esx: Inside, change: Data, fault: str) -> None:
        machine = esx.endpoint.site.find_machine("archive")
        before, names = vmx_of(esx, "archive"), list(machine.datastore.names("archive"))
        good = device("add", "VirtualDisk", "create", **disk("[local-storage] archive/good.vmdk", controllerKey=1000,
                                                             capacityInKB=1024))  # fmt: skip
        change_both = spec(deviceChange=[good, change])
        assert failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=change_both).type_name == fault
        assert vmx_of(esx, "archive") == before
        assert list(machine.datastore.names("archive")) == names

    def test_only_some_devices_come_while_it_runs(self, esx: Inside) -> None:
        card = device("add", "VirtualE1000", backing=Data("VirtualEthernetCardNetworkBackingInfo",
                                                          deviceName="VM Network"))  # fmt: skip
        done(esx, "ReconfigVM_Task", esx.machine("web"), spec=spec(deviceChange=[card]))
        floppy = device("add", "VirtualFloppy", backing=Data("VirtualFloppyDeviceBackingInfo", deviceName="/dev/fd0"))
        fault = failed(esx, "ReconfigVM_Task", esx.machine("web"), spec=spec(deviceChange=[floppy]))
        assert fault.type_name == "InvalidPowerState"

    def test_there_is_room_for_ten_cards(self, esx: Inside) -> None:
        backing = Data("VirtualEthernetCardNetworkBackingInfo", deviceName="VM Network")
        cards = [device("add", "VirtualE1000", backing=backing) for _ in range(9)]
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(deviceChange=cards))
        config = esx.endpoint.site.find_machine("archive").config
        assert len({nic.mac for nic in config.nics}) == 10
        fault = failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(deviceChange=cards[:1]))
        assert fault.type_name == "TooManyDevices"


class TestMaking:
    def make(self, inside: Inside, **fields: Any) -> Data:
        files = Data("VirtualMachineFileInfo", vmPathName=fields.pop("path", "[local-storage]"))
        config = spec(**{"name": "fresh", "guestId": "otherGuest64", "memoryMB": 256, "numCPUs": 1, **fields},
                      files=files)  # fmt: skip
        return ended(inside, "CreateVM_Task", inside.vm_folder, config=config, pool=pool_of(inside))

    def test_with_a_disk(self, inside: Inside) -> None:
        changes = [
            device("add", "VirtualLsiLogicController", key=-1, busNumber=0, sharedBus="noSharing"),
            device("add", "VirtualDisk", "create", **disk("", key=-2, controllerKey=-1, capacityInKB=2048)),
        ]
        info = self.make(inside, deviceChange=changes)
        assert info.state == "success", info.error
        machine = inside.endpoint.site.find_machine("fresh")
        assert info.result == inside.endpoint.ids.of(machine)
        names = {name for name, _ in machine.datastore.names("fresh")}
        assert names >= {"fresh.vmx", "fresh.vmdk", "fresh-flat.vmdk", "fresh.nvram"}
        assert machine.config.uuid
        done(inside, "PowerOnVM_Task", inside.machine("fresh"))

    def test_beside_another_of_that_name(self, esx: Inside) -> None:
        esx.endpoint.site.datastores[0].make_directory("fresh")
        self.make(esx)
        assert esx.endpoint.site.find_machine("fresh").vmx_path == "[local-storage] fresh_1/fresh.vmx"

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"name": "web"}, "DuplicateName"),
            ({"path": "[nowhere]"}, "InvalidDatastorePath"),
            ({"path": "[local-storage] archive/archive.vmx"}, "FileAlreadyExists"),
            ({"memoryMB": 3}, "InvalidArgument"),
            ({"deviceChange": [device("add", "VirtualDisk", "create", **disk("", controllerKey=5))]},
             "InvalidController"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_leaves_nothing(self, esx: Inside, fields: dict[str, Any], fault: str) -> None:
        store = esx.endpoint.site.datastores[0]
        before, names = set(esx.endpoint.site.machines), list(store.names())
        assert self.make(esx, **fields).error.fault.type_name == fault
        assert set(esx.endpoint.site.machines) == before
        assert list(store.names()) == names

    def test_deleting(self, inside: Inside) -> None:
        store = inside.endpoint.site.datastores[0]
        done(inside, "Destroy_Task", inside.machine("archive"))
        assert not store.is_directory("archive")
        assert failed(inside, "Destroy_Task", inside.machine("web")).type_name == "InvalidPowerState"

    def test_deleting_keeps_what_others_use(self, esx: Inside) -> None:
        put(esx, "archive/guest.vmx", VMX)
        register(esx)
        done(esx, "Destroy_Task", esx.machine("archive"))
        store = esx.endpoint.site.datastores[0]
        assert {name for name, _ in store.names("archive")} == {"archive.vmdk", "archive-flat.vmdk", "guest.vmx"}

    def test_renaming(self, inside: Inside) -> None:
        done(inside, "Rename_Task", inside.machine("archive"), newName="50%25 %2f off")
        assert inside.endpoint.site.find_machine("50% / off").vmx_path.endswith("archive/archive.vmx")
        assert failed(inside, "Rename_Task", inside.machine("web"), newName="").type_name == "InvalidName"

    @pytest.mark.parametrize("name", ["50%2525", "x%252fy", "%255c", "a%2fb", "50%25 off", "plain"])
    def test_a_name_is_shown_as_it_was_given(self, inside: Inside, name: str) -> None:
        machine = inside.machine("archive")
        done(inside, "Rename_Task", machine, newName=name)
        assert f">{name}<" in inside.read(machine, "name")
        again = failed(inside, "Rename_Task", inside.machine("Fedora11"), newName=name)
        assert again.type_name == "DuplicateName"


def test_every_trouble_can_be_caused(esx: Inside) -> None:
    machine = esx.endpoint.site.find_machine("archive")
    for trouble in TROUBLES:
        cause(machine, trouble)
    with pytest.raises(ValueError, match="no such trouble as plague"):
        cause(machine, "plague")
