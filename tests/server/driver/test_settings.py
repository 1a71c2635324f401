"""What a machine boots from, its guest system and other settings, defined, read, changed and forgotten on a server."""

from collections.abc import Iterator

import pytest
from pyVmomi import vim

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import define
from esxvirt.driver.domain import description, lifecycle, metadata
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.tasks.machine_tasks import run
from esxvirt.errors import ServerFault
from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from esxvirt.vmx import VmxFile
from tests.server.driver.conftest import Opener

OSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
DEBIAN = f"<l:libosinfo xmlns:l='{OSINFO}'><l:os id='http://debian.org/debian/11'/></l:libosinfo>"
CARD = "<interface type='bridge'><mac address='00:50:56:00:00:%02d'/><source bridge='VM Network'/>%s</interface>"
BOOT = "    <boot dev='cdrom'/>\n    <boot dev='hd'/>\n"


@pytest.fixture(params=["esx-4.1", "esx-5.0", "esx-7.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


def described(os: str = "", more: str = "", metadata_: str = "", disk: str = "") -> str:
    return (
        f"<domain type='vmware'><name>new</name>{metadata_}<memory>65536</memory>{more}"
        f"<os><type arch='x86_64'>hvm</type>{os}</os><devices>"
        f"<disk><source file='[local-storage] web/web.vmdk'/><target dev='sda' bus='scsi'/>{disk}</disk>"
        f"<disk device='cdrom'><target dev='hdc' bus='ide'/></disk>{CARD % (1, '')}{CARD % (2, '')}</devices></domain>"
    )


def vmx(simulator: Simulator, name: str = "new") -> VmxFile:
    machine = simulator.site.find_machine(name)
    file = machine.datastore.find(machine.vmx_file)
    assert file is not None
    return VmxFile.parse(file.read())


def rewrite(simulator: Simulator, name: str, change: VmxFile) -> None:
    machine = simulator.site.find_machine(name)
    machine.datastore.put(machine.vmx_file, File.of(change.encode()))


def xml(connection: Connection, name: str = "new") -> str:
    return description.xml_description(connection, lookup_by_name(connection, name))


def test_boot_order(fresh: Simulator, connection: Connection) -> None:
    define.define(connection, described("<boot dev='cdrom'/><boot dev='hd'/>"))
    assert (vmx(fresh)["bios.bootOrder"], vmx(fresh)["bios.hddOrder"]) == ("cdrom,hdd", "scsi0:0")
    assert BOOT in xml(connection)
    before = str(vmx(fresh))
    define.define(connection, xml(connection))
    assert str(vmx(fresh)) == before
    network = xml(connection).replace(BOOT, "    <boot dev='network'/>\n")
    define.define(connection, network)
    assert vmx(fresh)["bios.bootOrder"] == "ethernet0"
    assert "bios.hddOrder" not in vmx(fresh)
    define.define(connection, xml(connection).replace("    <boot dev='network'/>\n", ""))
    assert "bios.bootOrder" not in vmx(fresh)
    assert "<boot" not in xml(connection)
    define.define(connection, xml(connection).replace("</os>", "<boot dev='hd'/></os>"))
    assert "    <boot dev='hd'/>\n  </os>\n" in xml(connection)
    assert connection.notes == ()


def test_boot_order_of_devices(fresh: Simulator, connection: Connection) -> None:
    second = described(disk="<boot order='2'/>").replace(CARD % (2, ""), CARD % (2, "<boot order='1'/>"))
    define.define(connection, second)
    assert vmx(fresh)["bios.bootOrder"] == "ethernet1,hdd"
    shown = xml(connection)
    assert "<boot order='1'/>\n    </interface>" in shown
    assert "      <boot order='2'/>\n" in shown
    before = str(vmx(fresh))
    define.define(connection, shown)
    assert str(vmx(fresh)) == before


def test_the_other_settings(fresh: Simulator, connection: Connection) -> None:
    more = "<memoryBacking><locked/></memoryBacking>"
    cpu = "<cpu mode='host-passthrough'><feature policy='require' name='vmx'/></cpu>"
    text = described(more=more).replace("<devices>", f"{cpu}<devices>")
    text = text.replace(CARD % (2, ""), CARD % (2, "<link state='down'/>"))
    define.define(connection, text)
    written = vmx(fresh)
    assert (written["sched.mem.pin"], written["vhv.enable"]) == ("TRUE", "TRUE")
    assert (written.get("ethernet0.startConnected"), written["ethernet1.startConnected"]) == (None, "false")
    shown = xml(connection)
    for words in ("    <locked/>\n", "    <feature policy='require' name='vmx'/>\n", "      <link state='down'/>\n"):
        assert words in shown
    define.define(connection, shown)
    assert str(vmx(fresh)) == str(written)
    plugged = shown.replace("<link state='down'/>", "<link state='up'/>").replace("    <locked/>\n", "")
    define.define(connection, plugged)
    assert "ethernet1.startConnected" not in vmx(fresh)
    assert "sched.mem.pin" not in vmx(fresh)
    assert "vhv.enable" in vmx(fresh)


def test_guest_system(fresh: Simulator, connection: Connection) -> None:
    define.define(connection, described(metadata_=f"<metadata>{DEBIAN}<a:b xmlns:a='urn:a'/></metadata>"))
    assert vmx(fresh)["guestOS"] == "debian11-64"
    assert "http://debian.org/debian/11" in xml(connection)
    assert fresh.site.find_machine("new").config.guest_id == "debian11_64Guest"
    # Another client says what is in the machine by now, and one sets metadata of its own.
    machine = lookup_by_name(connection, "new")
    run(connection, machine, machine.ref, "ReconfigVM_Task", "x", vim.vm.ConfigSpec(guestId="ubuntu64Guest"))
    metadata.set_metadata(connection, machine, "urn:c", "c", "<d/>")
    assert vmx(fresh)["guestOS"] == "ubuntu-64"
    shown = xml(connection)
    assert 'os="ubuntu-64"' in shown
    for kept in ("debian/11", "urn:a", "urn:c"):
        assert kept in shown
    define.define(connection, shown.replace("<vcpu placement='static'>1</vcpu>", "<vcpu>2</vcpu>"))
    assert (vmx(fresh)["guestOS"], vmx(fresh)["numvcpus"]) == ("ubuntu-64", "2")
    assert "urn:esxvirt" not in vmx(fresh).text("esxvirt.metadata")
    assert "urn:c" in xml(connection)


@pytest.mark.parametrize("name", ["web", "Fedora11"])
def test_what_virsh_shows_of_a_machine_stays_what_it_was(connection: Connection, name: str) -> None:
    """Nothing of it is in most machines' files, and their guest system is not shown."""
    shown = xml(connection, name)
    for word in ("<boot", "<metadata", "<link", "<cpu mode", "<memoryBacking"):
        assert word not in shown


def test_what_no_xml_says_survives_undefine_and_define(fresh: Simulator, connection: Connection) -> None:
    before = vmx(fresh, "archive")
    assert before["guestOS"] not in {"other", "other-64"}
    text = xml(connection, "archive")
    define.undefine(connection, lookup_by_name(connection, "archive"))
    define.define(connection, text.replace("<description>", "<title>t</title><description>"))
    after = vmx(fresh, "archive")
    assert after["guestOS"] == before["guestOS"]
    assert after["esxvirt.title"] == "t"
    changed = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    assert changed <= {"esxvirt.title", "uuid.location"}


def test_a_file_without_a_name(fresh: Simulator, connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    define.define(connection, described())
    file = vmx(fresh)
    del file["displayName"]
    rewrite(fresh, "new", file)
    assert "<name>new</name>" in xml(connection)
    assert "the machine has no name; it is called 'new'" in caplog.text
    define.define(connection, xml(connection))
    assert vmx(fresh)["displayName"] == "new"


def test_processors_that_make_no_whole_sockets(fresh: Simulator, connection: Connection) -> None:
    define.define(connection, described())
    file = vmx(fresh)
    file["numvcpus"], file["cpuid.coresPerSocket"] = "6", "4"
    rewrite(fresh, "new", file)
    assert "<topology" not in xml(connection)
    define.define(connection, xml(connection))
    assert vmx(fresh)["cpuid.coresPerSocket"] == "4"


def test_no_uuid(connection: Connection) -> None:
    assert define.define(connection, described(metadata_="<uuid></uuid>")).name == "new"


def test_a_card_without_an_address(fresh: Simulator, connection: Connection) -> None:
    define.define(connection, described())
    file = vmx(fresh)
    for key in ("ethernet0.addressType", "ethernet0.address", "ethernet0.checkMACAddress"):
        file.discard(key)
    rewrite(fresh, "new", file)
    text = xml(connection)
    assert "<mac address='00:00:00:00:00:00'/>" in text
    define.define(connection, text)
    assert "ethernet0.addressType" not in vmx(fresh)
    uuid = text[text.index("<uuid>") : text.index("</uuid>") + len("</uuid>")]
    define.define(connection, text.replace("<name>new</name>", "<name>other</name>").replace(uuid, "<uuid/>"))
    assert vmx(fresh, "other")["ethernet0.addressType"] == "generated"
    assert "ethernet0.generatedAddress" not in vmx(fresh, "other")
    lifecycle.start(connection, lookup_by_name(connection, "other"))
    assert vmx(fresh, "other")["ethernet0.generatedAddress"].startswith("00:0c:29:")


def test_a_static_address_of_zeros_is_none_to_start_with(fresh: Simulator, connection: Connection) -> None:
    domain = define.define(connection, described())
    file = vmx(fresh)
    file["ethernet0.address"] = "00:00:00:00:00:00"
    rewrite(fresh, "new", file)
    with pytest.raises(ServerFault, match="is not an allowed static Ethernet address"):
        lifecycle.start(connection, domain)


def test_calls(fresh: Simulator, connection: Connection) -> None:
    """A description takes one call and a download, and a definition of what there is what it took before."""
    define.define(connection, described("<boot dev='cdrom'/>"))
    domain = lookup_by_name(connection, "new")
    fresh.calls.clear()
    text = description.xml_description(connection, domain)
    assert len(fresh.calls) == 1
    fresh.calls.clear()
    define.define(connection, text)
    assert len(fresh.calls) == 4
