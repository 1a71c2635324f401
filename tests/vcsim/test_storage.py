"""Pools and volumes on vcsim, where the real virsh crashes: it has datastores without mount paths."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt import libvirt
from tests.client import open_connection
from tests.servers import Vcsim, running_vcsim
from tests.vcsim.witness import govc

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(40_000))
DISK = "<volume><name>{}</name><capacity>1048576</capacity><target><format type='vmdk'/></target></volume>"


@pytest.fixture(scope="module", params=[True, False], ids=["esx", "vcenter"])
def server(request: pytest.FixtureRequest) -> Iterator[Vcsim]:
    with running_vcsim(esx=request.param, tls=True) as running:
        yield running


@pytest.fixture
def connection(server: Vcsim) -> Iterator["libvirt.virConnect"]:
    uri = server.uri("/" if server.esx else "/DC0/DC0_H0", thumbprint=server.thumbprint)
    with open_connection(uri, server.username, server.password) as opened:
        yield opened


def test_pools_are_shown(connection: "libvirt.virConnect") -> None:
    pools = connection.listAllStoragePools()
    assert [pool.name() for pool in pools] == ["LocalDS_0"]
    assert pools[0].info()[0] == libvirt.VIR_STORAGE_POOL_RUNNING
    assert connection.storagePoolLookupByUUIDString(pools[0].UUIDString()).name() == "LocalDS_0"
    assert "<pool type='dir'>" in pools[0].XMLDesc()


def test_volumes_are_made_cloned_and_deleted(connection: "libvirt.virConnect") -> None:
    pool = connection.storagePoolLookupByName("LocalDS_0")
    before = sorted(pool.listVolumes())
    disk = pool.createXML(DISK.format("new/a.vmdk"))
    clone = pool.createXMLFrom(DISK.format("new/b.vmdk"), disk)
    assert sorted(pool.listVolumes()) == sorted([*before, "new/a.vmdk", "new/b.vmdk"])
    assert connection.storageVolLookupByPath("[LocalDS_0] new/b.vmdk").name() == clone.name()
    for volume in (disk, clone):
        volume.delete()
    assert sorted(pool.listVolumes()) == before


def test_files_go_up_and_come_down(server: Vcsim, connection: "libvirt.virConnect", tmp_path: Path) -> None:
    image = tmp_path / "image.iso"
    image.write_bytes(b"old")
    govc(server, "datastore.upload", "-ds", "LocalDS_0", str(image), "image.iso")
    volume = connection.storageVolLookupByPath("[LocalDS_0] image.iso")
    stream = connection.newStream()
    volume.upload(stream, 0, 0)
    stream.send(CONTENT)
    stream.finish()
    govc(server, "datastore.download", "-ds", "LocalDS_0", "image.iso", str(image))
    assert image.read_bytes() == CONTENT
    stream = connection.newStream()
    volume.download(stream, 100, 1_000_000)
    found: list[bytes] = []
    stream.recvAll(lambda _, piece, opaque: opaque.append(piece), found)
    stream.finish()
    assert b"".join(found) == CONTENT[100:1_000_100]
    volume.delete()
