"""Conversions with a server, and without one."""

from collections.abc import Callable

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.native import from_native, hardware_of, native_context, scsi_model, to_native
from esxvirt.errors import EsxvirtError, InvalidArgumentError, VmxError, XmlError
from esxvirt.sim import Simulator
from esxvirt.vmx import Report, VmxFile
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.inventory import Row

Opener = Callable[[Simulator], Connection]

FORMAT = "vmware-vmx"
VMX = """config.version = "8"
virtualHW.version = "4"
displayName = "a"
scsi0.present = "true"
scsi0:0.present = "true"
scsi0:0.fileName = "{}"
RemoteDisplay.vnc.enabled = "true"
RemoteDisplay.vnc.password = "hunter2"
"""
XML = """<domain type='vmware'><name>a</name><memory unit='MiB'>64</memory><os><type arch='i686'>hvm</type></os>
<devices><disk type='file'><source file='{}'/><target dev='sda' bus='scsi'/></disk>{}</devices></domain>"""
AUTO = "<controller type='scsi' index='0' model='auto'/>"


def descriptor(adapter: str) -> bytes:
    return f'# Disk DescriptorFile\nversion=1\n\nddb.adapterType = "{adapter}"\n'.encode()


@pytest.mark.parametrize(
    ("product", "number", "hardware"),
    [
        ("esx", 3005000, 4),
        ("esx", 4000000, 7),
        ("esx", 4001000, 7),
        ("esx", 5000000, 9),
        ("esx", 5001000, 9),
        ("esx", 5005000, 10),
        ("esx", 6000000, 10),
        ("esx", 6007000, 10),
        ("esx", 7000003, 8),
        ("esx", 9000000, 8),
        ("vpx", 2005000, 4),
        ("vpx", 5001000, 9),
        ("vpx", 8000002, 8),
        ("gsx", 2000002, 7),
        ("gsx", 2001000, 7),
    ],
)
def test_the_hardware_is_what_libvirt_gives_a_product(product: str, number: int, hardware: int) -> None:
    assert hardware_of(product, number) == hardware


class TestDescriptor:
    @pytest.mark.parametrize(
        ("adapter", "model"),
        [
            ("buslogic", "buslogic"),
            ("lsilogic", "lsilogic"),
            ("lsisas1068", "lsisas1068"),
            ("pvscsi", "vmpvscsi"),
            ("LsiLogic", "lsilogic"),
        ],
    )
    def test_the_adapter_names_the_model(self, adapter: str, model: str) -> None:
        assert scsi_model(descriptor(adapter), "[ds] a.vmdk") == model

    @pytest.mark.parametrize(
        "content",
        [b'DDB.ADAPTERTYPE="buslogic"\r\n', b"  ddb.adapterType = buslogic", b'\nddb.adapterType\t="buslogic" '],
    )
    def test_it_may_be_written_in_any_way(self, content: bytes) -> None:
        assert scsi_model(content, "[ds] a.vmdk") == "buslogic"

    def test_a_sparse_image_has_it_inside(self) -> None:
        header = b"KDMV" + bytes(24) + (1).to_bytes(8, "little") + (2).to_bytes(8, "little")
        image = header.ljust(512, b"\0") + descriptor("buslogic").ljust(1024, b"\0") + descriptor("pvscsi")
        assert scsi_model(image, "[ds] a.vmdk") == "buslogic"

    def test_an_image_for_ide_fits_no_scsi_controller(self) -> None:
        with pytest.raises(EsxvirtError, match=r"^Found unexpected controller type 'ide' for disk '\[ds\] a.vmdk'$"):
            scsi_model(descriptor("ide"), "[ds] a.vmdk")

    @pytest.mark.parametrize("content", [b"", b"KDMV", bytes(2048), b"# Disk\n", b"xddb.adapterType=1"])
    def test_what_is_no_descriptor_tells_nothing(self, content: bytes) -> None:
        with pytest.raises(EsxvirtError, match=r"has no ddb.adapterType; name the model"):
            scsi_model(content, "[ds] a.vmdk")


class TestWithoutServer:
    def test_a_file_is_converted_as_libvirt_does_and_keeps_its_password(self) -> None:
        xml = from_native(None, FORMAT, VMX.format("a.vmdk").encode())
        assert "<source file='[datastore] directory/a.vmdk'/>" in xml
        assert "hunter2" not in xml

    def test_xml_is_for_the_hardware_of_today(self) -> None:
        assert VmxFile.parse(to_native(None, FORMAT, XML.format("[ds] a.vmdk", "")))["virtualHW.version"] == "8"

    def test_auto_is_a_guess(self) -> None:
        file = VmxFile.parse(to_native(None, FORMAT, XML.format("[ds] a.vmdk", AUTO)))
        assert file["scsi0.virtualDev"] == "lsilogic"

    @pytest.mark.parametrize("convert", [from_native, to_native])
    def test_there_is_one_format(self, convert: Callable[..., str]) -> None:
        with pytest.raises(InvalidArgumentError, match=r"^Unsupported config format 'xen-xl'$"):
            convert(None, "xen-xl", "")

    def test_what_is_no_xml(self) -> None:
        with pytest.raises(XmlError):
            to_native(None, FORMAT, b"\xff")

    def test_strict_refuses_what_libvirt_does(self) -> None:
        vmx = VMX.format(r"C:\\a.vmdk")
        report = Report()
        assert "<source file='/C:" in from_native(None, FORMAT, vmx, report=report)
        assert len(report) > 0
        with pytest.raises(VmxError, match=r"Could not handle file name"):
            from_native(None, FORMAT, vmx, strict=True)


class TestOnServer:
    @pytest.fixture
    def connection(self, simulator: Simulator, connect: Opener) -> Connection:
        return connect(simulator)

    def test_bare_names_need_no_server(self, simulator: Simulator, connection: Connection) -> None:
        simulator.calls.clear()
        assert "<source file='[?] ?/a.vmdk'/>" in from_native(connection, FORMAT, VMX.format("a.vmdk"))
        assert list(simulator.calls) == []

    def test_names_and_sources_are_each_others_reverse(self, simulator: Simulator, connection: Connection) -> None:
        assert connection.scope.is_one_host
        simulator.calls.clear()
        vmx = to_native(connection, FORMAT, XML.format("[local-storage] a b/a.vmdk", ""))
        name = VmxFile.parse(vmx)["scsi0:0.fileName"]
        assert name.endswith("/a b/a.vmdk")
        assert name.startswith("/var/lib/vmware/" if simulator.profile.is_gsx else "/vmfs/volumes/")
        assert len(simulator.calls) == 1
        assert "<source file='[local-storage] a b/a.vmdk'/>" in from_native(connection, FORMAT, vmx)
        assert len(simulator.calls) == 2

    def test_a_datastore_that_there_is_not(self, connection: Connection) -> None:
        with pytest.raises(EsxvirtError, match=r"^Could not find datastore with name 'nope'$"):
            to_native(connection, FORMAT, XML.format("[nope] a.vmdk", ""))
        with pytest.raises(EsxvirtError, match=r"^Could not find datastore with name 'nope'$"):
            to_native(connection, FORMAT, XML.format("[nope] a.vmdk", AUTO))

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("a.vmdk", "Could not handle file name 'a.vmdk'"),
            ("[] a.vmdk", "doesn't have expected format"),
            ("[local-storage a.vmdk", "doesn't have expected format"),
            ("[local-storage]", "doesn't reference a file"),
        ],
    )
    def test_a_source_that_is_none(self, connection: Connection, source: str, text: str) -> None:
        format_ = native_context(connection).format_file_name
        assert format_ is not None
        with pytest.raises(EsxvirtError, match=text):
            format_(source)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("/vmfs/volumes/nope/a.vmdk", "refers to non-existing datastore 'nope'"),
            ("/vmfs/volumes/nope", "doesn't have expected format"),
            ("/vmfs/volumes/nope/", "doesn't have expected format"),
            ("/vmfs/volumes/local-storage/", "doesn't have expected format"),
            ("/vmfs/volumes/local-storage//", "doesn't have expected format"),
        ],
    )
    def test_a_name_in_no_datastore_is_kept_and_told(self, connection: Connection, name: str, text: str) -> None:
        report = Report()
        tolerant = native_context(connection, report=report).parse_file_name
        strict = native_context(connection, strict=True).parse_file_name
        assert tolerant is not None
        assert strict is not None
        assert tolerant(name, False) == name
        assert text in str(report)
        with pytest.raises(VmxError, match=text):
            strict(name, False)

    def test_a_medium_in_no_datastore_is_left_out_by_strict_alone(self, connection: Connection) -> None:
        name = "/vmfs/volumes/nope/a.iso"
        tolerant = native_context(connection).parse_file_name
        strict = native_context(connection, strict=True).parse_file_name
        assert tolerant is not None
        assert strict is not None
        assert tolerant(name, True) == name
        assert strict(name, True) is None

    def test_a_relative_name_is_nowhere(self, connection: Connection) -> None:
        parse = native_context(connection).parse_file_name
        assert parse is not None
        with pytest.raises(VmxError, match=r"Could not handle file name '\.\./a\.vmdk'"):
            parse("../a.vmdk", False)

    def test_auto_is_read_from_the_image(self, connection: Connection) -> None:
        xml = XML.format("[local-storage] Fedora11/Fedora11.vmdk", AUTO)
        assert VmxFile.parse(to_native(connection, FORMAT, xml))["scsi0.virtualDev"] == "lsilogic"

    def test_auto_needs_the_image(self, connection: Connection) -> None:
        with pytest.raises(EsxvirtError, match=r"cannot be detected: there is no file .* name it in the controller"):
            to_native(connection, FORMAT, XML.format("[local-storage] nope/nope.vmdk", AUTO))
        with pytest.raises(EsxvirtError, match=r"to be 'buslogic' or .* but found 'auto'"):
            to_native(connection, FORMAT, XML.format("/elsewhere/a.vmdk", AUTO))

    def test_images_for_other_models_contradict_each_other(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        images = {"a.vmdk": descriptor("buslogic"), "b.vmdk": descriptor("pvscsi")}
        monkeypatch.setattr("esxvirt.driver.definition.native.read_file", lambda _, file: images[file.path])
        second = "<disk type='file'><source file='[local-storage] b.vmdk'/><target dev='sdb' bus='scsi'/></disk>"
        with pytest.raises(
            EsxvirtError,
            match="Disks on SCSI controller 0 have inconsistent controller models, cannot autodetect model",
        ):
            to_native(connection, FORMAT, XML.format("[local-storage] a.vmdk", second + AUTO))

    def test_a_windows_host_has_its_own_separators(self, connection: Connection) -> None:
        info = Data("HostMountInfo", {"path": "D:\\Virtual Machines\\"})
        mount = Data("DatastoreHostMount", {"key": connection.scope.host, "mountInfo": info})
        row = Row(Ref("Datastore", "d"), {"summary.name": "standard", "host": [mount]})
        context = native_context(connection, rows=[row])
        assert context.format_file_name is not None
        assert context.parse_file_name is not None
        name = context.format_file_name("[standard] a/b.vmdk")
        assert name == "D:\\Virtual Machines\\a\\b.vmdk"
        assert context.parse_file_name(name, False) == "[standard] a/b.vmdk"
