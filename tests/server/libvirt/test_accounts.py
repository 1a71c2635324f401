"""Restricted accounts: each operation works, or the error names the privilege and the object that it is missing on."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.constants.errors import VIR_ERR_ACCESS_DENIED
from esxvirt.sim import Simulator
from esxvirt.sim.wire.values import Ref
from tests.client import open_connection

NEW = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[local-storage] archive/archive.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""
SNAPSHOT = "<domainsnapshot><name>before</name></domainsnapshot>"
BROWSE, FILES = "Datastore.Browse", "Datastore.FileManagement"


# What is tried, on what, and the privilege that the account of each role lacks for it; "" is none.
ACCOUNTS = ("readonly", "starter", "vmuser", "vmadmin")
OPERATIONS: dict[str, tuple[Callable[[Any], Any], str, tuple[str, str, str, str]]] = {
    "list": (lambda c: c.listAllDomains(), "", ("", "", "", "")),
    "domstats": (lambda c: c.getAllDomainStats(), "", ("", "", "", "")),
    "nodeinfo": (lambda c: c.getInfo(), "", ("", "", "", "")),
    "capabilities": (lambda c: c.getCapabilities(), "", ("", "", "", "")),
    "hosts": (libvirt_esx.hosts, "", ("", "", "", "")),
    "tree": (lambda c: libvirt_esx.inventory(c, True), "", ("", "", "", "")),
    "dominfo": (lambda c: c.lookupByName("web").info(), "", ("", "", "", "")),
    "autostart?": (lambda c: c.lookupByName("web").autostart(), "", ("", "", "", "")),
    "dumpxml": (
        lambda c: c.lookupByName("archive").XMLDesc(),
        "datastore 'local-storage'",
        (BROWSE, BROWSE, BROWSE, ""),
    ),
    "start": (
        lambda c: c.lookupByName("vm-0002").create(),
        "virtual machine 'vm-0002'",
        ("VirtualMachine.Interact.PowerOn", "", "", ""),
    ),
    "destroy": (
        lambda c: c.lookupByName("web").destroy(),
        "virtual machine 'web'",
        ("VirtualMachine.Interact.PowerOff", "VirtualMachine.Interact.PowerOff", "", ""),
    ),
    "suspend": (
        lambda c: c.lookupByName("vm-0003").suspend(),
        "virtual machine 'vm-0003'",
        ("VirtualMachine.Interact.Suspend", "VirtualMachine.Interact.Suspend", "", ""),
    ),
    "reset": (
        lambda c: c.lookupByName("vm-0001").reset(),
        "virtual machine 'vm-0001'",
        ("VirtualMachine.Interact.Reset", "VirtualMachine.Interact.Reset", "", ""),
    ),
    "setmem": (
        lambda c: c.lookupByName("archive").setMemoryFlags(524288, libvirt.VIR_DOMAIN_AFFECT_CONFIG),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.Resource",) * 3 + ("",),
    ),
    "setvcpus": (
        lambda c: c.lookupByName("archive").setVcpus(2),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.CPUCount",) * 3 + ("",),
    ),
    "schedinfo": (
        lambda c: c.lookupByName("archive").setSchedulerParameters({"shares": 7}),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.Resource",) * 3 + ("",),
    ),
    "autostart": (
        lambda c: c.lookupByName("archive").setAutostart(1),
        "host 'esx1.example.com'",
        ("Host.Config.AutoStart",) * 4,
    ),
    "define": (lambda c: c.defineXML(NEW), "datastore 'local-storage'", (BROWSE, BROWSE, BROWSE, "")),
    "undefine": (
        lambda c: c.lookupByName("Fedora11").undefine(),
        "virtual machine 'Fedora11'",
        ("VirtualMachine.Inventory.Unregister",) * 3 + ("",),
    ),
    "rename": (
        lambda c: c.lookupByName("vm-0005").rename("other"),
        "virtual machine 'vm-0005'",
        ("VirtualMachine.Config.Rename",) * 3 + ("",),
    ),
    "snapshot": (
        lambda c: c.lookupByName("archive").snapshotCreateXML(SNAPSHOT),
        "virtual machine 'archive'",
        ("VirtualMachine.State.CreateSnapshot",) * 3 + ("",),
    ),
}


@pytest.fixture(scope="module", params=["esx-7.0", "vcenter-2.5", "all hosts"])
def simulator(request: pytest.FixtureRequest) -> Iterator[tuple[Simulator, str]]:
    profile = "vcenter-7.0" if request.param == "all hosts" else request.param
    with Simulator(profile, transport="http", vms=5) as running:
        access = running.endpoints[0].access
        role = access.add_role("Starter", {"System.Read", "VirtualMachine.Interact.PowerOn"})
        access.add_account("starter", role)
        uri = running.vcenter_uri if request.param == "all hosts" else running.uri
        yield running, re.sub("//[^@/]*@", "//", uri or "")


# In which state machines must be, whatever was done to them before.
STATES = {
    "start": ("vm-0002", "poweredOff"),
    "destroy": ("web", "poweredOn"),
    "suspend": ("vm-0003", "poweredOn"),
    "reset": ("vm-0001", "poweredOn"),
}


def prepare(server: Simulator, operation: str) -> None:
    """Put the operation's machine into the state that it needs."""
    name, power = STATES.get(operation, ("", ""))
    if name:
        with server.site.lock:
            server.site.find_machine(name).power = power


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_works_or_names_what_is_missing(simulator: tuple[Simulator, str], account: str, operation: str) -> None:
    server, uri = simulator
    act, what, lacking = OPERATIONS[operation]
    privilege = lacking[ACCOUNTS.index(account)]
    prepare(server, operation)
    with open_connection(uri, account, server.password) as connection:
        if not privilege:
            act(connection)
        else:
            with pytest.raises(libvirt.libvirtError) as caught:
                act(connection)
            assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED
            assert f"the account lacks the privilege '{privilege}' on " in str(caught.value)
            assert what in str(caught.value)
    assert server.sessions == []


def test_files_that_may_be_read_and_not_written(simulator: tuple[Simulator, str]) -> None:
    server, uri = simulator
    with open_connection(uri, "operator", server.password) as connection:
        with pytest.raises(
            libvirt.libvirtError, match=f"lacks the privilege '{FILES}' on the datastore 'local-storage'"
        ):
            connection.defineXML(NEW.replace("new", "another"))
        assert not any(found.name() == "another" for found in connection.listAllDomains())


def test_an_account_that_sees_nothing(simulator: tuple[Simulator, str]) -> None:
    server, uri = simulator
    if not server.profile.is_vcenter:
        with open_connection(uri, "noaccess", server.password) as connection:
            for ask in (connection.listAllDomains, connection.getInfo, connection.listAllStoragePools):
                with pytest.raises(libvirt.libvirtError, match="may the account see the host"):
                    ask()
    elif not uri.partition("//")[2].partition("/")[2].startswith("dc1"):
        with open_connection(uri, "noaccess", server.password) as connection:
            assert connection.listAllDomains() == []
            assert libvirt_esx.hosts(connection) == []
            with pytest.raises(libvirt.libvirtError, match="Domain not found"):
                connection.lookupByName("web")
            with pytest.raises(libvirt.libvirtError, match="may the account see the host"):
                connection.getInfo()
    else:
        with pytest.raises(libvirt.libvirtError, match="nothing that the account may see"):
            open_connection(uri, "noaccess", server.password)
    assert server.sessions == []


class TestSomeEntities:
    """An account without any role but on some entities: it may not even see the datacenters that these are in."""

    @pytest.fixture(params=["vcenter-4.0", "vcenter-7.0"])
    def server(self, request: pytest.FixtureRequest) -> Iterator[Simulator]:
        tree = ("dc1/esx1", "dc1/prod+/esx2", "dc1/prod+/esx3", "dc2/esx4")
        with Simulator(request.param, transport="http", vms=8, tree=tree) as running:
            running.endpoints[0].access.add_account("ann", "NoAccess")
            yield running

    @staticmethod
    def give(server: Simulator, role: str, **entity: str) -> None:
        """Give Ann a role on the entity of a kind with a name, and on what is below."""
        ((kind, name),) = entity.items()
        endpoint = server.endpoints[0]
        with open_connection(server.vcenter_uri or "", server.username, server.password) as connection:
            content = libvirt_esx.vim(connection).content
            view = content.viewManager.CreateContainerView(content.rootFolder, None, True)
            found = next(item for item in view.view if item._wsdlName == kind and item.name == name)
        access = endpoint.access
        access.accounts["ann"].given[Ref(kind, found._moId)] = (access.role_named(role), True)

    @staticmethod
    def connect(server: Simulator, path: str = "") -> Any:
        return open_connection(f"vpx://{server.host}:{server.port}/{path}?transport=http", "ann", server.password)

    @pytest.mark.parametrize("path", ["", "dc1/prod", "prod"])
    def test_a_cluster(self, server: Simulator, path: str) -> None:
        self.give(server, "ReadOnly", ClusterComputeResource="prod")
        with self.connect(server, path) as connection:
            assert [host["path"] for host in libvirt_esx.hosts(connection)] == ["prod/esx2", "prod/esx3"]
            assert connection.getInfo()[2] == 16
            assert libvirt_esx.hosts(connection)[0]["datacenter"] == ""
            assert libvirt_esx.inventory(connection)[2][0][:2] == ("prod", "cluster") if not path else True

    @pytest.mark.parametrize("path", ["dc1/prod/esx3", "esx3"])
    def test_a_host(self, server: Simulator, path: str) -> None:
        self.give(server, "Admin", HostSystem="esx3")
        self.give(server, "ReadOnly", VirtualMachine="vm-0003")
        with self.connect(server, path) as connection:
            assert connection.getHostname() == "esx3"
            domain = connection.lookupByName("vm-0003")
            assert domain.info()[3] > 0
            with pytest.raises(libvirt.libvirtError, match=r"lacks the privilege 'System.View' on it") as caught:
                domain.XMLDesc()
            assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED

    def test_a_datacenter(self, server: Simulator) -> None:
        self.give(server, "VirtualMachineAdministrator", Datacenter="dc2")
        with self.connect(server) as connection:
            assert [host["path"] for host in libvirt_esx.hosts(connection)] == ["dc2/esx4"]
            names = {found.name() for found in connection.listAllDomains()}
            assert names == {"vm-0004", "vm-0008"}
            assert "<name>vm-0004</name>" in connection.lookupByName("vm-0004").XMLDesc()

    def test_a_machine(self, server: Simulator) -> None:
        self.give(server, "VirtualMachineUser", VirtualMachine="vm-0002")
        with self.connect(server) as connection:
            (found,) = connection.listAllDomains()
            assert found.name() == "vm-0002"
            assert libvirt_esx.hosts(connection) == []
            found.create()
            assert connection.lookupByName("vm-0002").isActive()
            found.destroy()
            with pytest.raises(libvirt.libvirtError, match="on a host that is not in the inventory of"):
                found.XMLDesc()
            with pytest.raises(libvirt.libvirtError, match=r"lacks the privilege 'VirtualMachine.Config.Rename'"):
                found.rename("other")
        assert server.sessions == []

    def test_a_folder_of_machines(self, server: Simulator) -> None:
        self.give(server, "ReadOnly", Folder="vm")
        with self.connect(server) as connection:
            assert len(connection.listAllDomains()) > 5
            assert libvirt_esx.hosts(connection) == []

    def test_an_expired_session(self, server: Simulator) -> None:
        """The view ends with its session; another is made."""
        self.give(server, "VirtualMachineUser", VirtualMachine="vm-0002")
        with self.connect(server) as connection:
            server.expire_sessions()
            assert [found.name() for found in connection.listAllDomains()] == ["vm-0002"]


def test_contents_of_volumes_that_may_not_be_moved(simulator: tuple[Simulator, str]) -> None:
    server, uri = simulator
    access = server.endpoints[0].access
    lacks = "lacks the privilege '{}' on the datastore 'local-storage'"
    with open_connection(uri, "operator", server.password) as connection:
        volume = connection.storageVolLookupByPath("[local-storage] iso/install.iso")
        stream = connection.newStream(0)
        volume.upload(stream, 0, 5, 0)
        stream.send(b"12345")
        with pytest.raises(libvirt.libvirtError, match=lacks.format(FILES)) as caught:
            stream.finish()
        assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED
        role, access.accounts["operator"].role = access.accounts["operator"].role, access.accounts["readonly"].role
        try:
            with pytest.raises(libvirt.libvirtError, match=lacks.format(BROWSE)) as caught:
                volume.download(connection.newStream(0), 0, 0, 0)
            assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED
        finally:
            access.accounts["operator"].role = role
    assert server.sessions == []
