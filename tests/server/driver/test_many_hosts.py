"""Connections to all hosts below a point of a vCenter: what is asked of all of them, and of one domain's own."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from esxvirt import records
from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.hosts import list_hosts
from esxvirt.driver.connection.scope import Scope
from esxvirt.driver.connection.tree import read_inventory
from esxvirt.driver.definition import define, native
from esxvirt.driver.domain import autostart, autostart_change, description, info, lifecycle, listing, lookup, reading
from esxvirt.driver.domain.vcpus import set_vcpus
from esxvirt.driver.host import host, interfaces
from esxvirt.driver.network import networks
from esxvirt.driver.stats import stats
from esxvirt.driver.storage import pools
from esxvirt.driver.tasks.machine_tasks import reconfigure
from esxvirt.errors import (
    AmbiguousError,
    DomainNotFoundError,
    EsxvirtError,
    InvalidArgumentError,
    OperationInvalidError,
)
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vsphere.decode import Ref

Opener = Callable[..., Connection]

XML = """<domain type='vmware'><name>{name}</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[{store}] archive/archive.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""


@pytest.fixture(scope="module", params=["vcenter-2.5", "vcenter-4.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    kind, transport = request.param, "http"
    with Simulator(kind, transport, hosts=4, datacenters=2, clusters=2, folders=2, vms=20) as running:
        yield running


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Opener]:
    """Connect to a point of the inventory."""
    with ExitStack() as stack:

        def opener(path: str = "", server: Simulator = simulator) -> Connection:
            credentials = Credentials(server.username, Secret(server.password))
            uri = f"vpx://{server.host}:{server.port}/{path}?transport=http"
            connection = Connection.open(parse(uri), lambda **_: credentials)
            stack.callback(connection.close)
            return connection

        yield opener


def test_datastores_of_one_name_in_two_datacenters(connect: Opener) -> None:
    with Simulator("vcenter-7.0", transport="http", tree=("dc1/esx1", "dc2/esx2")) as server:
        with server.site.lock:
            server.site.datastores[1].name = server.site.datastores[0].name
        with pytest.raises(AmbiguousError, match="There are 2 storage pools with name 'local-storage'"):
            pools.lookup_by_name(connect(server=server), "local-storage")
        assert pools.lookup_by_name(connect("dc2", server), "local-storage").name == "local-storage"


def test_what_hosts_of_one_name_have_is_told_apart(connect: Opener) -> None:
    with Simulator("vcenter-7.0", transport="http", tree=("dc1/esx1", "dc1/esx2", "dc2/esx1")) as server:
        connection = connect(server=server)
        found = [network.name for network in networks.list_networks(connection)]
        assert sorted(found) == ["dc1/esx1/vSwitch0", "dc2/esx1/vSwitch0", "esx2/vSwitch0"]
        assert networks.lookup_by_name(connection, "dc2/esx1/vSwitch0").host == connection.scope.hosts[2]
        cards = {card.name for card in interfaces.list_interfaces(connection)}
        assert {"dc1/esx1/vmnic0", "dc2/esx1/vmnic0", "esx2/vmnic0"} <= cards
        for name in ("esx1/vSwitch0", "vSwitch0"):
            with pytest.raises(AmbiguousError, match=r"name one of .*'dc2/esx1/vSwitch0'"):
                networks.lookup_by_name(connection, name)
        with pytest.raises(AmbiguousError, match="name one of 'dc1/esx1/vmnic0', 'dc2/esx1/vmnic0'"):
            interfaces.lookup_by_name(connection, "esx1/vmnic0")


@pytest.mark.parametrize(
    ("path", "hosts", "machines"),
    [
        ("", 4, 25),
        ("site1", 2, 15),
        ("site2/dc2", 2, 10),
        ("site1/dc1/hosts1", 2, 15),
        ("site1/dc1/hosts1/cluster1", 2, 15),
        ("site1/dc1/hosts2", 0, 0),
        ("site1/dc1/hosts1/cluster1/esx1.example.com", 1, 10),
    ],
)
def test_what_a_connection_is_about(connect: Opener, path: str, hosts: int, machines: int) -> None:
    connection = connect(path)
    assert len(connection.scope.hosts) == hosts
    assert len(listing.list_domains(connection)) == machines


def test_bulk_reads_are_one_call(connect: Opener, simulator: Simulator) -> None:
    connection = connect()
    simulator.calls.clear()
    assert len(listing.list_domains(connection)) == 25
    assert len(stats.all_stats(connection)) == 25
    host.node_info(connection)
    host.free_memory(connection)
    host.capabilities_facts(connection)
    info.max_vcpus(connection)
    listing.list_domains(connection, listing.ListFlags.AUTOSTART)
    assert len(list(simulator.calls)) == 8


def test_sums(connect: Opener) -> None:
    whole, one = connect(), connect("site1/dc1/hosts1/cluster1/esx1.example.com")
    together, single = host.node_info(whole), host.node_info(one)
    assert together.model == single.model
    assert together.mhz == single.mhz
    assert (together.cpus, together.memory) == (4 * single.cpus, 4 * single.memory)
    assert (together.sockets, together.cores, together.threads) == (4 * single.sockets, single.cores, single.threads)
    assert host.free_memory(whole) > host.free_memory(one)
    assert host.hostname(whole) == whole.uri.host
    assert host.hostname(one) == "esx1.example.com"
    assert host.capabilities_facts(whole).uuid == ""
    assert host.capabilities_facts(one).uuid != ""


def test_hosts_of_several_kinds(connect: Opener) -> None:
    with Simulator("vcenter-7.0", transport="http", hosts=2) as server:
        server.site.hosts[0].cpu_model = "Other CPU"
        assert host.node_info(connect(server=server)).model == "mixed"


def test_descriptions_come_from_the_domains_own_datacenter(connect: Opener, simulator: Simulator) -> None:
    connection = connect()
    for name, path in (("vm-0001", "site1/dc1"), ("vm-0002", "site2/dc2")):
        domain = lookup.lookup_by_name(connection, name)
        simulator.calls.clear()
        model = description.describe(connection, domain)
        assert len(list(simulator.calls)) == 1
        assert model.datacenter_path == path
        assert (
            model.disks[0].source
            == f"[{'local-storage' if path == 'site1/dc1' else 'local-storage-2'}] {name}/{name}.vmdk"
        )


def test_one_domain(connect: Opener) -> None:
    connection = connect()
    domain = lookup.lookup_by_name(connection, "vm-0002")
    assert reading.place_of(connection, domain).name == "esx2.example.com"
    autostart_change.set_autostart(connection, domain, start=True)
    assert autostart.get_autostart(connection, domain)
    assert [found.name for found in listing.list_domains(connection, listing.ListFlags.AUTOSTART)] == ["vm-0002"]
    other = lookup.lookup_by_name(connection, "archive")
    assert not autostart.get_autostart(connection, other)
    set_vcpus(connection, other, 2)
    lifecycle.start(connection, other)
    lifecycle.destroy(connection, other)
    assert info.vcpus(connection, other) == 2


def test_defining_needs_a_host(connect: Opener) -> None:
    connection = connect()
    with pytest.raises(InvalidArgumentError, match="The connection is to 4 hosts; name one with --host"):
        define.define(connection, XML.format(name="new", store="nowhere"))
    with pytest.raises(InvalidArgumentError, match="There is no host 'esx9' in the inventory of"):
        define.define(connection, XML.format(name="new", store="local-storage"), "esx9")
    made = define.define(connection, XML.format(name="new", store="local-storage"))
    assert reading.place_of(connection, made).name == "esx1.example.com"
    define.undefine(connection, made)


def test_defining_on_a_host(connect: Opener) -> None:
    connection = connect()
    domain = lookup.lookup_by_name(connection, "vm-0004")
    xml = description.xml_description(connection, domain, secure=True)
    lifecycle.destroy(connection, domain)
    with pytest.raises(
        OperationInvalidError, match=r"is on the host 'site2/dc2/hosts2/cluster2/esx4.example.com', not"
    ):
        define.define(connection, xml, "esx2.example.com")
    again = define.define(connection, xml.replace("<vcpu>1</vcpu>", "<vcpu>2</vcpu>"), "cluster2/esx4.example.com")
    assert reading.place_of(connection, again).name == "esx4.example.com"
    with pytest.raises(EsxvirtError, match="Could not find datastore with name 'local-storage'"):
        define.define(connection, XML.format(name="new", store="local-storage"), "esx2.example.com")


def test_conversions_know_all_datastores(connect: Opener, simulator: Simulator) -> None:
    connection = connect()
    simulator.calls.clear()
    text = native.to_native(connection, native.FORMAT, XML.format(name="x", store="local-storage-2"))
    assert "archive/archive.vmdk" in text
    assert len(list(simulator.calls)) == 1


def test_a_host_that_was_left(connect: Opener) -> None:
    """A machine that has moved since it was looked up is described from where it is now."""
    with Simulator("vcenter-7.0", transport="http", hosts=4, datacenters=2, vms=4) as server:
        connection = connect(server=server)
        domain = lookup.lookup_by_name(connection, "vm-0002")
        domain.host = connection.scope.named("esx1.example.com").ref
        assert description.describe(connection, domain).datacenter_path == "dc2"


class TestNames:
    """Two machines `web`, each in a folder of its own."""

    @pytest.fixture(params=["vcenter-2.5", "vcenter-7.0"])
    def connection(self, request: pytest.FixtureRequest, connect: Opener) -> Iterator[Connection]:
        with Simulator(request.param, transport="http", hosts=4, datacenters=2, clusters=2, folders=2, vms=4) as server:
            connection = connect(server=server)
            other = lookup.lookup_by_name(connection, "vm-0002")
            reconfigure(connection, other, "no", name="web")
            yield connection

    def test_a_name_that_two_have(self, connection: Connection) -> None:
        with pytest.raises(AmbiguousError) as caught:
            lookup.lookup_by_name(connection, "web")
        text = str(caught.value)
        assert text.startswith(
            "There are 2 domains with name 'web'; say which by its path, by its UUID, or with --host: "
        )
        assert re.search(r"'site1/dc1/web' \([0-9a-f-]{36}, on 'site1/dc1/hosts1/cluster1/esx1.example.com'\)", text)
        assert re.search(
            r"'site2/dc2/(group\d/)?web' \([0-9a-f-]{36}, on 'site2/dc2/hosts2/cluster2/esx2.example.com'\)", text
        )

    @pytest.mark.parametrize(
        ("path", "host"),
        [
            ("site1/dc1/web", "esx1.example.com"),
            ("dc1/web", "esx1.example.com"),
            ("/dc1/web", "esx1.example.com"),
            ("esx2.example.com/web", "esx2.example.com"),
            ("cluster2/esx2.example.com/web", "esx2.example.com"),
        ],
    )
    def test_its_path_tells_which(self, connection: Connection, path: str, host: str) -> None:
        domain = lookup.lookup_by_name(connection, path)
        assert reading.place_of(connection, domain).name == host
        assert domain.name == "web"

    @pytest.mark.parametrize("path", ["dc9/web", "dc1/nothing", "web/", "/", "hosts1/web"])
    def test_paths_of_nothing(self, connection: Connection, path: str) -> None:
        with pytest.raises(DomainNotFoundError, match=re.escape(f"Could not find domain with name '{path}'")):
            lookup.lookup_by_name(connection, path)

    def test_one_host_knows_one(self, connection: Connection) -> None:
        connection.narrow("esx2.example.com")
        assert lookup.lookup_by_name(connection, "web").host is None
        connection.narrow(None)
        assert len(connection.scope.hosts) == 4
        with pytest.raises(InvalidArgumentError, match="There is no host 'esx9'"):
            connection.narrow("esx9")


def test_hosts(connect: Opener, simulator: Simulator) -> None:
    connection = connect()
    simulator.calls.clear()
    found = list_hosts(connection)
    assert len(list(simulator.calls)) == 1
    assert [host.place.name for host in found] == [f"esx{number}.example.com" for number in (1, 3, 2, 4)]
    first = found[0]
    assert (first.state, first.connection, first.maintenance) == ("poweredOn", "connected", False)
    assert first.version == simulator.site.hosts[0].profile.version
    assert (first.cpus, first.memory) == (8, 64 << 20)
    assert sum(host.machines for host in found) == len(listing.list_domains(connection))


def test_the_tree(connect: Opener, simulator: Simulator) -> None:
    connection = connect()
    simulator.calls.clear()
    root = read_inventory(connection)
    assert len(list(simulator.calls)) == 1
    assert (root.name, root.kind) == (connection.uri.host, "server")
    assert [(node.name, node.kind) for node in root.below] == [("site1", "folder"), ("site2", "folder")]
    cluster = read_inventory(connect("site2/dc2/hosts2/cluster2"), machines=True)
    assert (cluster.name, cluster.kind) == ("cluster2", "cluster")
    assert [host.name for host in cluster.below] == ["esx2.example.com", "esx4.example.com"]
    assert "vm-0002" in [domain.name for domain in cluster.below[0].below]
    alone = read_inventory(connect("site1/dc1/hosts1/cluster1/esx1.example.com"), machines=True)
    assert alone.kind == "host"
    assert {domain.kind for domain in alone.below} == {"domain"}


def test_a_host_that_has_gone(connect: Opener) -> None:
    """It is left out from then on; the vCenter's fault for it does not sink the list."""
    connection = connect()
    first, *others = connection.scope.places
    gone = records.replace(first, ref=Ref("HostSystem", "host-99999"))
    connection._scope = Scope([gone, *others], "all")
    assert len(listing.list_domains(connection)) == 25
    assert connection.scope.places == (first, *others)
