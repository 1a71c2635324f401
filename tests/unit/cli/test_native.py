"""``domxml-from-native`` and ``domxml-to-native`` as processes, without a server and with one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.vmx import VmxFile
from tests.client import write_auth_file
from tests.unit.cli.program import esxvirsh

VMX = b"""config.version = "8"
virtualHW.version = "4"
displayName = "caf\xe9"
.encoding = "windows-1252"
scsi0.present = "true"
scsi0:0.present = "true"
scsi0:0.fileName = "a.vmdk"
serial0.present = "true"
serial0.fileType = "thinprint"
"""
NOWHERE = {"LIBVIRT_DEFAULT_URI": ""}
FROM = ("domxml-from-native", "vmware-vmx")
TO = ("domxml-to-native", "vmware-vmx")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.vmx"
    path.write_bytes(VMX)
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with Simulator("esx-6.7", transport="http") as simulator:
        yield simulator


def _account(directory: Path, server: Simulator) -> dict[str, str]:
    return {"LIBVIRT_AUTH_FILE": str(write_auth_file(directory, server.username, server.password))}


class TestWithoutServer:
    def test_a_file_becomes_xml_in_utf_8_and_xml_a_file(self, file: Path, tmp_path: Path) -> None:
        there = esxvirsh(*FROM, str(file), environment=NOWHERE)
        assert (there.returncode, there.stderr) == (0, b"")
        assert "<name>café</name>".encode() in there.stdout
        assert there.stdout.endswith(b"</domain>\n\n")
        xml = tmp_path / "a.xml"
        xml.write_bytes(there.stdout)
        back = esxvirsh(*TO, "--xml", str(xml), environment=NOWHERE)
        assert (back.returncode, back.stderr) == (0, b"")
        made = VmxFile.parse(back.stdout)
        assert (made["displayName"], made["virtualHW.version"]) == ("café", "8")
        assert made["scsi0:0.fileName"] == "/vmfs/volumes/datastore/directory/a.vmdk"

    def test_a_dash_is_standard_input(self, file: Path) -> None:
        run = esxvirsh("-q", *FROM, "-", stdin=VMX, environment=NOWHERE)
        assert run.stdout == esxvirsh("-q", *FROM, str(file), environment=NOWHERE).stdout
        back = esxvirsh(*TO, "-", stdin=run.stdout, environment=NOWHERE)
        assert b'displayName = "caf\xc3\xa9"\n' in back.stdout

    def test_losses_are_told_on_request_and_never_in_the_result(self, file: Path) -> None:
        silent = esxvirsh(*FROM, str(file), environment=NOWHERE)
        told = esxvirsh(*FROM, str(file), "--report", environment=NOWHERE)
        assert silent.stderr == b""
        assert told.stdout == silent.stdout
        assert b"warning: line 9: serial0.fileType: " in told.stderr

    def test_losses_on_the_way_back_are_told(self) -> None:
        xml = b"""<domain type='vmware'><name>a</name><memory>65536</memory><os><type arch='i686'>hvm</type></os>
<devices><rng model='virtio'><backend model='random'/></rng></devices></domain>"""
        run = esxvirsh(*TO, "-", "--report", stdin=xml, environment=NOWHERE)
        assert run.returncode == 0
        assert b"warning: " in run.stderr
        assert b"rng" in run.stderr

    def test_strict_refuses_as_libvirt_does(self, file: Path) -> None:
        run = esxvirsh(*FROM, str(file), "--strict", environment=NOWHERE)
        assert run.returncode == 1
        assert run.stdout == b"\n"
        assert run.stderr.startswith(b"error: internal error: Expecting VMX entry 'serial0.fileType' to be 'device', ")

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", b"error: internal error: the VMX file is empty"),
            (b'encryption.data = "x"\n', b"error: internal error: the VMX file is encrypted; "),
            (bytes(5000), b"error: "),
        ],
    )
    def test_what_is_no_vmx_file(self, content: bytes, text: bytes) -> None:
        run = esxvirsh(*FROM, "-", stdin=content, environment=NOWHERE)
        assert (run.returncode, run.stdout) == (1, b"\n")
        assert run.stderr.startswith(text)
        assert run.stderr.count(b"\n") == 1

    def test_what_is_no_xml(self) -> None:
        run = esxvirsh(*TO, "-", stdin=b"<domain", environment=NOWHERE)
        assert (run.returncode, run.stdout) == (1, b"\n")
        assert run.stderr.startswith(b"error: at line 1: ")

    def test_the_format_is_vmware_s(self) -> None:
        run = esxvirsh("domxml-from-native", "qemu-argv", "-", environment=NOWHERE)
        assert run.stderr == b"error: invalid argument: Unsupported config format 'qemu-argv'\n"

    def test_a_file_may_be_missing_a_directory_or_too_large(self, tmp_path: Path) -> None:
        large = tmp_path / "large"
        large.write_bytes(b"a" * (10 * 1024 * 1024 + 1))
        for path, text in (
            (tmp_path / "nope", "open file '{}': No such file or directory"),
            (tmp_path, "read file '{}': Is a directory"),
            (large, "read file '{}': Value too large for defined data type"),
        ):
            for command in (FROM, TO):
                run = esxvirsh(*command, str(path), environment=NOWHERE)
                assert run.stderr.decode() == f"error: Failed to {text.format(path)}\n"
                assert run.returncode == 1

    def test_a_domain_needs_a_server(self) -> None:
        run = esxvirsh(*TO, "--domain", "web", environment=NOWHERE)
        assert run.returncode == 1
        assert b"no connection URI" in run.stderr

    def test_it_needs_no_vsphere(self) -> None:
        run = esxvirsh("-q", *TO, environment=NOWHERE)
        assert run.stderr == b"error: need either domain or domain XML\n"


class TestOnServer:
    @pytest.mark.parametrize("where", ["option", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI"])
    def test_a_server_that_was_named_is_asked(self, where: str, server: Simulator, tmp_path: Path, file: Path) -> None:
        environment = NOWHERE | _account(tmp_path, server)
        options = ("-c", server.uri) if where == "option" else ()
        if not options:
            environment[where] = server.uri
        run = esxvirsh(*options, *FROM, str(file), environment=environment)
        assert (run.returncode, run.stderr) == (0, b"")
        assert b"<source file='[?] ?/a.vmdk'/>" in run.stdout
        assert list(server.sessions) == []

    def test_a_domain_becomes_a_file_for_its_server(self, server: Simulator, tmp_path: Path) -> None:
        environment = NOWHERE | _account(tmp_path, server)
        run = esxvirsh("-c", server.uri, *TO, "--domain", "Fedora11", environment=environment)
        made = VmxFile.parse(run.stdout)
        assert (made["displayName"], made["virtualHW.version"]) == ("Fedora11", "10")
        assert made["scsi0:0.fileName"].endswith("/Fedora11/Fedora11.vmdk")

    def test_a_server_that_is_not_there_is_an_error(self, file: Path) -> None:
        run = esxvirsh("-c", "foo://nowhere/", *FROM, str(file), environment=NOWHERE)
        assert (run.returncode, run.stdout) == (1, b"")
        assert run.stderr.startswith(b"error: failed to connect to the hypervisor\n")
