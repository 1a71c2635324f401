"""Ours with `strict` against the real libvirt: the same text, or both refuse.

The known differences are in `esxvirt.vmx.mapping.DIFFERENCES`, each with its reason; the generators stay clear of them.
"""

from collections.abc import Iterator

import pytest

from tests.conformance.generators import VmxGenerator, XmlGenerator
from tests.conformance.oracle import Oracle, our_vmx, our_xml, serve

COUNT = 2000


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with serve() as oracle:
        yield oracle


def test_vmx_files_at_random(oracle: Oracle) -> None:
    generator = VmxGenerator(seed=3)
    converted = 0
    for number in range(COUNT):
        data = generator.file()
        kind, text = oracle.ask("from", data)
        ours = our_xml(data)
        assert kind == "crash" or (kind, kind == "ok" and text) == (ours[0], kind == "ok" and ours[1]), (
            f"file {number}: libvirt {text!r}, ours {ours[1]!r}\n{data.decode('latin-1')}"
        )
        converted += kind == "ok"
    assert converted > COUNT // 3


def test_domains_at_random(oracle: Oracle) -> None:
    generator = XmlGenerator(seed=4)
    kind, sample = oracle.ask(
        "to", b"<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os></domain>"
    )
    assert kind == "ok"
    version = int(sample.partition('virtualHW.version = "')[2].partition('"')[0])
    converted = 0
    for number in range(COUNT):
        xml = generator.domain()
        kind, text = oracle.ask("to", xml.encode())
        ours = our_vmx(xml, version)
        assert kind == "crash" or (kind, kind == "ok" and text) == (ours[0], kind == "ok" and ours[1]), (
            f"domain {number}: libvirt {text!r}, ours {ours[1]!r}\n{xml}"
        )
        converted += kind == "ok"
    assert converted > COUNT // 3
