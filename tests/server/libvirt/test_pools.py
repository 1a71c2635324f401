"""Storage pools as programs make and remove them: what they are told, and libvirt's codes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import open_connection

EXPORT = "<pool type='netfs'><name>more</name><source><host name='nas'/><dir path='/more'/></source></pool>"
DISK = "/vmfs/devices/disks/naa.6001405a3c9e00007d1b4f02e8c6a590"
VOLUME = f"<pool type='fs'><name>made</name><source><device path='{DISK}'/></source></pool>"


@pytest.fixture
def connection() -> Iterator["libvirt.virConnect"]:
    with Simulator("esx-7.0", transport="http", storage=("nfs", "iscsi")) as simulator:
        made = open_connection(simulator.uri, simulator.username, simulator.password)
        yield made
        made.close()
        assert simulator.sessions == []


def test_as_programs_do_it(connection: "libvirt.virConnect") -> None:
    """Define, build, start, have it start with the host; and the way back: as virt-install does it."""
    pool = connection.storagePoolDefineXML(EXPORT, 0)
    assert [pool.build(0), pool.create(0), pool.setAutostart(1)] == [0, 0, 0]
    assert (pool.isActive(), pool.isPersistent(), pool.autostart()) == (1, 1, 1)
    assert "more" in connection.listStoragePools()
    assert pool.destroy() == 0
    assert (pool.isActive(), pool.info()[0]) == (0, libvirt.VIR_STORAGE_POOL_INACTIVE)
    assert connection.listDefinedStoragePools() == ["more"]
    flags = libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE
    assert [found.name() for found in connection.listAllStoragePools(flags)] == ["more"]
    assert [pool.delete(0), pool.undefine()] == [0, 0]
    assert connection.numOfDefinedStoragePools() == 0


def test_a_volume(connection: "libvirt.virConnect") -> None:
    assert DISK in connection.findStoragePoolSources("fs", None, 0)
    pool = connection.storagePoolCreateXML(VOLUME, libvirt.VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE)
    assert pool.isActive() == 1
    assert connection.findStoragePoolSources("fs", None, 0) == "<sources>\n</sources>\n"
    assert pool.delete(0) == 0


@pytest.mark.parametrize(
    ("act", "code", "message"),
    [
        (lambda c, _: c.storagePoolDefineXML(EXPORT, 2), libvirt.VIR_ERR_INVALID_ARG, "unsupported flags"),
        (lambda c, _: c.storagePoolCreateXML(EXPORT, 8), libvirt.VIR_ERR_INVALID_ARG, "unsupported flags"),
        (lambda c, _: c.storagePoolCreateXML(EXPORT, 6), libvirt.VIR_ERR_INVALID_ARG, "mutually exclusive"),
        (lambda c, _: c.storagePoolDefineXML(None, 0), libvirt.VIR_ERR_INVALID_ARG, "must not be NULL"),
        (lambda c, _: c.storagePoolCreateXML("<x/>", 0), libvirt.VIR_ERR_XML_ERROR, "expecting root element of 'pool'"),
        (lambda c, _: c.storagePoolCreateXML("<", 0), libvirt.VIR_ERR_XML_DETAIL, "at line 1"),
        (lambda c, _: c.storagePoolCreateXML(VOLUME, 0), libvirt.VIR_ERR_OPERATION_INVALID, "with --overwrite"),
        (lambda _, pool: pool.create(0), libvirt.VIR_ERR_OPERATION_INVALID, "storage pool 'nfs-storage' is active"),
        (lambda _, pool: pool.build(1), libvirt.VIR_ERR_INVALID_ARG, "unsupported flags"),
        (lambda _, pool: pool.build(12), libvirt.VIR_ERR_INVALID_ARG, "mutually exclusive"),
        (lambda _, pool: pool.build(8), libvirt.VIR_ERR_OPERATION_INVALID, "storage pool 'nfs-storage' is active"),
        (lambda _, pool: pool.delete(1), libvirt.VIR_ERR_INVALID_ARG, "unsupported flags"),
        (lambda _, pool: pool.undefine(), libvirt.VIR_ERR_OPERATION_INVALID, "storage pool 'nfs-storage' is active"),
        (lambda c, _: c.findStoragePoolSources("netfs", None), libvirt.VIR_ERR_NO_SUPPORT, "does not support source"),
        (lambda c, _: c.findStoragePoolSources("fs", None, 1), libvirt.VIR_ERR_INVALID_ARG, "unsupported flags"),
        (lambda c, _: c.findStoragePoolSources("fs", "<x/>"), libvirt.VIR_ERR_XML_ERROR, "expecting root element"),
        (lambda c, _: c.findStoragePoolSources(None, None), libvirt.VIR_ERR_INVALID_ARG, "must not be NULL"),
    ],
)
def test_refusals(connection: "libvirt.virConnect", act: Callable[..., Any], code: int, message: str) -> None:
    before = connection.listStoragePools()
    with pytest.raises(libvirt.libvirtError, match=message) as caught:
        act(connection, connection.storagePoolLookupByName("nfs-storage"))
    assert caught.value.get_error_code() == code
    assert connection.listStoragePools() == before
    assert connection.listDefinedStoragePools() == []
