"""Domain XML: libvirt's defaults, its implied devices, its checks and their texts."""

import re

import pytest

from esxvirt.buses import disk_index, disk_name
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    NoNameError,
    NoSourceError,
    NoTargetError,
    TooLargeError,
    XmlError,
)
from esxvirt.xml.bitmap import format_cpus, parse_cpus
from esxvirt.xml.domain import Domain, format_domain, parse_domain
from esxvirt.xml.domain.controllers import Controller, insert_controller
from esxvirt.xml.domain.graphics import Graphics
from esxvirt.xml.domain.interfaces import normalize_mac

UUID = "564d9bef-acd9-b4e0-c8f0-aea8b9103515"


def xml(devices: str = "", *, more: str = "", head: str = "", os: str = "<os><type>hvm</type></os>") -> str:
    head = head or f"<name>n</name><uuid>{UUID}</uuid><memory>4096</memory>"
    return f"<domain type='vmware'>\n{head}\n{os}\n{more}\n<devices>\n{devices}\n</devices></domain>"


def disk(
    target: str = "<target dev='sda' bus='scsi'/>",
    *,
    source: str = "<source file='[ds] a.vmdk'/>",
    more: str = "",
    kind: str = "type='file' device='disk'",
) -> str:
    return f"<disk {kind}>{source}{target}{more}</disk>"


def test_the_least_that_can_be_said() -> None:
    domain = parse_domain(xml())
    assert (domain.name, domain.uuid, domain.memory, domain.current_memory, domain.vcpus) == ("n", UUID, 4096, 4096, 1)
    assert (domain.os.arch, domain.os.type, domain.os.firmware) == ("i686", "hvm", None)
    assert (
        format_domain(domain)
        == f"""\
<domain type='vmware'>
  <name>n</name>
  <uuid>{UUID}</uuid>
  <memory unit='KiB'>4096</memory>
  <currentMemory unit='KiB'>4096</currentMemory>
  <vcpu placement='static'>1</vcpu>
  <os>
    <type arch='i686'>hvm</type>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
  </devices>
</domain>
"""
    )


def test_what_is_made_up_where_nothing_is_said() -> None:
    first = parse_domain(xml("<interface type='user'/>", head="<name>n</name><memory>1</memory>"))
    second = parse_domain(xml("<interface type='user'/>", head="<name>n</name><memory>1</memory>"))
    assert first.uuid != second.uuid
    macs = {domain.interfaces[0].mac for domain in (first, second)}
    assert len(macs) == 2
    assert all(mac is not None and mac.startswith("00:0c:29:") and normalize_mac(mac) == mac for mac in macs)


def test_a_generation_id_is_made_up_if_it_is_empty() -> None:
    domain = parse_domain(xml(more="<genid/>"))
    assert domain.genid is not None
    assert parse_domain(xml(more=f"<genid>{UUID}</genid>")).genid == UUID


@pytest.mark.parametrize(
    ("unit", "kib"),
    [
        ("b", 2),
        ("bytes", 2),
        ("KiB", 1500),
        ("k", 1500),
        ("KB", 1465),
        ("M", 1536000),
        ("MiB", 1536000),
        ("G", 1572864000),
    ],
)
def test_units_of_memory(unit: str, kib: int) -> None:
    head = f"<name>n</name><memory unit='{unit}'>1500</memory>"
    assert parse_domain(xml(head=head)).memory == kib


def test_memory_that_is_now_cannot_be_more_than_the_most() -> None:
    assert parse_domain(xml(more="<currentMemory>9999999</currentMemory>")).current_memory == 4096


def test_processors() -> None:
    text = "<vcpu cpuset='1-3,^2' current='2'>4</vcpu><cputune><shares>777</shares></cputune>"
    text += "<cpu mode='custom'><topology sockets='2' cores='2' threads='1'/></cpu>"
    domain = parse_domain(xml(more=text))
    assert (domain.vcpus, domain.current_vcpus, domain.cpuset, domain.shares) == (4, 2, (1, 3), 777)
    assert domain.topology is not None
    assert "<vcpu placement='static' cpuset='1,3' current='2'>4</vcpu>" in format_domain(domain)
    assert "<topology sockets='2' dies='1' clusters='1' cores='2' threads='1'/>" in format_domain(domain)


FIRMWARE = "<os firmware='efi'><type>hvm</type>{}<boot dev='hd'/></os>"


def test_a_firmware_has_features() -> None:
    asked = "<feature enabled='yes' name='secure-boot'/><feature enabled='no' name='enrolled-keys'/>"
    text = xml(os=FIRMWARE.format(f"<firmware>{asked}</firmware>"))
    domain = parse_domain(text)
    assert domain.os.firmware_features == {"secure-boot": True, "enrolled-keys": False}
    assert (
        "    <firmware>\n"
        "      <feature enabled='no' name='enrolled-keys'/>\n"
        "      <feature enabled='yes' name='secure-boot'/>\n"
        "    </firmware>\n"
        "    <boot dev='hd'/>\n"
    ) in format_domain(domain)
    none = format_domain(parse_domain(xml(os=FIRMWARE.format("<firmware/>"))))
    assert "<firmware>" not in none
    # Without a firmware that is chosen by itself, nothing is asked of one.
    assert parse_domain(text.replace(" firmware='efi'", "")).os.firmware_features == {}


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ("<feature name='secure-boot'/>", "Missing required attribute 'enabled' in element 'feature'"),
        ("<feature enabled='yes'/>", "Missing required attribute 'name' in element 'feature'"),
        (
            "<feature enabled='x' name='secure-boot'/>",
            "Invalid value for attribute 'enabled' in element 'feature': 'x'.",
        ),
        ("<feature enabled='yes' name='x'/>", "Invalid value for attribute 'name' in element 'feature': 'x'."),
    ],
)
def test_a_feature_of_a_firmware_that_is_none(feature: str, message: str) -> None:
    with pytest.raises(XmlError, match=re.escape(message)):
        parse_domain(xml(os=FIRMWARE.format(f"<firmware>{feature}</firmware>")))


def test_controllers_are_implied_by_disks() -> None:
    domain = parse_domain(
        xml(disk("<target dev='sdae' bus='scsi'/>") + disk("<target dev='hdd' bus='ide'/>")
            + disk("<target dev='fdb'/>", kind="type='file' device='floppy'")
            + "<controller type='scsi' index='1' model='lsilogic'/>")
    )  # fmt: skip
    assert [(each.type, each.index, each.model) for each in domain.controllers] == [
        ("scsi", 0, None),
        ("scsi", 1, "lsilogic"),
        ("scsi", 2, None),
        ("fdc", 0, None),
        ("ide", 0, None),
    ]
    places = [each.address and (each.address.controller, each.address.bus, each.address.unit) for each in domain.disks]
    assert places == [(2, 0, 0), (0, 1, 1), (0, 0, 1)]


def test_controllers_are_sorted_among_their_type() -> None:
    found: list[Controller] = []
    for index in (3, 1, 2, 0):
        insert_controller(found, Controller("scsi", index))
        insert_controller(found, Controller("ide", index))
    assert [each.index for each in found if each.type == "scsi"] == [0, 1, 2, 3]
    assert [each.index for each in found if each.type == "ide"] == [0, 1, 2, 3]


def test_disks_are_sorted_among_their_bus() -> None:
    names = ("sdb", "hda", "sda", "sdc")
    domain = parse_domain(
        xml("".join(disk(f"<target dev='{name}' bus='{'ide' if name[0] == 'h' else 'scsi'}'/>") for name in names))
    )
    assert [each.target for each in domain.disks] == ["sda", "sdb", "sdc", "hda"]


def test_console_and_first_serial_port_are_one() -> None:
    serial = "<serial type='file'><source path='/a'/></serial>"
    console = "<console type='file'><source path='/b'/></console>"
    for text, path in ((serial, "/a"), (serial + console, "/a"), (console, "/b")):
        domain = parse_domain(xml(text))
        assert [(each.kind, each.path) for each in (*domain.serials, *domain.consoles)] == [
            ("serial", path),
            ("console", path),
        ]
    with pytest.raises(ConfigUnsupportedError, match="Only the first console can be a serial port"):
        parse_domain(xml(console + console))


def test_ports_are_numbered() -> None:
    ports = "<serial type='dev'><source path='/a'/>{}</serial>"
    domain = parse_domain(xml(ports.format("") + ports.format("<target port='2'/>") + ports.format("")))
    assert [each.port for each in domain.serials] == [3, 2, 4]


def test_a_display_implies_an_adapter() -> None:
    domain = parse_domain(xml("<graphics type='vnc' port='5901' passwd='secret'/>"))
    assert [(each.model, each.vram, each.primary) for each in domain.videos] == [("vmvga", 4096, True)]
    assert "secret" not in format_domain(domain)
    assert "passwd='secret'" in format_domain(domain, secure=True)
    assert "secret" not in repr(domain)


@pytest.mark.parametrize(
    ("attributes", "port", "automatic"),
    [
        ("", None, True),
        ("port='-1'", None, True),
        ("port='5901'", 5901, False),
        ("port='5901' autoport='yes'", None, True),
        ("autoport='no'", 0, False),
        ("port='-1' autoport='no'", 0, False),
        ("port='5901' autoport='x'", 5901, False),
    ],
)
def test_ports_of_a_display(attributes: str, port: int | None, automatic: bool) -> None:
    graphics = parse_domain(xml(f"<graphics type='vnc' {attributes}/>")).graphics[0]
    assert (graphics.port, graphics.auto_port) == (port, automatic)


def test_a_port_chosen_at_run_time_is_for_the_running_machine() -> None:
    domain = Domain(name="n", id=7, graphics=[Graphics(port=5905, auto_port=True)])
    assert "port='5905' autoport='yes'" in format_domain(domain)
    assert "port='-1' autoport='yes'" in format_domain(domain, inactive=True)
    assert "<domain type='vmware' id='7'>" in format_domain(domain)
    assert "<domain type='vmware'>" in format_domain(domain, inactive=True)


def test_vmwares_namespace() -> None:
    domain = Domain(name="n", datacenter_path="a/<b>", moref="vm-7")
    text = format_domain(domain)
    assert text.startswith("<domain type='vmware' xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'>\n")
    assert text.endswith(
        "  <vmware:datacenterpath>a/&lt;b&gt;</vmware:datacenterpath>\n  <vmware:moref>vm-7</vmware:moref>\n</domain>\n"
    )
    again = parse_domain(text)
    assert (again.datacenter_path, again.moref) == ("a/<b>", "vm-7")


def test_text_is_escaped_and_control_characters_dropped() -> None:
    domain = Domain(name="<&>'\"", description="a\x01\x1fb\tc\nd")
    text = format_domain(domain)
    assert "<name>&lt;&amp;&gt;&apos;&quot;</name>" in text
    assert "<description>ab\tc\nd</description>" in text
    assert parse_domain(text.replace("<vmware", "<")).name == "<&>'\""


def test_what_has_no_place_is_remembered() -> None:
    domain = parse_domain(xml("<rng model='virtio'/>\n<emulator>/x</emulator>", more="<iothreads>2</iothreads>"))
    assert domain.said is not None
    threads, devices = domain.said.child("iothreads"), domain.said.child("devices")
    assert threads is not None
    assert (threads.text, threads.line) == ("2", 4)
    assert devices is not None
    assert [(child.name, child.attributes, child.line) for child in devices.children] == [
        ("rng", {"model": "virtio"}, 6),
        ("emulator", {}, 7),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("<domain/>", NoNameError, "missing name information"),
        ("<domain type='x'/>", ConfigUnsupportedError, "invalid domain type x"),
        (
            xml().replace("vmware", "kvm"),
            InvalidArgumentError,
            "could not find capabilities for arch=i686 domaintype=kvm ",
        ),
        (xml(os="<os/>"), XmlError, "an os <type> must be specified"),
        (
            xml(os="<os><type>xen</type></os>"),
            InvalidArgumentError,
            "could not find capabilities for ostype=xen arch=i686 domaintype=vmware ",
        ),
        (
            xml(os="<os><type arch='aarch64'>hvm</type></os>"),
            InvalidArgumentError,
            "could not find capabilities for arch=aarch64 domaintype=vmware ",
        ),
        (xml(os="<os><type arch='x'>hvm</type></os>"), ConfigUnsupportedError, "Unknown architecture x"),
        (xml(os="<os firmware='x'><type>hvm</type></os>"), XmlError, "unknown firmware value x"),
        (
            xml(os="<os><type>hvm</type><smbios mode='x'/></os>"),
            ConfigUnsupportedError,
            "unknown smbios mode 'x'",
        ),
        (
            xml(head="<name>n</name>"),
            XmlError,
            "Memory size must be specified via <memory> or in the <numa> configuration",
        ),
        (
            xml(head="<name>n</name><memory>x</memory>"),
            XmlError,
            "Invalid value 'x' for element or attribute './memory[1]'",
        ),
        (xml(head="<name>n</name><memory unit='x'>1</memory>"), InvalidArgumentError, "unknown suffix 'x'"),
        (xml(head="<name>n</name><uuid>x</uuid>"), EsxvirtError, "malformed uuid element"),
        (xml(more="<genid>x</genid>"), EsxvirtError, "malformed genid element"),
        (xml(more="<vcpu>x</vcpu>"), XmlError, "maximum vcpus count must be an integer"),
        (xml(more="<vcpu>4294967296</vcpu>"), XmlError, "maximum vcpus count must be an integer"),
        (xml(more="<vcpu cpuset='x'>1</vcpu>"), InvalidArgumentError, "Failed to parse bitmap 'x'"),
        (
            xml(head="<name>n</name><memory unit='EiB'>8</memory>"),
            TooLargeError,
            "value too large: 8EiB",
        ),
        (
            xml("<video><model type='vmvga'/><driver name='vhostuser'/></video>"),
            ConfigUnsupportedError,
            "'vhostuser' driver is only supported with 'virtio' device",
        ),
        (xml(more="<cputune><shares>x</shares></cputune>"), XmlError, "can't parse cputune shares value"),
        (
            xml(more="<cpu><topology sockets='1'/></cpu>"),
            XmlError,
            "Missing required attribute 'cores' in element 'topology'",
        ),
        (xml(more="<on_crash>x</on_crash>"), ConfigUnsupportedError, "unknown on_crash action: x"),
        (
            xml(more="<maxMemory>1</maxMemory>"),
            ConfigUnsupportedError,
            "memory hotplug tunables <maxMemory> are not supported by this hypervisor driver",
        ),
        (xml(disk("")), NoTargetError, "missing target information for device [ds] a.vmdk"),
        (xml(disk(source="")), NoSourceError, "missing source information for device sda"),
        (xml(disk(kind="type='x'")), XmlError, "Invalid value for attribute 'type' in element 'disk': 'x'."),
        (
            xml(disk() + disk()),
            XmlError,
            "target 'sda' duplicated for disk sources '[ds] a.vmdk' and '[ds] a.vmdk'",
        ),
        (
            xml(disk() + disk("<target dev='sdb' bus='scsi'/>", more="<address type='drive'/>")),
            ConfigUnsupportedError,
            "Found duplicate drive address for disk with target name 'sda' controller='0' bus='0' target='0' unit='0'",
        ),
        (
            xml(disk("<target dev='foo' bus='scsi'/>")),
            XmlError,
            "Unknown disk name 'foo' and no address specified",
        ),
        (
            xml(disk(kind="type='file' device='lun'")),
            ConfigUnsupportedError,
            "disk device='lun' is only valid for block type disk source",
        ),
        (
            xml("<controller type='x' index='0'/>"),
            XmlError,
            "Invalid value for attribute 'type' in element 'controller': 'x'.",
        ),
        (
            xml("<controller type='scsi' index='0' model='x'/>"),
            ConfigUnsupportedError,
            "Unknown model type 'x'",
        ),
        (xml("<interface type='bridge'/>"), XmlError, "interface type='bridge' requires a 'source' element"),
        (
            xml("<interface type='user'><mac address='x'/></interface>"),
            XmlError,
            "unable to parse mac address 'x'",
        ),
        (
            xml("<interface type='user'><mac address='01:00:00:00:00:00'/></interface>"),
            XmlError,
            "expected unicast mac address, found multicast '01:00:00:00:00:00'",
        ),
        (xml("<serial type='file'/>"), EsxvirtError, "Missing source path attribute for char device"),
        (xml("<graphics type='vnc' port='x'/>"), EsxvirtError, "cannot parse vnc port x"),
        (xml("<graphics/>"), XmlError, "Missing required attribute 'type' in element 'graphics'"),
        (
            xml("<video><model type='x'/></video>"),
            XmlError,
            "Invalid value for attribute 'type' in element 'model': 'x'.",
        ),
        (
            xml("<filesystem><source dir='/a'/></filesystem>"),
            NoTargetError,
            "missing target information for device /a",
        ),
        (
            xml("<filesystem><target dir='/a'/></filesystem>"),
            NoSourceError,
            "missing source information for device /a",
        ),
    ],
)
def test_what_libvirt_refuses_is_refused_in_its_words(text: str, kind: type[EsxvirtError], message: str) -> None:
    with pytest.raises(EsxvirtError) as caught:
        parse_domain(text)
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_sets_of_cpus() -> None:
    assert format_cpus([5, 0, 1, 2, 7, 8]) == "0-2,5,7-8"
    assert format_cpus([]) == ""
    assert parse_cpus("0-2,5, 7-8") == (0, 1, 2, 5, 7, 8)
    for wrong in ("", "x", "3-1", "1,", "-1", "^1-2", "99999", "1--2"):
        with pytest.raises(InvalidArgumentError):
            parse_cpus(wrong)


@pytest.mark.parametrize(("number", "name"), [(0, "sda"), (25, "sdz"), (26, "sdaa"), (701, "sdzz"), (702, "sdaaa")])
def test_names_of_disks(number: int, name: str) -> None:
    assert disk_name(number, "sd") == name
    assert disk_index(name) == number
    assert disk_index(name + "1") == number


def test_what_is_no_name_of_a_disk() -> None:
    assert [disk_index(name) for name in ("sd", "foo", "sd1", "sda b", "", "sdA")] == [-1] * 6


def test_addresses_of_cards() -> None:
    assert normalize_mac("0:50:56:1:22:AB") == "00:50:56:01:22:ab"
    for wrong in ("", "00-50-56-01-22-ab", "00:50:56:01:22", "00:50:56:01:22:ab:cd", "000:50:56:01:22:ab", "x"):
        assert normalize_mac(wrong) is None
