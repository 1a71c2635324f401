"""Names with slashes, percent signs, quotes and other letters, from the definition of a domain to its end."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import open_connection

NAMES = ["a/b", "50%", "50%25", "x%2fy", "%5c", "it's", 'say "hi"', "grün 日本", "a&b<c>", "back\\slash", "[x] y", "..",
         "a:b*c?|", "e\u0301", "q?x#y;+", "🐧", "tail "]  # fmt: skip
CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG
DISK = "<disk type='file' device='disk'><source file='{0}'/><target dev='{1}' bus='scsi'/></disk>"
DOMAIN = f"""<domain type='vmware'><name>{{0}}</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices>{DISK.format("[local-storage] {1}", "sda")}</devices></domain>"""
VOLUME = "<volume><name>{0}</name><capacity>65536</capacity><target><format type='vmdk'/></target></volume>"
SNAPSHOT = "<domainsnapshot><name>{0}</name><description>{0}</description></domainsnapshot>"


@pytest.fixture(scope="module", params=["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-8.0"])
def connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    with (
        Simulator(request.param, transport="http") as running,
        open_connection(running.uri, running.username, running.password) as opened,
    ):
        yield opened


def found(xml: str, path: str) -> list[str | None]:
    return [item.text for item in ET.fromstring(xml).iterfind(path)]


def picture(domain: Any, connection: Any) -> bytes:
    stream = connection.newStream()
    domain.screenshot(stream, 0)
    start: bytes = stream.recv(4)
    stream.finish()
    return start


@pytest.mark.parametrize("name", NAMES)
def test_a_life(connection: Any, name: str) -> None:
    pool, number = connection.storagePoolLookupByName("local-storage"), NAMES.index(name)
    before = {domain.name() for domain in connection.listAllDomains()}
    first = pool.createXML(VOLUME.format(f"d{number}/first.vmdk"))
    assert connection.defineXML(DOMAIN.format(escape(name), first.name())).name() == name
    domain = connection.lookupByName(name)
    assert found(domain.XMLDesc(), "name") == [name]
    connection.defineXML(domain.XMLDesc())  # the same one again
    assert {found.name() for found in connection.listAllDomains()} == before | {name}

    domain.create()
    assert picture(domain, connection) == b"\x89PNG"
    domain.destroy()

    snapshot = domain.snapshotCreateXML(SNAPSHOT.format(escape(name)))
    assert domain.snapshotLookupByName(name).getName() == snapshot.getName() == name
    assert found(snapshot.getXMLDesc(), "description") == [name]
    domain.revertToSnapshot(snapshot)
    snapshot.delete()

    if "\\" not in name:  # which no file's name has
        second = pool.createXML(VOLUME.format(escape(f"d{number}/{name}.vmdk")))
        xml = DISK.format(escape(second.path(), {"'": "&apos;"}), "sdb")
        domain.attachDeviceFlags(xml, CONFIG)
        sources = [item.get("file") for item in ET.fromstring(domain.XMLDesc()).iterfind("devices/disk/source")]
        assert sources == [first.path(), second.path()]
        domain.detachDeviceFlags(xml, CONFIG)
        second.delete()

    domain.rename(f"{name}2", 0)
    domain = connection.lookupByName(f"{name}2")
    with pytest.raises(libvirt.libvirtError, match="already exists"):
        connection.lookupByName("archive").rename(f"{name}2", 0)
    domain.rename(name, 0)
    connection.lookupByName(name).undefine()
    assert {found.name() for found in connection.listAllDomains()} == before
    first.delete()
