"""Virtual switches and network cards: found, described, made and removed, whatever goes wrong on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.host import interfaces
from esxvirt.driver.network import networks
from esxvirt.driver.network.define import define, undefine
from esxvirt.errors import (
    AmbiguousError,
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    InterfaceNotFoundError,
    InvalidArgumentError,
    MissingPrivilegeError,
    NetworkExistsError,
    NetworkNotFoundError,
    OperationInvalidError,
    ServerFault,
    TransportError,
    XmlError,
)
from esxvirt.sim import Simulator
from esxvirt.sim.state.network.networks import Shaping, Switch
from esxvirt.sim.state.site.networks import add_port_group
from esxvirt.uri import parse
from esxvirt.xml.interface import HostInterface, format_interface
from esxvirt.xml.network import Vlan, format_network
from esxvirt.xml.network_parse import parse_network
from tests.server.driver.conftest import Opener
from tests.tools import require

LAB = (
    "<network><name>lab</name><forward mode='bridge'><interface dev='vmnic2'/></forward><mtu size='9000'/>"
    "<bandwidth><inbound average='8' peak='9' burst='10'/><outbound average='8' peak='9' burst='10'/></bandwidth>"
    "<portgroup name='one'><vlan><tag id='42'/></vlan></portgroup>"
    "<portgroup name='two'><bandwidth><inbound average='7'/><outbound average='7'/></bandwidth></portgroup>"
    "<portgroup name='three'><vlan trunk='yes'><tag id='4095'/></vlan></portgroup></network>"
)


@pytest.fixture(params=["esx-3.5", "esx-5.0", "esx-8.0", "gsx-2.0", "vcenter-2.5", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def esx() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


def schema(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / f"{name}.rng"))


def names(simulator: Simulator) -> tuple[list[str], list[str]]:
    """The host's switches and port groups."""
    host = simulator.site.hosts[0]
    return [switch.name for switch in host.switches], sorted(group.name for group in host.port_groups)


def test_a_switch_is_made_and_described_and_removed(fresh: Simulator, connect: Opener) -> None:
    connection = connect(fresh)
    before = names(fresh)
    made = define(connection, LAB)
    assert networks.lookup_by_uuid(connection, made.uuid) == made == networks.lookup_by_name(connection, "lab")
    text = format_network(networks.describe(connection, made))
    schema("network").assertValid(etree.fromstring(text.encode()))
    wanted, found = parse_network(LAB), parse_network(text)
    wanted.uuid = made.uuid
    assert found == wanted
    undefine(connection, made)
    assert names(fresh) == before
    for gone in (networks.describe, undefine):
        with pytest.raises(NetworkNotFoundError, match="'lab'"):
            gone(connection, made)


def test_names_that_need_escapes(fresh: Simulator, connect: Opener) -> None:
    connection = connect(fresh)
    made = define(
        connection,
        "<network><name>a%2f&amp;&lt;b&gt;&quot; ü 网</name><portgroup name='x/y &amp; %2f'/></network>",
    )
    assert made.name == 'a%2f&<b>" ü 网'
    text = format_network(networks.describe(connection, made))
    assert parse_network(text).port_groups[0].name == "x/y & %2f"
    undefine(connection, made)


def test_limits_that_round_to_nothing_are_valid_xml(esx: Simulator, connect: Opener) -> None:
    esx.site.hosts[0].switches.append(Switch("slow", 64, shaping=Shaping(100, 0, 0)))
    connection = connect(esx)
    text = format_network(networks.describe(connection, networks.lookup_by_name(connection, "slow")))
    assert "  <bandwidth>\n  </bandwidth>\n" in text
    schema("network").assertValid(etree.fromstring(text.encode()))


@pytest.mark.parametrize(
    ("xml", "error", "message"),
    [
        ("<network/>", XmlError, "missing name information"),
        ("<network><name>a</name", XmlError, "at line 1: "),
        ("<domain/>", XmlError, "expecting root element of 'network'"),
        ("<network><name>a/b</name></network>", XmlError, "invalid char in name: /"),
        ("<network><name>vSwitch0</name></network>", EsxvirtError, "HostVirtualSwitch already exists"),
        ("<network><name>a</name><portgroup name='VM Network'/></network>", NetworkExistsError, "'VM Network' exists"),
        ("<network><name>a</name><portgroup/></network>", XmlError, "Missing required name"),
        ("<network><name>a</name><forward mode='hostdev'/></network>", ConfigUnsupportedError, "mode 'hostdev'"),
        (
            "<network><name>a</name><forward dev='x' mode='bridge'/></network>",
            EsxvirtError,
            "PhysicalNic with name 'x'",
        ),
        (
            "<network><name>a</name><portgroup name='b'><vlan trunk='yes'><tag id='1'/></vlan></portgroup></network>",
            ConfigUnsupportedError,
            "port group 'b'.*4095",
        ),
        ("<network><name>a</name><bandwidth><inbound average='x'/></bandwidth></network>", EsxvirtError, "'x'"),
    ],
)
def test_what_cannot_be_made_changes_nothing(
    esx: Simulator, connect: Opener, xml: str, error: type[Exception], message: str
) -> None:
    connection = connect(esx)
    before = names(esx)
    with pytest.raises(error, match=message):
        define(connection, xml)
    assert names(esx) == before


def test_elements_that_a_switch_has_no_place_for(
    esx: Simulator, connect: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    define(connect(esx), "<network><name>a</name><dns/><ip address='10.0.0.1' netmask='255.0.0.0'/></network>")
    assert "no <dns>, <ip>; 'a' was made without" in caplog.text


@pytest.mark.parametrize("method", ["AddVirtualSwitch", "AddPortGroup"])
def test_nothing_is_left_of_a_switch_that_the_server_refuses(esx: Simulator, connect: Opener, method: str) -> None:
    connection = connect(esx)
    before = names(esx)
    esx.faults.add(fault="HostConfigFault", method=method, count=1)
    with pytest.raises(ServerFault):
        define(connection, LAB)
    assert names(esx) == before


@pytest.mark.parametrize("method", ["AddVirtualSwitch", "AddPortGroup", "RemovePortGroup", "RemoveVirtualSwitch"])
@pytest.mark.parametrize("socket", ["reset", "truncate", "garbage"])
def test_lost_answers_are_settled_by_looking(esx: Simulator, connect: Opener, method: str, socket: str) -> None:
    connection = connect(esx)
    before = names(esx)
    esx.faults.add(socket=socket, method=method, count=1)
    made = define(connection, LAB)
    undefine(connection, made)
    assert names(esx) == before
    assert [call.method for call in esx.calls].count(method) == (3 if "PortGroup" in method else 1)


def test_a_call_that_never_arrived_is_told(esx: Simulator, connect: Opener) -> None:
    connection = connect(esx)
    before = names(esx)
    esx.faults.add(socket="refuse", method="AddPortGroup")
    with pytest.raises(TransportError):
        define(connection, LAB)
    assert names(esx) == before


def test_a_switch_in_use_keeps_its_port_groups(fresh: Simulator, connect: Opener) -> None:
    host = fresh.site.hosts[0]
    host.switches.append(Switch("busy", 64))
    add_port_group(fresh.site, host, "idle", "busy", 7, Shaping(8_000_000, 9_000_000, 1024))
    add_port_group(fresh.site, host, "used", "busy")
    next(machine for machine in fresh.site.machines_on(host).values() if machine.running).config.nics[
        0
    ].network = "used"
    connection = connect(fresh)
    handle = networks.lookup_by_name(connection, "busy")
    described = networks.describe(connection, handle)
    with pytest.raises(ServerFault, match="The resource 'used' is in use"):
        undefine(connection, handle)
    after = networks.describe(connection, handle)
    assert sorted(after.port_groups, key=str) == sorted(described.port_groups, key=str)


def test_the_hosts_own_switch_stays(fresh: Simulator, connect: Opener) -> None:
    connection = connect(fresh)
    with pytest.raises(OperationInvalidError, match=r"Cannot undefine HostVirtualSwitch that has a '(host|system)"):
        undefine(connection, networks.lookup_by_name(connection, "vSwitch0"))


def test_a_missing_privilege_is_named(esx: Simulator) -> None:
    credentials = Credentials("readonly", Secret(esx.password))
    connection = Connection.open(parse(esx.uri), lambda **_: credentials)
    try:
        with pytest.raises(MissingPrivilegeError, match=r"'Host\.Config\.Network'"):
            define(connection, LAB)
        assert networks.list_networks(connection)
    finally:
        connection.close()


# distributed switches, and many hosts


@pytest.mark.parametrize("profile", ["vcenter-4.0", "vcenter-7.0"])
def test_distributed_switches(profile: str, connect: Opener) -> None:
    with Simulator(profile, transport="http", distributed=1) as vcenter:
        connection = connect(vcenter)
        vcenter.calls.clear()
        found = networks.list_networks(connection)
        assert len(list(vcenter.calls)) == 1
        assert [network.distributed is not None for network in found] == [False, True]
        [switch] = vcenter.site.distributed
        assert found[1].name == switch.name
        assert found[1].uuid.replace("-", "") == switch.uuid.replace(" ", "").replace("-", "")
        text = format_network(networks.describe(connection, found[1]))
        schema("network").assertValid(etree.fromstring(text.encode()))
        [group] = parse_network(text).port_groups
        assert (group.name, group.vlan) == ("DPortGroup1", Vlan((101,)))
        with pytest.raises(ArgumentUnsupportedError, match="is a distributed switch"):
            undefine(connection, found[1])
        assert networks.lookup_by_uuid(connection, found[1].uuid) == found[1]


def test_many_hosts() -> None:
    with Simulator("vcenter-7.0", transport="http", hosts=3, distributed=1) as vcenter:
        credentials = Credentials(vcenter.username, Secret(vcenter.password))
        assert vcenter.vcenter_uri is not None
        connection = Connection.open(parse(vcenter.vcenter_uri), lambda **_: credentials)
        try:
            found = networks.list_networks(connection)
            hosts = [host.name for host in vcenter.site.hosts]
            assert len({network.uuid for network in found}) == len(found) == 4
            assert {network.name.partition(".")[0] for network in found[:3]} == set(hosts)
            for network in found:
                assert networks.lookup_by_name(connection, network.name) == network
                assert networks.describe(connection, network).name == network.name
            with pytest.raises(AmbiguousError, match="3 hosts have a switch 'vSwitch0': name one of 'esx"):
                networks.lookup_by_name(connection, "vSwitch0")
            with pytest.raises(InvalidArgumentError, match="3 hosts"):
                define(connection, LAB)
            cards = interfaces.list_interfaces(connection)
            assert len(cards) == 9
            assert interfaces.lookup_by_name(connection, cards[4].name) == cards[4]
            with pytest.raises(AmbiguousError, match="3 hosts have a physical NIC 'vmnic0'"):
                interfaces.lookup_by_name(connection, "vmnic0")
        finally:
            connection.close()


# interfaces


def test_network_cards(fresh: Simulator, connect: Opener) -> None:
    connection = connect(fresh)
    cards = interfaces.list_interfaces(connection)
    nics = fresh.site.hosts[0].nics
    assert [(card.name, card.mac) for card in cards] == [(nic.device, nic.mac) for nic in nics]
    fresh.calls.clear()
    assert interfaces.lookup_by_mac(connection, nics[1].mac.upper()) == cards[1]
    text = format_interface(interfaces.describe(connection, cards[1]))
    assert len(list(fresh.calls)) == 2
    schema("interface").assertValid(etree.fromstring(text.encode()))
    for lookup in (interfaces.lookup_by_mac, interfaces.lookup_by_name):
        with pytest.raises(InterfaceNotFoundError, match="'nope'"):
            lookup(connection, "nope")
    del nics[1]
    with pytest.raises(InterfaceNotFoundError, match="'vmnic1'"):
        interfaces.describe(connection, cards[1])


@pytest.mark.parametrize(
    ("interface", "protocol"),
    [
        (HostInterface("vmnic0", "00:1b:21:3a:01:00", "10.1.2.3", 24), "<ip address='10.1.2.3' prefix='24'/>"),
        (HostInterface("vmnic0", "00:1b:21:3a:01:00", dhcp=True), "<dhcp peerdns='no'/>"),
        (HostInterface("vmnic0", "00:1b:21:3a:01:00", "10.1.2.3"), "<ip address='10.1.2.3'/>"),
    ],
)
def test_addresses_of_cards(interface: HostInterface, protocol: str) -> None:
    text = format_interface(interface)
    assert f"  <protocol family='ipv4'>\n    {protocol}\n  </protocol>\n  <mac" in text
    schema("interface").assertValid(etree.fromstring(text.encode()))
