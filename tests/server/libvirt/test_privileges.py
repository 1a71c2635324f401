"""What each operation takes: with all but one of its privileges the error names that one, and with all it works.

The privileges are those that the vSphere API documents for the methods: in the order in which servers look at them.
"""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest

from esxvirt import libvirt
from esxvirt.constants.errors import VIR_ERR_ACCESS_DENIED
from esxvirt.sim import Simulator
from tests.client import open_connection

VOLUME = "<volume><name>{0}</name><capacity>65536</capacity><target><format type='vmdk'/></target></volume>"
NETWORK = "<network><name>{0}</name><portgroup name='{0}-group'/></network>"
DISK = (
    "<disk type='file' device='disk'><source file='[local-storage] spare/{0}.vmdk'/>"
    "<target dev='sdf' bus='scsi'/></disk>"
)
CARD = "<interface type='bridge'><mac address='00:50:56:00:00:01'/><source bridge='VM Network'/></interface>"
IMAGE = (
    "<disk type='file' device='cdrom'><source file='[local-storage] Fedora11/{0}.iso'/>"
    "<target dev='hda' bus='ide'/></disk>"
)
CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG

STORE, MACHINE, NET = "datastore 'local-storage'", "virtual machine 'vm-0003'", "network 'VM Network'"
HOST, POOL = "host 'esx1.example.com'", "resource pool 'Resources'"
BROWSE, FILES = ("Datastore.Browse", STORE), ("Datastore.FileManagement", STORE)
NETWORKING = ("Host.Config.Network", HOST)


class Operation(NamedTuple):
    """How it is prepared by an administrator and done, with a name of its own, and what it takes, where."""

    do: Callable[[Any, str], Any]
    takes: tuple[tuple[str, str], ...] = ()
    prepare: Callable[[Any, str], Any] = lambda *_: None


def pool(connection: Any) -> Any:
    return connection.storagePoolLookupByName("local-storage")


def machine(connection: Any) -> Any:
    return connection.lookupByName("vm-0003")


def volume(connection: Any, name: str) -> Any:
    return pool(connection).storageVolLookupByName(f"spare/{name}.vmdk")


def make(connection: Any, name: str) -> Any:
    return pool(connection).createXML(VOLUME.format(f"spare/{name}.vmdk"))


def attach(connection: Any, name: str) -> None:
    make(connection, name)
    machine(connection).attachDeviceFlags(DISK.format(name), CONFIG)


def detach(connection: Any, name: str) -> None:
    machine(connection).detachDeviceFlags(DISK.format(name), CONFIG)


def upload(connection: Any, name: str) -> None:
    stream = connection.newStream()
    volume(connection, name).upload(stream, 0, 3, 0)
    stream.send(b"abc")
    stream.finish()


def download(connection: Any, name: str) -> None:
    stream = connection.newStream()
    volume(connection, name).download(stream, 0, 0, 0)
    assert stream.recv(3)
    stream.finish()


def picture(connection: Any, _: str) -> None:
    stream = connection.newStream()
    connection.lookupByName("web").screenshot(stream, 0)
    assert stream.recv(4) == b"\x89PNG"
    stream.finish()


def without_card(connection: Any) -> None:
    domain = machine(connection)
    if "00:50:56:00:00:01" in domain.XMLDesc():
        domain.detachDeviceFlags(CARD, CONFIG)


def with_card(connection: Any) -> None:
    without_card(connection)
    machine(connection).attachDeviceFlags(CARD, CONFIG)


def without_disk(connection: Any) -> None:
    xml = machine(connection).XMLDesc()
    for name in re.findall(r"\[local-storage\] spare/(\w+)\.vmdk", xml):
        detach(connection, name)


def spare_disk(connection: Any, name: str) -> None:
    without_disk(connection)
    make(connection, name)


def attach_alone(connection: Any, name: str) -> None:
    without_disk(connection)
    attach(connection, name)


EVERYWHERE = {
    "vol-list": Operation(lambda c, _: pool(c).listAllVolumes(), (BROWSE,)),
    "vol-create": Operation(make, (BROWSE, FILES)),
    "vol-clone": Operation(
        lambda c, n: pool(c).createXMLFrom(VOLUME.format(f"copies/{n}.vmdk"), volume(c, n)), (BROWSE, FILES), make
    ),
    "vol-delete": Operation(lambda c, n: volume(c, n).delete(), (BROWSE, FILES), make),
    "vol-wipe": Operation(lambda c, n: volume(c, n).wipe(), (BROWSE, FILES), make),
    "vol-resize": Operation(lambda c, n: volume(c, n).resize(1 << 20), (BROWSE, FILES), make),
    "vol-upload": Operation(upload, (BROWSE, FILES), make),
    "vol-download": Operation(download, (BROWSE,), make),
    "net-list": Operation(lambda c, _: c.listAllNetworks()),
    "net-define": Operation(lambda c, n: c.networkDefineXML(NETWORK.format(n)), (NETWORKING,)),
    "net-undefine": Operation(
        lambda c, n: c.networkLookupByName(n).undefine(),
        (NETWORKING,),
        lambda c, n: c.networkDefineXML(NETWORK.format(n)),
    ),
    "attach-disk": Operation(
        lambda c, n: machine(c).attachDeviceFlags(DISK.format(n), CONFIG),
        (("VirtualMachine.Config.AddExistingDisk", MACHINE),),
        spare_disk,
    ),
    "detach-disk": Operation(
        detach, (("VirtualMachine.Config.RemoveDisk", MACHINE),), attach_alone
    ),
    "attach-interface": Operation(
        lambda c, _: machine(c).attachDeviceFlags(CARD, CONFIG),
        (("VirtualMachine.Config.AddRemoveDevice", MACHINE), ("Network.Assign", NET)),
        lambda c, _: without_card(c),
    ),
    "detach-interface": Operation(
        lambda c, _: machine(c).detachDeviceFlags(CARD, CONFIG),
        (("VirtualMachine.Config.AddRemoveDevice", MACHINE),),
        lambda c, _: with_card(c),
    ),
    "domif-setlink": Operation(
        lambda c, _: machine(c).updateDeviceFlags(CARD.replace("</i", "<link state='down'/></i"), CONFIG),
        (("VirtualMachine.Config.EditDevice", MACHINE), ("Network.Assign", NET)),
        lambda c, _: with_card(c),
    ),
    "change-media": Operation(
        lambda c, n: c.lookupByName("Fedora11").updateDeviceFlags(IMAGE.format(n), CONFIG),
        (("VirtualMachine.Interact.SetCDMedia", "virtual machine 'Fedora11'"),),
    ),
    "screenshot": Operation(picture, (("VirtualMachine.Interact.ConsoleInteract", "virtual machine 'web'"),)),
    "guestinfo": Operation(lambda c, _: c.lookupByName("web").guestInfo()),
    "domifaddr": Operation(
        lambda c, _: c.lookupByName("web").interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT)
    ),
    "domhostname": Operation(lambda c, _: c.lookupByName("web").hostname()),
    "desc": Operation(
        lambda c, n: machine(c).setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, n, None, None, CONFIG),
        (("VirtualMachine.Config.Settings", MACHINE),),
    ),
    "metadata": Operation(
        lambda c, n: machine(c).setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, f"<{n}/>", "k", "urn:k", CONFIG),
        (("VirtualMachine.Config.AdvancedConfig", MACHINE),),
    ),
    "setmaxmem": Operation(
        lambda c, _: machine(c).setMaxMemory(1048576), (("VirtualMachine.Config.Memory", MACHINE),)
    ),
    "memtune": Operation(
        lambda c, _: machine(c).setMemoryParameters({"min_guarantee": 1024}, CONFIG),
        (("VirtualMachine.Config.Resource", MACHINE),),
    ),
}  # fmt: skip

SHARED = "datastore 'shared-nfs'"
TO_POOL = ("Resource.AssignVMToPool", POOL)
COLD = ("Resource.ColdMigrate", "virtual machine 'vm-0005'")
HOT = ("Resource.HotMigrate", "virtual machine 'vm-0001'")
LIVE = libvirt.VIR_MIGRATE_LIVE


def migrate(connection: Any, name: str, flags: int = 0, **parameters: Any) -> None:
    """Move a machine from the first host to the second."""
    place = connection.getURI().replace("esx1.", "esx2.")
    with open_connection(place, connection.account, connection.password) as there:
        connection.lookupByName(name).migrate3(there, parameters, flags)


def bring_back(connection: Any, name: str) -> None:
    """Put a machine where it was, whatever was done to it."""
    place = connection.getURI().replace("esx1.", "esx2.")
    with open_connection(place, connection.account, connection.password) as there:
        if name in {found.name() for found in there.listAllDomains()}:
            there.lookupByName(name).migrate3(connection, {}, LIVE if there.lookupByName(name).isActive() else 0)


ON_VCENTERS = {
    "migrate": Operation(lambda c, _: migrate(c, "vm-0005"), (TO_POOL, COLD), lambda c, _: bring_back(c, "vm-0005")),
    "migrate --live": Operation(
        lambda c, _: migrate(c, "vm-0001", LIVE), (TO_POOL, HOT), lambda c, _: bring_back(c, "vm-0001")
    ),
    "migrate --storage": Operation(
        lambda c, _: migrate(c, "vm-0005", storage="shared-nfs"),
        (COLD, TO_POOL, ("Datastore.AllocateSpace", SHARED)),
        lambda c, _: bring_back(c, "vm-0005"),
    ),
}
OPERATIONS = {**EVERYWHERE, **ON_VCENTERS}
_numbers = count(1)


class Server(NamedTuple):
    """A simulator, and the URI of its first host without an account."""

    simulator: Simulator
    uri: str

    def open(self, account: str) -> Any:
        """A connection with an account."""
        connection: Any = open_connection(self.uri, account, self.simulator.password)
        connection.account, connection.password = account, self.simulator.password
        return connection

    def prepare(self, operation: Operation, name: str) -> None:
        """Have an administrator do what comes before."""
        with self.open(self.simulator.username) as connection:
            operation.prepare(connection, name)


@pytest.fixture(scope="module", params=["esx-7.0", "vcenter-2.5", "vcenter-7.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    more: dict[str, Any] = {"hosts": 2, "shared": True} if request.param.startswith("vcenter") else {}
    with Simulator(request.param, transport="http", vms=5, **more) as running:
        with running.site.lock:
            for name in ("vm-0003", "vm-0005"):
                running.site.find_machine(name).power = "poweredOff"
        yield Server(running, re.sub("//[^@/]*@", "//", running.uri))


def expect(server: Server, account: str, operation: Operation, missing: tuple[str, str] | None) -> None:
    """Do it: it works, or its error says what is `missing`, where."""
    name = f"thing{next(_numbers)}"
    server.prepare(operation, name)
    with server.open(account) as connection:
        if missing is None:
            operation.do(connection, name)
            return
        with pytest.raises(libvirt.libvirtError) as caught:
            operation.do(connection, name)
    assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED
    privilege, where = missing
    assert f"the account lacks the privilege '{privilege}' on " in str(caught.value)
    assert where in str(caught.value)
    assert server.simulator.sessions == []


def skip_elsewhere(server: Server, name: str) -> None:
    """Only a vCenter migrates."""
    if name in ON_VCENTERS and not server.simulator.profile.is_vcenter:
        pytest.skip("only a vCenter migrates")


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_privilege_that_it_takes(server: Server, name: str) -> None:
    skip_elsewhere(server, name)
    operation = OPERATIONS[name]
    access = server.simulator.endpoints[0].access
    held = {"System.Read"}
    for missing in (*operation.takes, None):
        number = next(_numbers)
        access.add_account(f"own{number}", access.add_role(f"Own{number}", held))
        expect(server, f"own{number}", operation, missing)
        held.add(missing[0] if missing else "")


@pytest.mark.parametrize("role", ["ReadOnly", "VirtualMachineUser", "VirtualMachineAdministrator"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_usual_roles(server: Server, name: str, role: str) -> None:
    skip_elsewhere(server, name)
    access = server.simulator.endpoints[0].access
    operation, found = OPERATIONS[name], access.role_named(role)
    access.add_account(role, found)
    expect(server, role, operation, next((item for item in operation.takes if not found.may(item[0])), None))
