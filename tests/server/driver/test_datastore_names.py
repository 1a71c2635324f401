"""Datastores with slashes, percent signs, backslashes and brackets in their names: one form shown, each understood."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.define import define
from esxvirt.driver.devices import attach, update
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.description import xml_description
from esxvirt.driver.domain.listing import list_domains
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.storage import pools, volume_files, volumes
from esxvirt.driver.storage.transfer import download
from esxvirt.errors import EsxvirtError, PoolNotFoundError, VolumeNotFoundError
from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from tests.server.driver.conftest import Opener

CONFIG = 2
# As the server keeps it, and as people write it.
NAMES = {
    "a%2fb": ("a/b", "a%2Fb"),
    "50%25": ("50%",),
    "[ssd] fast": (),
    "x%5cy": ("x\\y", "x%5Cy"),
    "[%2f%25%5c]": ("[/%\\]",),
    "50%2525": (),
}
WRITINGS = [(stored, name) for stored, others in NAMES.items() for name in (stored, *others)]
VOLUME = "<volume><name>{}</name><capacity>1048576</capacity><target><format type='vmdk'/></target></volume>"
MACHINE = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='{}'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""


@pytest.fixture(scope="module", params=["esx-8.0", "vcenter-7.0", "gsx-2.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http", datastores=NAMES) as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Iterator[Connection]:
    found = connect(server)
    yield found
    for domain in list_domains(found):
        if domain.name == "new":
            if domain.state == 1:
                lifecycle.destroy(found, domain)
            lookup = lookup_by_name(found, "new")
            found.session.call(lookup.ref, "UnregisterVM")
    for store in server.site.datastores[1:]:
        for path in ("m/d.vmdk", "m/d-flat.vmdk", "m/e.vmdk", "m/e-flat.vmdk", "m/new.vmx"):
            if store.find(path) is not None:
                store.delete(path)


def disk(source: str, target: str = "sdb") -> str:
    return f"<disk type='file' device='disk'><source file='{source}'/><target dev='{target}' bus='scsi'/></disk>"


def test_pools_are_shown_as_libvirt_shows_them(connection: Connection) -> None:
    assert {pool.name for pool in pools.read_pools(connection)} == {*NAMES, "local-storage"}


@pytest.mark.parametrize(("stored", "name"), WRITINGS)
class TestEachWriting:
    def test_of_a_pool(self, stored: str, name: str, connection: Connection) -> None:
        pool = pools.lookup_by_name(connection, name)
        assert pool.name == stored
        assert pools.lookup_by_path(connection, pool.path or "").name == stored
        assert pools.lookup_by_path(connection, f"/vmfs/volumes/{name}").name == stored

    def test_of_a_volume(self, stored: str, name: str, connection: Connection) -> None:
        pool = pools.lookup_by_name(connection, name)
        made = volume_files.create(connection, pool, VOLUME.format("m/d.vmdk"))
        assert made.path == f"[{stored}] m/d.vmdk"
        (listed,) = volumes.list_volumes(connection, pool)
        assert listed.path == made.path
        assert volumes.lookup_by_path(connection, f"[{name}] m/d.vmdk").path == made.path
        assert volumes.lookup_by_path(connection, f"[{name}]m/d.vmdk").path == made.path
        if pool.path is not None and pool.path.startswith("/vmfs"):
            assert volumes.lookup_by_path(connection, f"/vmfs/volumes/{name}/m/d.vmdk").path == made.path
        volume_files.delete(connection, listed)
        with pytest.raises(VolumeNotFoundError):
            volumes.lookup_by_path(connection, f"[{name}] m/d.vmdk")

    def test_of_a_machines_disks(self, stored: str, name: str, server: Simulator, connection: Connection) -> None:
        pool = pools.lookup_by_name(connection, stored)
        for file in ("m/d.vmdk", "m/e.vmdk"):
            volume_files.create(connection, pool, VOLUME.format(file))
        domain = define(connection, MACHINE.format(f"[{name}] m/d.vmdk"))
        assert server.site.find_machine("new").vmx_path == f"[{stored}] m/new.vmx"
        attach.attach(connection, domain, disk(f"[{name}] m/e.vmdk"), CONFIG)
        text = xml_description(connection, domain)
        for file in ("m/d.vmdk", "m/e.vmdk"):
            assert f"<source file='[{stored}] {file}'/>" in text
        before = server.site.find_machine("new").text()
        update.update(connection, domain, disk(f"[{name}] m/e.vmdk"), CONFIG)
        define(connection, text.replace(f"[{stored}]", f"[{name}]"))
        assert server.site.find_machine("new").text() == before
        lifecycle.start(connection, domain)
        assert server.site.find_machine("new").running


@pytest.mark.parametrize("name", ["a%252fb", "b", "[ssd", "ssd] fast", "50%252525", "", "A/B"])
def test_names_that_nobody_has(name: str, connection: Connection) -> None:
    with pytest.raises(PoolNotFoundError):
        pools.lookup_by_name(connection, name)
    with pytest.raises(EsxvirtError):
        volumes.lookup_by_path(connection, f"[{name}] m/d.vmdk")
    with pytest.raises(EsxvirtError):
        define(connection, MACHINE.format(f"[{name}] m/d.vmdk"))


def test_content_is_fetched(server: Simulator, connection: Connection) -> None:
    for stored in NAMES:
        store = next(store for store in server.site.datastores if store.name == stored)
        store.make_directory("iso")
        store.put("iso/x.iso", File.of(b"content"))
        volume = volumes.lookup_by_path(connection, f"[{stored}] iso/x.iso")
        assert download(connection, volume, 0, 0).read(100) == b"content"
        store.delete("iso/x.iso")


@pytest.mark.parametrize("path", ["[] /vmimages/tools-isoimages/linux.iso", "/vmimages/tools-isoimages/linux.iso"])
def test_files_of_the_hosts_own_stay_as_they_are(path: str, connect: Opener) -> None:
    with Simulator("esx-8.0", "http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "archive")
        medium = f"<disk type='file' device='cdrom'><source file='{path}'/><target dev='hda' bus='ide'/></disk>"
        attach.attach(connection, domain, medium, CONFIG)
        text = xml_description(connection, domain)
        assert f"<source file='{path}'/>" in text
        before = simulator.site.find_machine("archive").text()
        define(connection, text)
        assert simulator.site.find_machine("archive").text() == before
        other = path.replace("linux", "windows")
        update.update(connection, domain, medium.replace(path, other), CONFIG)
        assert f"<source file='{other}'/>" in xml_description(connection, domain)
        lifecycle.start(connection, domain)
