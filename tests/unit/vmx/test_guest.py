"""The guest operating system: in `<metadata>` on its way through domain XML, and back."""

import pytest

from esxvirt.vmx import Report, VmxContext, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.vmx.guest import NAMESPACE
from esxvirt.vmx.guest_systems import guest_of, osinfo_of
from esxvirt.xml.domain import format_domain, parse_domain
from esxvirt.xml.domain.metadata import find_metadata, set_metadata

ALL = VmxContext(all_devices=True)
SHOWN = VmxContext(settings=True)
OSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
HEAD = 'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\n'


def file_of(guest: str) -> str:
    return f'{HEAD}guestOS = "{guest}"\n'


def system(osinfo: str) -> str:
    return f"<libosinfo:libosinfo xmlns:libosinfo='{OSINFO}'><libosinfo:os id='{osinfo}'/></libosinfo:libosinfo>"


def describe(metadata: str, arch: str = "x86_64") -> str:
    return (
        f"<domain type='vmware'><name>m</name><metadata>{metadata}</metadata><memory>65536</memory>"
        f"<os><type arch='{arch}'>hvm</type></os></domain>"
    )


def written(xml: str) -> tuple[str, list[str]]:
    report = Report()
    file = VmxFile.parse(from_xml(xml, virtual_hw_version=14, report=report))
    return file["guestOS"], [note.text for note in report]


@pytest.mark.parametrize(
    ("osinfo", "wide", "narrow"),
    [
        ("http://redhat.com/rhel/7.9", "rhel7-64", "rhel7"),
        ("http://redhat.com/rhel/9-unknown", "rhel9-64", "rhel9-64"),
        ("http://redhat.com/rhel/unknown", "rhel10-64", "rhel10-64"),
        ("http://redhat.com/rhel/2.1.3", "rhel2-64", "rhel2"),
        ("http://centos.org/centos/5.11", "centos-64", "centos"),
        ("http://centos.org/centos/7.0", "centos7-64", "centos7"),
        ("http://centos.org/centos-stream/9", "centos9-64", "centos9-64"),
        ("http://debian.org/debian/12", "debian12-64", "debian12"),
        ("http://debian.org/debian/testing", "debian13-64", "debian13"),
        ("http://debian.org/debian/3.1", "debian-64", "debian"),
        ("http://ubuntu.com/ubuntu/22.04", "ubuntu-64", "ubuntu"),
        ("http://fedoraproject.org/fedora/39", "fedora-64", "fedora"),
        ("http://rockylinux.org/rocky/9", "rockylinux-64", "rockylinux-64"),
        ("http://almalinux.org/almalinux/8", "almalinux-64", "almalinux-64"),
        ("http://oracle.com/ol/8.5", "oraclelinux8-64", "oraclelinux8-64"),
        ("http://oracle.com/ol/5.4", "oraclelinux-64", "oraclelinux"),
        ("http://suse.com/sle/15.4", "sles15-64", "sles15-64"),
        ("http://suse.com/sles/12.5", "sles12-64", "sles12"),
        ("http://opensuse.org/opensuse/tumbleweed", "opensuse-64", "opensuse"),
        ("http://freebsd.org/freebsd/13.1", "freebsd13-64", "freebsd13"),
        ("http://freebsd.org/freebsd/9.3", "freebsd-64", "freebsd"),
        ("http://microsoft.com/win/10", "windows9-64", "windows9"),
        ("http://microsoft.com/win/2k22", "windows2019srvnext-64", "windows2019srvnext-64"),
        ("http://microsoft.com/win/2k8", "longhorn-64", "longhorn"),
        ("http://microsoft.com/win/98", "win98", "win98"),
        ("http://oracle.com/solaris/11", "solaris11-64", "solaris11-64"),
        ("http://archlinux.org/archlinux/rolling", "otherlinux-64", "otherlinux"),
        ("http://libosinfo.org/linux/2020", "other5xlinux-64", "other5xlinux"),
    ],
)
def test_an_identifier_of_libosinfo_gets_the_guest_that_fits(osinfo: str, wide: str, narrow: str) -> None:
    assert written(describe(system(osinfo))) == (wide, [])
    assert written(describe(system(osinfo), "i686")) == (narrow, [])


def test_an_unknown_identifier_is_told() -> None:
    guest, notes = written(describe(system("http://example.org/os/1")))
    assert guest == "other-64"
    assert notes == ["VMware has no guest system that is known to be 'http://example.org/os/1'"]


@pytest.mark.parametrize(
    ("guest", "osinfo"),
    [
        ("rhel7-64", "http://redhat.com/rhel/7.0"),
        ("rhel3", "http://redhat.com/rhel/3"),
        ("centos8-64", "http://centos.org/centos/8"),
        ("centos9-64", "http://centos.org/centos-stream/9"),
        ("debian6", "http://debian.org/debian/6"),
        ("sles15-64", "http://suse.com/sle/15"),
        ("windows8srv-64", "http://microsoft.com/win/2k12r2"),
        ("windows9-64", "http://microsoft.com/win/10"),
        ("winNetStandard", "http://microsoft.com/win/2k3"),
        ("windows2019srvNext-64", "http://microsoft.com/win/2k22"),
        ("longhorn", "http://microsoft.com/win/2k8"),
        ("solaris10-64", "http://sun.com/solaris/10"),
    ],
)
def test_a_guest_with_an_identifier_travels_by_it(guest: str, osinfo: str) -> None:
    xml = to_xml(file_of(guest), context=ALL)
    assert f'<libosinfo:os id="{osinfo}"/>' in xml
    assert NAMESPACE not in xml
    assert written(xml)[0] == guest.lower()
    assert to_xml(from_xml(xml, virtual_hw_version=14), context=ALL) == xml


@pytest.mark.parametrize("guest", ["ubuntu-64", "winXPHome", "arm-debian12-64", "vmkernel7", "darwin22-64", "nonsense"])
def test_a_guest_without_an_identifier_travels_in_an_element_of_our_own(guest: str) -> None:
    xml = to_xml(file_of(guest), context=ALL)
    assert f'<esxvirt:guest xmlns:esxvirt="{NAMESPACE}" os="{guest}"/>' in xml
    made = from_xml(xml, virtual_hw_version=14)
    assert VmxFile.parse(made)["guestOS"] == guest
    assert "esxvirt.metadata" not in made
    assert to_xml(made, context=ALL) == xml


@pytest.mark.parametrize("guest", ["other", "other-64", ""])
def test_what_the_architecture_says_needs_no_metadata(guest: str) -> None:
    report = Report()
    assert "<metadata" not in to_xml(file_of(guest), context=ALL)
    to_xml(file_of(guest), report=report)
    assert [note for note in report if note.key == "guestOS"] == []


def test_the_plain_conversion_tells_that_it_leaves_it_out() -> None:
    report = Report()
    assert "<metadata" not in to_xml(file_of("rhel7-64"), report=report)
    assert "<metadata" not in to_xml(file_of("rhel7-64"), context=SHOWN)
    assert [note.text for note in report if note.key == "guestOS"] == [
        "of the guest system 'rhel7-64' the XML has the architecture; `all_devices` names it in <metadata>"
    ]
    assert "<metadata" not in to_xml(file_of("rhel7-64"), strict=True, context=ALL)
    assert 'guestOS = "other-64"' in from_xml(describe(system("http://redhat.com/rhel/7.0")), virtual_hw_version=14,
                                              strict=True)  # fmt: skip


@pytest.mark.parametrize("osinfo", [osinfo_of("rhel7-64"), osinfo_of("windows7"), osinfo_of("netware6")])
def test_both_directions_are_one_mapping(osinfo: str | None) -> None:
    assert osinfo is not None
    assert {osinfo_of(guest_of(osinfo, arch) or "") for arch in ("x86_64", "i686")} == {osinfo}


def test_what_no_vmx_file_can_hold_is_no_name() -> None:
    own = f"<e:guest xmlns:e='{NAMESPACE}' os='a&quot;&#10;b'/>"
    assert written(describe(own))[0] == "other-64"


def test_other_metadata_stay_as_they_are() -> None:
    theirs = "<a:x xmlns:a='urn:a'><a:y>z</a:y></a:x>"
    file = from_xml(describe(theirs + system("http://redhat.com/rhel/7.9")), virtual_hw_version=14)
    for text in (file, file.replace("rhel7-64", "sles15-64"), file.replace("rhel7-64", "other-64")):
        xml = to_xml(text, context=ALL)
        assert "rhel/7.9" in xml
        assert "urn:a" in xml
        assert (NAMESPACE in xml) == ("sles15-64" in text)
        made = from_xml(xml, virtual_hw_version=14)
        assert to_xml(made, context=ALL) == xml


def test_in_place_the_guest_stays_unless_another_is_named() -> None:
    file = file_of("rhel6-64")
    for context in (None, SHOWN, ALL):
        xml = format_domain(to_domain(file, context))
        assert str(redefine(file, parse_domain(xml), context)) == file
    named = redefine(file, parse_domain(describe(system("http://debian.org/debian/11"))))
    assert named["guestOS"] == "debian11-64"
    # Taken out again, the metadata go, and the guest stays what it is.
    kept = redefine(named, parse_domain(describe("")))
    assert kept["guestOS"] == "debian11-64"
    assert "esxvirt.metadata" not in kept
    assert redefine(named, parse_domain(describe("", "i686")))["guestOS"] == "other"


def test_a_guest_that_another_client_has_set_is_kept() -> None:
    """The metadata name the system that was installed first; the file, and so the machine, has another by now."""
    named = redefine(file_of("other-64"), parse_domain(describe(system("http://debian.org/debian/11"))))
    named["guestOS"] = "ubuntu-64"
    xml = to_xml(str(named), context=SHOWN)
    assert "debian/11" in xml
    assert 'os="ubuntu-64"' in xml
    assert redefine(named, parse_domain(xml), SHOWN)["guestOS"] == "ubuntu-64"
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=14))["guestOS"] == "ubuntu-64"
    domain = parse_domain(xml)
    domain.metadata = set_metadata(domain.metadata, "urn:other", "o", "<x/>")
    again = redefine(named, domain, SHOWN)
    assert again["guestOS"] == "ubuntu-64"
    assert find_metadata(again.text("esxvirt.metadata"), "urn:other") == "<x/>"
    assert find_metadata(again.text("esxvirt.metadata"), OSINFO) is not None


def test_damaged_metadata_name_nothing() -> None:
    damaged = f'{file_of("rhel6-64")}esxvirt.metadata = "<{NAMESPACE} {OSINFO}"\n'
    assert to_domain(damaged).os.arch == "x86_64"
    assert "rhel/6.0" in to_xml(damaged, context=ALL)
