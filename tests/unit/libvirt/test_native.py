"""Conversions by the library: with a connection by libvirt's methods, and by our own, which need none."""

from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import open_connection

FORMAT = "vmware-vmx"
VMX = 'config.version = "8"\nvirtualHW.version = "4"\ndisplayName = "a"\n'
XML = "<domain type='vmware'><name>a</name><memory>65536</memory><os><type arch='i686'>hvm</type></os></domain>"


def test_a_connection_converts_both_ways() -> None:
    with Simulator("esx-4.0", transport="http") as sim:
        connection = open_connection(sim.uri, sim.username, sim.password)
        with connection:
            assert connection.domainXMLFromNative(FORMAT, VMX).startswith("<domain type='vmware'>\n  <name>a</name>\n")
            assert 'virtualHW.version = "7"\n' in connection.domainXMLToNative(FORMAT, XML, 0)
            assert connection.nativeToXML(FORMAT, VMX.encode()) == (connection.domainXMLFromNative(FORMAT, VMX), [])
            assert connection.xmlToNative(FORMAT, XML.encode(), True)[1] == []


@pytest.mark.parametrize("method", ["domainXMLFromNative", "domainXMLToNative"])
class TestRefusals:
    def test_flags(self, method: str, connection: Any) -> None:
        with pytest.raises(
            libvirt.libvirtError, match=r"unsupported flags \(0x1\) in function esxConnectDomainXML"
        ) as e:
            getattr(connection, method)(FORMAT, "", 1)
        assert e.value.get_error_code() == libvirt.VIR_ERR_INVALID_ARG

    @pytest.mark.parametrize("arguments", [(None, ""), (FORMAT, None)])
    def test_nothing(self, method: str, arguments: Any, connection: Any) -> None:
        with pytest.raises(libvirt.libvirtError, match="must not be NULL"):
            getattr(connection, method)(*arguments)

    def test_another_format(self, method: str, connection: Any) -> None:
        with pytest.raises(libvirt.libvirtError, match=r"^invalid argument: Unsupported config format 'x'$"):
            getattr(connection, method)("x", "")

    def test_a_connection_that_only_looks(self, method: str, connection: Any, driver: Any) -> None:
        driver.read_only = True
        name = f"virConnectD{method[1:]}"
        with pytest.raises(libvirt.libvirtError, match=f"read only access prevents {name}") as caught:
            getattr(connection, method)(FORMAT, "")
        assert caught.value.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED

    def test_a_connection_that_is_closed(self, method: str, connection: Any) -> None:
        connection.close()
        with pytest.raises(libvirt.libvirtError, match="invalid connection pointer in virConnectDomainXML"):
            getattr(connection, method)(FORMAT, "")


def test_no_connection_is_needed() -> None:
    xml, notes = libvirt.nativeToXML(FORMAT, VMX + 'serial0.present = "true"\nserial0.fileType = "thinprint"\n')
    assert "<name>a</name>" in xml
    assert [note.partition(":")[0] for note in notes] == ["line 5"]
    assert 'virtualHW.version = "8"\n' in libvirt.xmlToNative(FORMAT, XML)[0]


@pytest.mark.parametrize("convert", [libvirt.nativeToXML, libvirt.xmlToNative])
def test_what_cannot_be_converted_is_libvirts_error(convert: Any) -> None:
    with pytest.raises(libvirt.libvirtError) as caught:
        convert(FORMAT, b"\x00\xff")
    assert caught.value.get_error_code() is not None
    with pytest.raises(libvirt.libvirtError, match="Unsupported config format 'x'"):
        convert("x", b"")


def test_strict_refuses() -> None:
    with pytest.raises(libvirt.libvirtError, match=r"Missing essential config entry 'config.version'"):
        libvirt.nativeToXML(FORMAT, 'displayName = "a"\n', strict=True)
    assert libvirt.nativeToXML(FORMAT, 'displayName = "a"\n')[1] != []
