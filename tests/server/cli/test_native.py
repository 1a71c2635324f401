"""``domxml-from-native`` and ``domxml-to-native`` as processes, without a server and with one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.vmx import VmxFile
from tests.client import write_auth_file
from tests.program import esxvirsh

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
NOTE = "serial0.fileType: the XML has no word for 'thinprint'; the port is kept, with nothing behind it"
TOLD = f"warning: line 9: {NOTE}\n".encode()
HEAD = 'config.version = "8"\nvirtualHW.version = "4"\ndisplayName = "a"\n'
CARD = 'ethernet0.present = "true"\nethernet0.networkName = "n"\nethernet0.addressType = "static"\n'
MEMORY = "Expecting VMX entry 'memsize' to be an unsigned integer (multiple of 4) but found 1023"
IMPOSSIBLE = [
    ('memsize = "abc"\n', "Config entry 'memsize' must represent an integer value"),
    ('memsize = "1023"\n', MEMORY),
    ('numvcpus = "0"\n', "Expecting VMX entry 'numvcpus' to be an unsigned integer greater than 0 but found 0"),
    ('uuid.bios = "56 4d zz"\n', "Could not parse UUID from string '56 4d zz'"),
    (CARD + 'ethernet0.address = "zz"\n', "Expecting VMX entry 'ethernet0.address' to be MAC address but found 'zz'"),
]
DRIVER = """<domain type='vmware'><name>a</name><memory>65536</memory><os><type arch='i686'>hvm</type></os><devices>
<disk type='file' device='disk'><driver name='{}'/><source file='[local-storage] a/a.vmdk'/><target dev='sda'/></disk>
</devices></domain>"""
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
        assert (there.returncode, there.stderr) == (0, TOLD)
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

    def test_losses_are_told_without_being_asked_for_and_never_in_the_result(self, file: Path) -> None:
        plain = esxvirsh(*FROM, str(file), environment=NOWHERE)
        told = esxvirsh(*FROM, str(file), "--report", environment=NOWHERE)
        assert plain.stderr == told.stderr == TOLD
        assert told.stdout == plain.stdout
        assert plain.stdout.startswith(b"<domain type='vmware'>\n")

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            (b'ethernet0.present = "true"\nethernet0.networkName = "n"\nethernet0.virtualDev = "foo"\n',
             b"warning: line 7: ethernet0.virtualDev: 'foo' is no model that libvirt knows; kept as 'foo'\n"),
            (b'scsi0.present = "true"\nscsi0.virtualDev = "foo"\n',
             b"warning: line 6: scsi0.virtualDev: 'foo' is no SCSI controller model; left out\n"),
            (b"", b""),
        ],
    )  # fmt: skip
    def test_what_is_unknown_is_a_warning_and_under_strict_libvirts_error(self, lines: bytes, said: bytes) -> None:
        head = b'config.version = "7"\nvirtualHW.version = "4"\ndisplayName = "a"\nmemsize = "64"\n'
        run = esxvirsh(*FROM, "-", stdin=head + lines, environment=NOWHERE)
        version = b"warning: line 1: config.version: version 7 of the file format is read like version 8\n"
        assert (run.returncode, run.stderr) == (0, version + said)
        strict = esxvirsh(*FROM, "-", "--strict", stdin=head + lines, environment=NOWHERE)
        assert (strict.returncode, strict.stdout) == (1, b"\n")
        assert strict.stderr == b"error: internal error: Expecting VMX entry 'config.version' to be 8 but found 7\n"

    def test_strict_tells_of_losses_on_request(self) -> None:
        vmx = (
            VMX.partition(b"serial0")[0]
            + b'usb.present = "true"\nide0:0.present = "true"\nide0:0.clientDevice = "true"\n'
        )
        silent = esxvirsh(*FROM, "-", "--strict", stdin=vmx, environment=NOWHERE)
        told = esxvirsh(*FROM, "-", "--strict", "--report", stdin=vmx, environment=NOWHERE)
        assert (silent.returncode, silent.stderr) == (0, b"")
        assert told.stderr.startswith(b"warning: line 10: ide0:0.clientDevice: ")

    @pytest.mark.parametrize(("line", "words"), IMPOSSIBLE)
    def test_what_cannot_be_is_an_error_with_file_and_line(self, line: str, words: str, tmp_path: Path) -> None:
        path = tmp_path / "demo.vmx"
        path.write_text(HEAD + line, encoding="utf-8")
        number = (HEAD + line).count("\n")
        run = esxvirsh(*FROM, str(path), environment=NOWHERE)
        assert (run.returncode, run.stdout) == (1, b"\n")
        assert run.stderr.decode() == f"error: internal error: {words} ({path}, line {number})\n"
        piped = esxvirsh(*FROM, "-", stdin=(HEAD + line).encode(), environment=NOWHERE)
        assert piped.stderr.decode() == f"error: internal error: {words} (line {number})\n"
        strict = esxvirsh(*FROM, str(path), "--strict", environment=NOWHERE)
        assert strict.stderr.decode() == f"error: internal error: {words}\n"

    def test_strict_or_lenient(self, file: Path) -> None:
        for command in (FROM, TO):
            run = esxvirsh(*command, str(file), "--lenient", "--strict", environment=NOWHERE)
            assert run.returncode == 1
            assert run.stderr == b"error: Options --strict and --lenient are mutually exclusive\n"

    @pytest.mark.parametrize("name", ["BusLogic", "buslogic"])
    def test_the_deprecated_name_of_a_driver_is_a_controllers_model(self, name: str) -> None:
        run = esxvirsh(*TO, "-", stdin=DRIVER.format(name).encode(), environment=NOWHERE)
        assert (run.returncode, run.stderr) == (0, b"")
        assert b'scsi0.virtualDev = "buslogic"\n' in run.stdout
        nope = esxvirsh(*TO, "-", stdin=DRIVER.format("nope").encode(), environment=NOWHERE)
        assert (nope.returncode, nope.stdout) == (1, b"\n")
        assert nope.stderr == b"error: internal error: Unknown driver name 'nope' (line 2)\n"

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
        assert (run.returncode, run.stderr) == (0, TOLD)
        assert b"<source file='[?] ?/a.vmdk'/>" in run.stdout
        assert list(server.sessions) == []

    def test_a_domain_becomes_a_file_for_its_server(self, server: Simulator, tmp_path: Path) -> None:
        environment = NOWHERE | _account(tmp_path, server)
        run = esxvirsh("-c", server.uri, *TO, "--domain", "Fedora11", environment=environment)
        made = VmxFile.parse(run.stdout)
        assert (made["displayName"], made["virtualHW.version"]) == ("Fedora11", "10")
        assert made["scsi0:0.fileName"].endswith("/Fedora11/Fedora11.vmdk")

    @pytest.mark.parametrize(("line", "words"), IMPOSSIBLE)
    def test_what_cannot_be_is_an_error_with_file_and_line(
        self, line: str, words: str, server: Simulator, tmp_path: Path
    ) -> None:
        path = tmp_path / "demo.vmx"
        path.write_text(HEAD + line, encoding="utf-8")
        run = esxvirsh("-c", server.uri, *FROM, str(path), environment=NOWHERE | _account(tmp_path, server))
        number = (HEAD + line).count("\n")
        assert (run.returncode, run.stdout) == (1, b"\n")
        assert run.stderr.decode() == f"error: internal error: {words} ({path}, line {number})\n"

    def test_a_file_on_a_datastore_that_there_is_not_is_taken_by_lenient_alone(
        self, server: Simulator, tmp_path: Path
    ) -> None:
        environment = NOWHERE | _account(tmp_path, server)
        path = tmp_path / "demo.vmx"
        path.write_bytes(VMX.partition(b"serial0")[0].replace(b"a.vmdk", b"/vmfs/volumes/nope/a.vmdk"))
        words = "File name '/vmfs/volumes/nope/a.vmdk' refers to non-existing datastore 'nope'"
        run = esxvirsh("-c", server.uri, *FROM, str(path), environment=environment)
        assert (run.returncode, run.stdout) == (1, b"\n")
        assert run.stderr.decode() == f"error: internal error: {words} ({path}, line 7)\n"
        strict = esxvirsh("-c", server.uri, *FROM, str(path), "--strict", environment=environment)
        assert strict.stderr.decode() == f"error: internal error: {words}\n"
        lenient = esxvirsh("-c", server.uri, *FROM, str(path), "--lenient", environment=environment)
        assert lenient.returncode == 0
        assert b"<source file='/vmfs/volumes/nope/a.vmdk'/>" in lenient.stdout
        assert lenient.stderr.decode() == f"warning: line 7: scsi0:0.fileName: f{words[1:]}; kept as it is\n"

    def test_a_disk_on_a_datastore_that_there_is_not_is_written_by_lenient_alone(
        self, server: Simulator, tmp_path: Path
    ) -> None:
        environment = NOWHERE | _account(tmp_path, server)
        xml = DRIVER.format("lsilogic").replace("local-storage", "nope").encode()
        run = esxvirsh("-c", server.uri, *TO, "-", stdin=xml, environment=environment)
        assert run.stderr == b"error: internal error: Could not find datastore with name 'nope'\n"
        lenient = esxvirsh("-c", server.uri, *TO, "-", "--lenient", stdin=xml, environment=environment)
        assert lenient.returncode == 0
        assert b'scsi0:0.fileName = "/vmfs/volumes/nope/a/a.vmdk"\n' in lenient.stdout
        assert lenient.stderr.startswith(b"warning: line 2: devices: the server has no datastore 'nope'; ")

    def test_a_server_that_is_not_there_is_an_error(self, file: Path) -> None:
        run = esxvirsh("-c", "foo://nowhere/", *FROM, str(file), environment=NOWHERE)
        assert (run.returncode, run.stdout) == (1, b"")
        assert run.stderr.startswith(b"error: failed to connect to the hypervisor\n")
