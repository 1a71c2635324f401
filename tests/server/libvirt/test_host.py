"""What programs ask of a host: on each product, with wrong arguments, on several hosts, by those who may see little."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from esxvirt import libvirt, libvirt_esx
from esxvirt.constants import errors as codes
from esxvirt.sim import Simulator
from esxvirt.sim.profiles import PROFILES
from tests.client import open_connection
from tests.tools import require

NO_GUESTS = ("esx-3.5", "gsx-2.0", "vcenter-2.5")
"""Whose API does not tell which devices guests can have."""
PCI = 18


def connect(simulator: Simulator, uri: str | None = None) -> libvirt.virConnect:
    return open_connection(uri or simulator.uri, simulator.username, simulator.password)


@pytest.fixture(scope="module", params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def on_each(simulator: Simulator) -> Iterator[Any]:
    with connect(simulator) as connection:
        yield connection


@pytest.fixture(scope="module")
def esx() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


@pytest.fixture
def conn(esx: Simulator) -> Iterator[Any]:
    with connect(esx) as connection:
        yield connection


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Simulator]:
    with Simulator("vcenter-7.0", transport="http", hosts=3) as running:
        yield running


@pytest.fixture
def whole(vcenter: Simulator) -> Iterator[Any]:
    with connect(vcenter, vcenter.vcenter_uri) as connection:
        yield connection


def check(name: str, text: str) -> Any:
    # The schema of capabilities does not know VMware's domains, which libvirt's own driver has in them.
    document = etree.fromstring(text.replace("<domain type='vmware'/>", "<domain type='qemu'/>"))
    etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / f"{name}.rng")).assertValid(document)
    return document


def refused(call: Any, *arguments: Any, **named: Any) -> tuple[int, str]:
    with pytest.raises(libvirt.libvirtError) as caught:
        call(*arguments, **named)
    return caught.value.get_error_code() or 0, str(caught.value)


class TestOnEachProduct:
    def test_the_capabilities_fit_the_schema(self, on_each: Any) -> None:
        cells = check("capability", on_each.getCapabilities()).findall("host/topology/cells/cell")
        assert len(cells) == on_each.getInfo()[4] == 2
        cpus = [int(cpu.get("id")) for cell in cells for cpu in cell.find("cpus")]
        assert cpus == list(range(on_each.getCPUMap()[0]))
        assert sum(int(cell.findtext("memory")) for cell in cells) == on_each.getInfo()[1] << 10

    def test_what_domains_may_have_fits_the_schema(self, simulator: Simulator, on_each: Any) -> None:
        found = check("domaincaps", on_each.getDomainCapabilities())
        assert int(found.find("vcpu").get("max")) == on_each.getMaxVcpus("vmware")
        profile = simulator.site.hosts[0].profile
        release = (2, 5) if profile.is_gsx else profile.release
        buses = [value.text for value in found.findall("devices/disk/enum[@name='bus']/value")]
        assert ("sata" in buses, "nvme" in buses) == (release >= (5, 5), release >= (6, 5))
        assert ("efi" in [value.text for value in found.findall("os/enum/value")]) is (release >= (5,))
        assert found.find("devices/tpm").get("supported") == "no"
        assert found.find("devices/graphics").get("supported") == ("no" if release >= (7,) else "yes")
        assert found.find("devices/hostdev").get("supported") == (
            "no" if simulator.profile.name in NO_GUESTS else "yes"
        )

    def test_the_firmwares_tables(self, simulator: Simulator, on_each: Any) -> None:
        found = etree.fromstring(on_each.getSysinfo())
        host = simulator.site.hosts[0]
        assert found.findtext("system/entry[@name='uuid']") == host.uuid
        assert re.fullmatch(r"7XK2P\d\d", found.findtext("system/entry[@name='serial']") or "")
        assert len(found.findall("processor")) == host.sockets
        assert found.findtext("memory_device/entry") == f"{host.memory >> 20} MB"

    def test_devices(self, simulator: Simulator, on_each: Any) -> None:
        devices = on_each.listAllDevices()
        assert on_each.numOfDevices(None) == len(devices) == (1 if simulator.profile.is_gsx else PCI + 1)
        assert [device.name() for device in devices] == on_each.listDevices(None)
        assert on_each.listDevices("system") == ["computer"]
        names = {device.name() for device in devices}
        for device in devices:
            found = check("nodedev", device.XMLDesc())
            assert found.findtext("name") == device.name()
            assert found.findtext("parent") == device.parent()
            assert device.parent() in {*names, None}
            assert [found.find("capability").get("type")] == device.listCaps()
            assert device.numOfCaps() == device.isActive() == device.isPersistent() == device.autostart() == 1
            assert on_each.nodeDeviceLookupByName(device.name()).XMLDesc(1) == device.XMLDesc()

    def test_which_devices_guests_can_have(self, simulator: Simulator, on_each: Any) -> None:
        groups = {
            device.name(): etree.fromstring(device.XMLDesc()).findall("capability/iommuGroup/address")
            for device in on_each.listAllDevices(libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV)
        }
        can = {name for name, addresses in groups.items() if addresses}
        told = {
            name: found
            for name in groups
            if (found := libvirt_esx.passthrough(on_each.nodeDeviceLookupByName(name))) is not None
        }
        assert can == {name for name, found in told.items() if found["capable"]}
        if simulator.profile.name in NO_GUESTS:
            assert told == {}
            return
        assert len(groups["pci_0000_82_00_1"]) == 2
        assert told["pci_0000_82_00_1"]["together"] == ["pci_0000_82_00_0", "pci_0000_82_00_1"]
        assert told["pci_0000_81_00_0"]["active"]
        owner = etree.fromstring(on_each.nodeDeviceLookupByName("pci_0000_81_00_0").XMLDesc()).findtext("driver/name")
        assert owner == "passthru"

    def test_free_memory(self, on_each: Any) -> None:
        free = on_each.getCellsFreeMemory(0, 9)
        assert (len(free), sum(free)) == (2, on_each.getFreeMemory())
        assert on_each.getCellsFreeMemory(1, 1) == free[1:]

    def test_bridges(self, on_each: Any) -> None:
        for network in on_each.listAllNetworks():
            assert network.bridgeName() == network.name()

    def test_the_largest_domain(self, simulator: Simulator, on_each: Any) -> None:
        assert on_each.getMaxVcpus(None) == on_each.getMaxVcpus("VMware") == on_each.lookupByName("web").maxVcpus()
        assert simulator.sessions != []


class TestWrongArguments:
    def test_kinds_of_domains(self, conn: Any) -> None:
        assert refused(conn.getMaxVcpus, "kvm") == (codes.VIR_ERR_INVALID_ARG, "invalid argument: unknown type 'kvm'")
        ask = conn.getDomainCapabilities
        text = "invalid argument: unknown virttype: "
        for kind in ("kvm", "", "VMWARE"):
            assert refused(ask, None, None, None, kind) == (codes.VIR_ERR_INVALID_ARG, text + kind)
        assert ask(virttype="vmware") == ask()

    def test_what_runs_domains(self, conn: Any) -> None:
        ask = conn.getDomainCapabilities
        path = etree.fromstring(ask()).findtext("path")
        assert ask(path, "x86_64") == ask()
        assert "<arch>i686</arch>" in ask(arch="i686")
        for named in ({"emulatorbin": "/usr/bin/kvm"}, {"arch": "aarch64"}, {"arch": ""}, {"machine": "pc"}):
            code, text = refused(ask, **named)
            assert code == codes.VIR_ERR_INVALID_ARG
            assert next(iter(named.values())) in text

    def test_flags(self, conn: Any) -> None:
        device = conn.nodeDeviceLookupByName("computer")
        for call in (
            lambda: conn.getSysinfo(1),
            lambda: conn.getCPUMap(1),
            lambda: conn.getDomainCapabilities(flags=2),
            lambda: conn.numOfDevices(None, 1),
            lambda: conn.listDevices(None, 1),
            lambda: conn.listAllDevices(1 << 24),
            lambda: device.XMLDesc(2),
        ):
            code, text = refused(call)
            assert (code, text.partition(" (")[0]) == (codes.VIR_ERR_INVALID_ARG, "unsupported flags")
        assert conn.getDomainCapabilities(flags=1) == conn.getDomainCapabilities()

    @pytest.mark.parametrize(
        ("flags", "count"),
        [
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, 1),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV, PCI),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET, 0),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET | libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, 1),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE, 0),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE | libvirt.VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE, PCI + 1),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_TRANSIENT, 0),
            (libvirt.VIR_CONNECT_LIST_NODE_DEVICES_PERSISTENT, PCI + 1),
        ],
    )
    def test_filters(self, conn: Any, flags: int, count: int) -> None:
        assert len(conn.listAllDevices(flags)) == count

    def test_kinds_of_devices(self, conn: Any) -> None:
        assert (conn.numOfDevices("nope"), conn.listDevices("net"), conn.numOfDevices("")) == (0, [], 0)

    def test_no_such_device(self, conn: Any) -> None:
        expected = codes.VIR_ERR_NO_NODE_DEVICE, "Node device not found: no node device with matching name 'x'"
        assert refused(conn.nodeDeviceLookupByName, "x") == expected
        assert "must not be NULL" in refused(conn.nodeDeviceLookupByName, None)[1]

    def test_no_such_node(self, conn: Any) -> None:
        ask = conn.getCellsFreeMemory
        function = "virNodeGetCellsFreeMemory"
        assert refused(ask, 2, 1) == (codes.VIR_ERR_INTERNAL_ERROR, "internal error: start cell 2 out of range (0-1)")
        assert refused(ask, 0, 0) == (codes.VIR_ERR_INVALID_ARG, f"maxCells in {function} must be greater than zero")
        assert refused(ask, -1, 1) == (codes.VIR_ERR_INVALID_ARG, f"startCell in {function} must be zero or greater")

    def test_what_a_device_cannot_be_made_to_do(self, conn: Any) -> None:
        device = conn.nodeDeviceLookupByName("pci_0000_81_00_0")
        for call in (device.dettach, device.reAttach, device.reset, device.destroy, device.undefine):
            assert refused(call)[0] == codes.VIR_ERR_NO_SUPPORT

    def test_a_closed_connection(self, esx: Simulator) -> None:
        connection = connect(esx)
        device, network = connection.nodeDeviceLookupByName("computer"), connection.listAllNetworks()[0]
        connection.close()
        for call in (connection.getSysinfo, device.XMLDesc, device.parent, device.listCaps, network.bridgeName):
            assert refused(call)[0] == codes.VIR_ERR_INVALID_CONN
        assert device.name() == "computer"

    def test_reading_alone(self, esx: Simulator) -> None:
        auth = [[libvirt.VIR_CRED_NOECHOPROMPT], lambda wanted, _: wanted[0].__setitem__(4, esx.password) or 0, None]
        with libvirt.openAuth(esx.uri, auth, libvirt.VIR_CONNECT_RO) as connection:
            text = "operation forbidden: read only access prevents virConnectGetDomainCapabilities"
            assert refused(connection.getDomainCapabilities) == (codes.VIR_ERR_OPERATION_DENIED, text)
            assert connection.getMaxVcpus(None) == 16
            assert connection.nodeDeviceLookupByName("computer").XMLDesc()

    def test_asking_changes_nothing(self, conn: Any) -> None:
        conn.getDomainCapabilities()
        assert libvirt_esx.changes_made(conn) == 0


def test_a_device_that_was_taken_out() -> None:
    with Simulator("esx-7.0", transport="http") as server, connect(server) as connection:
        device = connection.nodeDeviceLookupByName("pci_0000_06_00_0")  # the last network card
        server.site.hosts[0].nics.pop()
        expected = "Node device not found: no node device with matching name 'pci_0000_06_00_0'"
        assert refused(device.XMLDesc) == (codes.VIR_ERR_NO_NODE_DEVICE, expected)


class TestSeveralHosts:
    def test_sums(self, whole: Any) -> None:
        cells = check("capability", whole.getCapabilities()).findall("host/topology/cells/cell")
        assert [int(cell.get("id")) for cell in cells] == list(range(6))
        cpus = [cpu for cell in cells for cpu in cell.find("cpus")]
        assert [int(cpu.get("id")) for cpu in cpus] == list(range(48))
        assert {int(cpu.get("socket_id")) for cpu in cpus} == set(range(6))
        assert whole.getCPUMap()[0] == 48
        free = whole.getCellsFreeMemory(0, 100)
        assert (len(free), sum(free)) == (6, whole.getFreeMemory())
        assert whole.getMaxVcpus(None) == 16
        check("domaincaps", whole.getDomainCapabilities())

    def test_the_firmware_of_one_host_alone(self, vcenter: Simulator, whole: Any) -> None:
        code, text = refused(whole.getSysinfo)
        assert code == codes.VIR_ERR_INVALID_ARG
        assert "The connection is to 3 hosts; name one with --host" in text
        libvirt_esx.narrow(whole, "esx2.example.com")
        assert vcenter.site.hosts[1].uuid in whole.getSysinfo()

    def test_devices_by_their_hosts(self, vcenter: Simulator, whole: Any) -> None:
        assert whole.numOfDevices("system") == 3
        assert whole.numOfDevices("pci") == 3 * PCI
        device = whole.nodeDeviceLookupByName("esx2.example.com/pci_0000_81_00_0")
        assert device.parent() == "esx2.example.com/pci_0000_80_02_0"
        check("nodedev", device.XMLDesc())
        told = libvirt_esx.passthrough(device) or {}
        assert told["together"] == ["esx2.example.com/pci_0000_81_00_0"]
        assert vcenter.site.hosts[1].uuid in whole.nodeDeviceLookupByName("esx2.example.com/computer").XMLDesc()
        code, text = refused(whole.nodeDeviceLookupByName, "computer")
        assert code == codes.VIR_ERR_OPERATION_INVALID
        assert "3 hosts have a device 'computer': name one of 'esx1.example.com/computer'" in text

    def test_networks(self, whole: Any) -> None:
        found = {network.name(): network.bridgeName() for network in whole.listAllNetworks()}
        assert found["esx2.example.com/vSwitch0"] == "vSwitch0"


def test_who_may_see_no_host() -> None:
    with Simulator("esx-7.0", transport="http") as server:
        server.add_account("ann", "NoAccess")
        with open_connection(server.uri.replace("root@", "ann@"), "ann", server.password) as connection:
            for call in (connection.getSysinfo, connection.getDomainCapabilities, connection.listAllDevices):
                code, text = refused(call)
                assert code in {codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_ERR_ACCESS_DENIED}
                assert "may the account see" in text or "lacks the privilege" in text
