"""Conversions by the library: with a connection by libvirt's methods, and by our own, which need none."""

from functools import partial
from typing import Any

import pytest

from esxvirt import libvirt, libvirt_esx
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
            assert libvirt_esx.native_to_xml(connection, FORMAT, VMX.encode()) == (
                connection.domainXMLFromNative(FORMAT, VMX),
                [],
            )
            assert libvirt_esx.xml_to_native(connection, FORMAT, XML.encode(), True)[1] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('memsize = "abc"', "Config entry 'memsize' must represent an integer value (line 4)"),
        ('memsize = "1023"', "(multiple of 4) but found 1023 (line 4)"),
        ('numvcpus = "0"', "to be an unsigned integer greater than 0 but found 0 (line 4)"),
        ('uuid.bios = "x"', "Could not parse UUID from string 'x' (line 4)"),
    ],
)
def test_what_cannot_be_is_an_error_on_every_way(line: str, words: str) -> None:
    with Simulator("esx-4.0", transport="http") as sim, open_connection(sim.uri, sim.username, sim.password) as opened:
        for convert in (
            opened.domainXMLFromNative,
            partial(libvirt_esx.native_to_xml, opened),
            partial(libvirt_esx.native_to_xml, None),
        ):
            with pytest.raises(libvirt.libvirtError) as caught:
                convert(FORMAT, f"{VMX}{line}\n")
            assert str(caught.value).endswith(words)
            assert caught.value.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR
        with pytest.raises(libvirt.libvirtError) as caught:
            libvirt_esx.native_to_xml(opened, FORMAT, f"{VMX}{line}\n", file_name="demo.vmx")
        assert str(caught.value).endswith(words.replace("(line 4)", "(demo.vmx, line 4)"))


def test_lenient_takes_files_on_datastores_that_the_server_has_not() -> None:
    disk = 'scsi0.present = "true"\nscsi0:0.present = "true"\nscsi0:0.fileName = "/vmfs/volumes/nope/a.vmdk"\n'
    with Simulator("esx-4.0", transport="http") as sim, open_connection(sim.uri, sim.username, sim.password) as opened:
        for arguments in ((), (True,)):
            with pytest.raises(libvirt.libvirtError, match="refers to non-existing datastore 'nope'"):
                libvirt_esx.native_to_xml(opened, FORMAT, VMX + disk, *arguments)
        with pytest.raises(libvirt.libvirtError, match="refers to non-existing datastore 'nope'"):
            opened.domainXMLFromNative(FORMAT, VMX + disk)
        xml, notes = libvirt_esx.native_to_xml(opened, FORMAT, VMX + disk, lenient=True)
        assert "<source file='/vmfs/volumes/nope/a.vmdk'/>" in xml
        assert notes[0].startswith("line 6: scsi0:0.fileName: file name '/vmfs/volumes/nope/a.vmdk' refers to non-")
        with pytest.raises(libvirt.libvirtError, match="strict or lenient, not both"):
            libvirt_esx.native_to_xml(opened, FORMAT, VMX, True, True)
        _, notes = libvirt_esx.xml_to_native(
            opened, FORMAT, libvirt_esx.native_to_xml(opened, FORMAT, VMX)[0], lenient=True
        )
        assert notes == []


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
    xml, notes = libvirt_esx.native_to_xml(
        None, FORMAT, VMX + 'serial0.present = "true"\nserial0.fileType = "thinprint"\n'
    )
    assert "<name>a</name>" in xml
    assert [note.partition(":")[0] for note in notes] == ["line 5"]
    assert 'virtualHW.version = "8"\n' in libvirt_esx.xml_to_native(None, FORMAT, XML)[0]


@pytest.mark.parametrize("convert", [libvirt_esx.native_to_xml, libvirt_esx.xml_to_native])
def test_what_cannot_be_converted_is_libvirts_error(convert: Any) -> None:
    with pytest.raises(libvirt.libvirtError) as caught:
        convert(None, FORMAT, b"\x00\xff")
    assert caught.value.get_error_code() is not None
    with pytest.raises(libvirt.libvirtError, match="Unsupported config format 'x'"):
        convert(None, "x", b"")


def test_strict_refuses() -> None:
    with pytest.raises(libvirt.libvirtError, match=r"Missing essential config entry 'config.version'"):
        libvirt_esx.native_to_xml(None, FORMAT, 'displayName = "a"\n', strict=True)
    assert libvirt_esx.native_to_xml(None, FORMAT, 'displayName = "a"\n')[1] != []
