"""The pure parts of the driver."""

import pytest

from esxvirt.datastore_path import DatastorePath
from esxvirt.driver.connection.places import Item, Tree
from esxvirt.driver.connection.product import version_number
from esxvirt.driver.connection.uri_paths import resolve
from esxvirt.driver.devices.digests import disk_targets, network_cards
from esxvirt.driver.domain.states import domain_state
from esxvirt.driver.host.host import shorten_cpu_model
from esxvirt.driver.storage.datastores import Datastore, FileNames, datastores_of
from esxvirt.errors import EsxvirtError, InvalidArgumentError, VmxError
from esxvirt.names import unescape
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.inventory import Row


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.5.0", 3005000),
        ("2.0.2", 2000002),
        ("7.0.3", 7000003),
        ("8.0", 8000000),
        ("6", 6000000),
        ("5.5.0-u3", 5005000),
    ],
)
def test_versions_count_as_libvirt_counts_them(text: str, number: int) -> None:
    assert version_number(text) == number


def test_a_version_that_is_none() -> None:
    with pytest.raises(EsxvirtError, match="Could not parse version number from 'x'"):
        version_number("x")


@pytest.mark.parametrize(
    ("model", "short"),
    [
        ("Intel(R) Core(TM) i7-3615QM CPU @ 2.30GHz", "Intel Core i7-3615QM CPU @ 2.30"),
        ("Intel(R) Xeon(R) CPU           E5410  @ 2.33GHz", "Intel Xeon CPU E5410 @ 2.33GHz"),
        ("AMD Opteron(tm) Processor 6140", "AMD Opteron(tm) Processor 6140"),
        ("", ""),
    ],
)
def test_cpu_models_fit_into_nodeinfo(model: str, short: str) -> None:
    assert shorten_cpu_model(model) == short


@pytest.mark.parametrize(
    ("state", "number"), [("poweredOn", 1), ("suspended", 3), ("poweredOff", 5), (None, 0), ("quantum", 0)]
)
def test_power_states(state: object, number: int) -> None:
    assert domain_state(state) == number


@pytest.mark.parametrize(
    ("kept", "written"), [("a%2fb", "a/b"), ("a%5cb", "a\\b"), ("100%25", "100%"), ("%252f", "%2f"), ("plain", "plain")]
)
def test_names_as_people_write_them(kept: str, written: str) -> None:
    assert unescape(kept) == written


def item(kind: str, name: str, parent: Item | None = None) -> Item:
    made = Item(Ref(kind, name), unescape(name), Row(Ref(kind, name), {"name": name}), parent)
    if parent is not None:
        parent.children.append(made)
    return made


@pytest.fixture
def tree() -> Tree:
    root = item("Folder", "Datacenters")
    folder = item("Folder", "Norden Süd", root)
    datacenter = item("Datacenter", "dc1", folder)
    alone = item("ComputeResource", "a%2fb", datacenter)
    cluster = item("ClusterComputeResource", "cluster1", item("Folder", "racks", datacenter))
    hosts = [
        item("HostSystem", "a%2fb", alone),
        item("HostSystem", "esx1", cluster),
        item("HostSystem", "esx2", cluster),
    ]
    return Tree(root, tuple(hosts))


@pytest.mark.parametrize(
    ("path", "hosts", "name"),
    [
        ((), ["a%2fb", "esx1", "esx2"], "the inventory of 'vc'"),
        (("Norden Süd",), ["a%2fb", "esx1", "esx2"], "the folder 'Norden Süd'"),
        (("Norden Süd", "dc1"), ["a%2fb", "esx1", "esx2"], "the datacenter 'dc1'"),
        (("Norden Süd", "dc1", "racks"), ["esx1", "esx2"], "the folder 'racks'"),
        (("Norden Süd", "dc1", "racks", "cluster1"), ["esx1", "esx2"], "the cluster 'cluster1'"),
        (("Norden Süd", "dc1", "racks", "cluster1", "esx2"), ["esx2"], "the host 'esx2'"),
        (("Norden Süd", "dc1", "a/b"), ["a%2fb"], "the host 'a/b'"),
        (("Norden Süd", "dc1", "a%2fb"), ["a%2fb"], "the host 'a/b'"),
        (("Norden Süd", "dc1", "a/b", "a/b"), ["a%2fb"], "the host 'a/b'"),
    ],
)
def test_paths_lead_to_hosts(tree: Tree, path: tuple[str, ...], hosts: list[str], name: str) -> None:
    scope = resolve(tree, path, "vc")
    assert [host.value for host in scope.hosts] == hosts
    assert scope.name == name


def test_where_hosts_are(tree: Tree) -> None:
    alone, first, second = resolve(tree, (), "vc").places
    assert alone.path == ("Norden Süd", "dc1", "a/b")
    assert alone.text == "Norden Süd/dc1/a%2fb"
    assert alone.cluster is None
    assert alone.compute_resource == Ref("ComputeResource", "a%2fb")
    assert first.path == ("Norden Süd", "dc1", "racks", "cluster1", "esx1")
    assert first.cluster == "cluster1"
    assert second.datacenter == Ref("Datacenter", "dc1")
    assert second.datacenter_path == "Norden Süd/dc1"
    assert second.datacenter_name == "dc1"
    scope = resolve(tree, (), "vc")
    assert scope.named("ESX2") is scope.named("cluster1/esx2") is scope.narrowed("racks/cluster1/esx2").only_host()
    assert scope.named("a%2fb").name == "a/b"


def test_what_only_one_host_has(tree: Tree) -> None:
    scope = resolve(tree, ("Norden Süd", "dc1", "racks"), "vc")
    with pytest.raises(InvalidArgumentError) as caught:
        scope.only_host()
    assert str(caught.value) == (
        "The connection is to 2 hosts; name one with --host, or at the end of the connection's URI: "
        "'Norden Süd/dc1/racks/cluster1/esx1', 'Norden Süd/dc1/racks/cluster1/esx2'"
    )
    with pytest.raises(InvalidArgumentError, match="There is no host 'esx9' in the folder 'racks'"):
        scope.named("esx9")
    with pytest.raises(EsxvirtError, match="on a host that is not in the folder 'racks'"):
        scope.place(Ref("HostSystem", "a%2fb"))
    assert scope.datacenter_path == "Norden Süd/dc1"


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        (("x",), EsxvirtError, "Could not find datacenter specified in '/x'; '/' has 'Norden Süd/'"),
        (("dc1",), EsxvirtError, "Could not find datacenter specified in '/dc1'; '/' has 'Norden Süd/'"),
        (
            ("Norden Süd", "dc2"),
            EsxvirtError,
            "Could not find datacenter specified in '/Norden Süd/dc2'; '/Norden Süd' has 'dc1'",
        ),
        (
            ("Norden Süd", "dc1", "cluster1"),
            EsxvirtError,
            (
                "Could not find compute resource specified in '/Norden Süd/dc1/cluster1'; "
                "'/Norden Süd/dc1' has 'a%2fb', 'racks/'"
            ),
        ),
        (
            ("Norden Süd", "dc1", "racks", "x"),
            EsxvirtError,
            (
                "Could not find compute resource specified in '/Norden Süd/dc1/racks/x'; "
                "'/Norden Süd/dc1/racks' has 'cluster1'"
            ),
        ),
        (
            ("Norden Süd", "dc1", "racks", "cluster1", "esx3"),
            EsxvirtError,
            (
                "Could not find host system specified in '/Norden Süd/dc1/racks/cluster1/esx3'; "
                "'/Norden Süd/dc1/racks/cluster1' has 'esx1', 'esx2'"
            ),
        ),
        (
            ("Norden Süd", "dc1", "racks", "cluster1", "esx1", "x"),
            InvalidArgumentError,
            "Path '/Norden Süd/dc1/racks/cluster1/esx1/x' ends with an excess item",
        ),
        (
            ("Norden Süd", "dc1", "a/b", "x"),
            InvalidArgumentError,
            "Path '/Norden Süd/dc1/a/b/x' ends with an excess item",
        ),
    ],
)
def test_paths_that_do_not(tree: Tree, path: tuple[str, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(EsxvirtError) as caught:
        resolve(tree, path, "vc")
    assert type(caught.value) is error
    assert str(caught.value) == message


DATASTORES = [
    Datastore("local", "/vmfs/volumes/4980-76b2"),
    Datastore("win", "C:\\Virtual Machines"),
    Datastore("unmounted", None),
]


@pytest.mark.parametrize(
    ("file_name", "source"),
    [
        ("disk.vmdk", "[local] vm/disk.vmdk"),
        ("/vmfs/volumes/4980-76b2/other/x.vmdk", "[local] other/x.vmdk"),
        ("/vmfs/volumes/4980-76b2//x.vmdk", "[local] x.vmdk"),
        ("/vmfs/volumes/local/x.vmdk", "[local] x.vmdk"),
        ("/vmfs/volumes/unmounted/x.vmdk", "[unmounted] x.vmdk"),
        ("/vmfs/volumes/4980-76b2ff/x.vmdk", "/vmfs/volumes/4980-76b2ff/x.vmdk"),
        ("C:\\Virtual Machines\\vm\\x.vmdk", "[win] vm/x.vmdk"),
        ("/usr/lib/vmware/isoimages/linux.iso", "/usr/lib/vmware/isoimages/linux.iso"),
    ],
)
def test_file_names(file_name: str, source: str) -> None:
    assert FileNames(DATASTORES, DatastorePath("local", "vm")).parse(file_name, False) == source


def test_a_bare_name_in_the_root_of_a_datastore() -> None:
    assert FileNames(DATASTORES, DatastorePath("local", "")).parse("x.vmdk", False) == "[local] x.vmdk"


def test_file_names_of_nowhere() -> None:
    names = FileNames(DATASTORES, DatastorePath("local", "vm"))
    assert names.parse("D:\\isos\\x.iso", True) is None
    with pytest.raises(VmxError, match="isos"):
        names.parse("D:\\isos\\x.iso", False)


def test_mounts_of_another_host_do_not_count() -> None:
    here, there = Ref("HostSystem", "1"), Ref("HostSystem", "2")

    def mount(host: Ref, path: str) -> Data:
        return Data("DatastoreHostMount", {"key": host, "mountInfo": Data("HostMountInfo", {"path": path})})

    rows = [
        Row(Ref("Datastore", "a"), {"summary.name": "a", "host": [mount(there, "/there"), mount(here, "/here")]}),
        Row(Ref("Datastore", "b"), {"summary.name": "b", "host": [mount(there, "/there")]}),
        Row(Ref("Datastore", "c"), {"host": []}),
        Row(here),
    ]
    assert datastores_of(rows, here) == [Datastore("a", "/here"), Datastore("b", None)]


def device(kind: str, key: int, **fields: object) -> Data:
    return Data(kind, {"key": key, **fields})


def test_disks_have_the_names_of_the_xml() -> None:
    devices = [
        device("VirtualIDEController", 200, busNumber=0),
        device("VirtualIDEController", 201, busNumber=1),
        device("ParaVirtualSCSIController", 1000, busNumber=0),
        device("VirtualLsiLogicController", 1001, busNumber=1),
        device("VirtualSIOController", 400, busNumber=0),
        device("VirtualDisk", 1, controllerKey=1000, unitNumber=0, capacityInKB=1024),
        device("VirtualDisk", 2, controllerKey=1000, unitNumber=8, capacityInBytes=512),
        device("VirtualDisk", 3, controllerKey=1001, unitNumber=15),
        device("VirtualCdrom", 4, controllerKey=201, unitNumber=0),
        device("VirtualFloppy", 5, controllerKey=400, unitNumber=1),
        device("VirtualDisk", 6, controllerKey=9999, unitNumber=0),
        device("VirtualE1000", 4000, macAddress="00:0c:29:00:00:01", deviceInfo=Data("D", {"label": "Adapter 1"})),
    ]
    assert [(disk.target, disk.capacity) for disk in disk_targets(devices)] == [
        ("sda", 1 << 20),
        ("sdh", 512),
        ("sdad", None),
        ("hdc", None),
        ("fdb", None),
    ]
    assert [(card.label, card.mac) for card in network_cards(devices)] == [("Adapter 1", "00:0c:29:00:00:01")]
