"""Cards on port groups of distributed switches and on networks of NSX, by whatever name and in whatever way."""

from collections.abc import Callable, Iterator

import pytest
from pyVmomi import vim

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.define import define
from esxvirt.driver.devices import attach, update
from esxvirt.driver.domain.description import xml_description
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.tasks import machine_tasks
from esxvirt.errors import AmbiguousError, ConfigUnsupportedError, ServerFault
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.vmxtext import Nic
from esxvirt.sim.state.site.networks import add_distributed_group, add_port_group
from tests.server.driver.conftest import Opener

CONFIG = 2
GROUP = "dvPG-10.0/24"
OPAQUE = "nsx/seg 1"
MACHINE = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[local-storage] archive/archive.vmdk'/><target dev='sda' bus='scsi'/></disk>{}</devices></domain>"""

Put = Callable[[Connection, str], None]


@pytest.fixture
def site() -> Iterator[Simulator]:
    """Serve a vCenter with two switches, which both have a group of one name, and odd names of all kinds."""
    groups = (GROUP, "50% off", "a\\b", "50%25")
    with Simulator("vcenter-8.0", "http", distributed=2, port_groups=groups, opaque=(OPAQUE,)) as running:
        first, second = running.site.distributed
        add_distributed_group(running.site, first, "twice")
        add_distributed_group(running.site, second, "twice")
        add_port_group(running.site, running.site.hosts[0], "VLAN 10/20", "vSwitch0")
        yield running


@pytest.fixture
def connection(site: Simulator, connect: Opener) -> Connection:
    return connect(site)


def card(source: str, kind: str = "bridge", mac: str = "", more: str = "") -> str:
    address = f"<mac address='{mac}'/>" if mac else ""
    return f"<interface type='{kind}'>{address}<source {kind}='{source}'{more}/><model type='e1000'/></interface>"


def last_card(site: Simulator, name: str = "archive") -> Nic:
    return site.site.find_machine(name).config.nics[-1]


def group(site: Simulator, name: str, switch: int = 0) -> tuple[str, str]:
    """The switch and the key of a port group."""
    found = site.site.distributed[switch]
    return found.uuid, next(group.key for group in found.groups if group.name == name)


def attached(connection: Connection, source: str) -> None:
    attach.attach(connection, lookup_by_name(connection, "archive"), card(source), CONFIG)


def updated(connection: Connection, source: str) -> None:
    domain = lookup_by_name(connection, "archive")
    update.update(connection, domain, card(source).replace("<model type='e1000'/>", ""), CONFIG)


def defined(connection: Connection, source: str) -> None:
    text = xml_description(connection, lookup_by_name(connection, "archive"))
    define(connection, text.replace("bridge='VM Network'", f"bridge='{source}'"))


def hot_plugged(connection: Connection, source: str) -> None:
    attach.attach(connection, lookup_by_name(connection, "web"), card(source), 1)


WAYS: list[tuple[Put, str]] = [
    (attached, "archive"),
    (updated, "archive"),
    (defined, "archive"),
    (hot_plugged, "web"),
]


@pytest.mark.parametrize(("put", "name"), WAYS, ids=lambda value: getattr(value, "__name__", ""))
class TestInEveryWay:
    @pytest.mark.parametrize(
        "source", [GROUP, "dvPG-10.0%2f24", "dvPG-10.0%2F24", f"dvSwitch1/{GROUP}", "dvSwitch1/dvPG-10.0%2f24"]
    )
    def test_a_distributed_group(
        self, source: str, put: Put, name: str, site: Simulator, connection: Connection
    ) -> None:
        put(connection, source)
        nic = last_card(site, name)
        switch, key = group(site, "dvPG-10.0%2f24")
        assert (nic.switch, nic.network, nic.opaque) == (switch, key, "")
        text = xml_description(connection, lookup_by_name(connection, name))
        assert "<interface type='vds'>" in text
        assert f"portgroupid='{key}'" in text
        assert f"switchid='{switch.replace(' ', '').replace('-', '')[:8]}-" in text
        assert "networkName" not in "".join(
            line for line in site.site.find_machine(name).text().splitlines() if f"ethernet{nic.index}." in line
        )

    def test_a_network_of_nsx(self, put: Put, name: str, site: Simulator, connection: Connection) -> None:
        put(connection, "nsx%2fseg 1")
        nic = last_card(site, name)
        network = next(found for found in site.site.networks if found.name == OPAQUE)
        assert (nic.switch, nic.network, nic.opaque) == ("", network.key, "nsx.LogicalSwitch")
        assert f"<source bridge='{OPAQUE}'/>" in xml_description(connection, lookup_by_name(connection, name))

    def test_a_group_of_a_hosts_own_switch(self, put: Put, name: str, site: Simulator, connection: Connection) -> None:
        put(connection, "VLAN 10%2f20")
        nic = last_card(site, name)
        assert (nic.switch, nic.network, nic.opaque) == ("", "VLAN 10/20", "")
        assert "<source bridge='VLAN 10/20'/>" in xml_description(connection, lookup_by_name(connection, name))

    def test_uplinks_are_no_networks_to_choose(
        self, put: Put, name: str, site: Simulator, connection: Connection
    ) -> None:
        before = site.site.find_machine(name).text()
        with pytest.raises(ConfigUnsupportedError, match="for the uplinks of the hosts on 'dvSwitch1'; the host has "):
            put(connection, "dvSwitch1-DVUplinks")
        assert site.site.find_machine(name).text() == before

    def test_a_name_that_two_switches_have(self, put: Put, name: str, site: Simulator, connection: Connection) -> None:
        with pytest.raises(AmbiguousError, match="name one of 'dvSwitch1/twice', 'dvSwitch2/twice'"):
            put(connection, "twice")
        put(connection, "dvSwitch2/twice")
        nic = last_card(site, name)
        assert (nic.switch, nic.network) == group(site, "twice", 1)


class TestNames:
    @pytest.mark.parametrize(
        ("source", "stored"),
        [
            ("50% off", "50%25 off"),
            ("50%25 off", "50%25 off"),
            ("a\\b", "a%5cb"),
            ("a%5Cb", "a%5cb"),
            ("50%", "50%25"),
            ("50%25", "50%25"),
            ("DPortGroup1", "DPortGroup1"),
        ],
    )
    def test_each_writing(self, source: str, stored: str, site: Simulator, connection: Connection) -> None:
        attached(connection, source)
        assert last_card(site).network == group(site, stored)[1]

    def test_by_its_key(self, site: Simulator, connection: Connection) -> None:
        key = group(site, "DPortGroup1")[1]
        attached(connection, key)
        assert last_card(site).network == key

    def test_as_a_libvirt_network_with_its_port_group(self, site: Simulator, connection: Connection) -> None:
        text = card("dvSwitch2", "network", more=" portgroup='twice'")
        attach.attach(connection, lookup_by_name(connection, "archive"), text, CONFIG)
        assert (last_card(site).switch, last_card(site).network) == group(site, "twice", 1)

    def test_one_that_there_is_not(self, site: Simulator, connection: Connection) -> None:
        before = site.site.find_machine("archive").text()
        with pytest.raises(ConfigUnsupportedError, match="the host has no network 'nope'; it has ") as caught:
            attached(connection, "nope")
        assert "Uplinks" not in str(caught.value)
        assert f"'{GROUP}'" in str(caught.value)
        assert site.site.find_machine("archive").text() == before


class TestAsVds:
    def vds(self, switch: str, key: str, more: str = "") -> str:
        return (
            f"<interface type='vds'><source switchid='{switch}' portid='0' portgroupid='{key}' connectionid='0'{more}/>"
            "</interface>"
        )

    def test_what_a_description_has_is_taken_back(self, site: Simulator, connection: Connection) -> None:
        attached(connection, GROUP)
        text = xml_description(connection, lookup_by_name(connection, "archive"))
        part = text[text.index("<interface type='vds'>") :].partition("</interface>")[0] + "</interface>"
        web = lookup_by_name(connection, "web")
        attach.attach(connection, web, part.replace("00:0c:29", "00:0c:28"), 1)
        assert (last_card(site, "web").switch, last_card(site, "web").network) == group(site, "dvPG-10.0%2f24")
        before = site.site.find_machine("archive").text()
        define(connection, text)
        assert site.site.find_machine("archive").text() == before

    @pytest.mark.parametrize(
        ("switch", "name", "message"),
        [
            ("11111111-2222-3333-4444-555555555555", "twice", "no distributed switch '1111.*; it has 'dvSwitch1'"),
            ("", "nope", r"no port group 'nope'; it has 'DPortGroup1' \("),
            ("", "dvSwitch1-DVUplinks", "is for the uplinks"),
        ],
    )
    def test_what_there_is_not(
        self, switch: str, name: str, message: str, site: Simulator, connection: Connection
    ) -> None:
        known = {found.name: found.key for found in site.site.distributed[0].groups}
        text = self.vds(switch or site.site.distributed[0].uuid, known.get(name, name))
        with pytest.raises(ConfigUnsupportedError, match=message):
            attach.attach(connection, lookup_by_name(connection, "archive"), text, CONFIG)

    def test_a_card_stays_on_its_port(self, site: Simulator, connection: Connection) -> None:
        attached(connection, GROUP)
        machine = site.site.find_machine("archive")
        machine.set_values({"ethernet1.dvs.portId": "17", "ethernet1.dvs.connectionId": "4711"})
        mac = machine.config.nics[1].mac
        domain = lookup_by_name(connection, "archive")
        named = card(GROUP, mac=mac).replace("</interface>", "<link state='down'/></interface>")
        update.update(connection, domain, named, CONFIG)
        assert machine.config.nics[1].port == "17"
        assert not machine.config.nics[1].connected
        text = xml_description(connection, domain)
        assert "portid='17'" in text
        assert "connectionid='4711'" in text
        part = text[text.index("<interface type='vds'>") :].partition("</interface>")[0] + "</interface>"
        define(connection, text.replace(part, card(GROUP, mac=mac)))
        assert machine.config.nics[1].port == "17"
        define(connection, text.replace(part, card("50% off", mac=mac)))
        assert (machine.config.nics[1].port, machine.config.nics[1].network) == ("", group(site, "50%25 off")[1])


def test_a_new_domain(site: Simulator, connection: Connection) -> None:
    site.calls.clear()
    define(connection, MACHINE.format(card(GROUP) + card(OPAQUE) + card("VLAN 10%2f20")))
    cards = site.site.find_machine("new").config.nics
    assert [nic.network for nic in cards][::2] == [group(site, "dvPG-10.0%2f24")[1], "VLAN 10/20"]
    assert cards[1].opaque == "nsx.LogicalSwitch"
    assert "'vds'" in xml_description(connection, lookup_by_name(connection, "new"))


def test_the_server_refuses_another_kind_of_network_behind_a_card(site: Simulator, connection: Connection) -> None:
    """As VMware does; the client never asks for it."""
    archive = lookup_by_name(connection, "archive")
    kinds = vim.vm.device.VirtualEthernetCard
    port = {"switchUuid": site.site.distributed[0].uuid}
    uplinks = site.site.distributed[0].groups[0].key
    wrong = [
        kinds.NetworkBackingInfo(deviceName=GROUP),
        kinds.NetworkBackingInfo(deviceName="dvPG-10.0%2f24"),
        kinds.NetworkBackingInfo(deviceName=OPAQUE),
        kinds.OpaqueNetworkBackingInfo(opaqueNetworkId="nope", opaqueNetworkType="nsx.LogicalSwitch"),
        kinds.DistributedVirtualPortBackingInfo(port=vim.dvs.PortConnection(**port, portgroupKey=uplinks)),
        kinds.DistributedVirtualPortBackingInfo(port=vim.dvs.PortConnection(**port, portgroupKey="nope")),
        kinds.DistributedVirtualPortBackingInfo(port=vim.dvs.PortConnection(**port)),
    ]
    before = site.site.find_machine("archive").text()
    for backing in wrong:
        device = vim.vm.device.VirtualE1000(key=-1, backing=backing)
        change = vim.vm.device.VirtualDeviceSpec(operation="add", device=device)
        spec = vim.vm.ConfigSpec(deviceChange=[change])
        with pytest.raises(ServerFault, match="Invalid configuration for device '0'"):
            machine_tasks.run(connection, archive, archive.ref, "ReconfigVM_Task", "refused", spec)
    assert site.site.find_machine("archive").text() == before


@pytest.mark.parametrize("profile", ["esx-8.0", "vcenter-2.5", "gsx-2.0"])
def test_products_that_have_neither(profile: str, connect: Opener) -> None:
    with Simulator(profile, "http") as simulator:
        connection = connect(simulator)
        attached(connection, "VM Network")
        assert last_card(simulator).network == "VM Network"
        with pytest.raises(
            ConfigUnsupportedError, match="no network 'nope'; it has 'Management Network', 'VM Network'"
        ):
            attached(connection, "nope")
