"""What is told of a host, written: firmware's tables, what domains may have, devices; and libvirt's schemas."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esxvirt.xml.capabilities import Capabilities, Cell, Cpu, format_capabilities
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.domain_capabilities import DomainCapabilities, format_domain_capabilities
from esxvirt.xml.node_device import NodeDevice, PciCapability, SystemCapability, format_node_device
from esxvirt.xml.sysinfo import SystemInformation, format_sysinfo
from tests.tools import require

UUID = "4c4c4544-0043-4210-8038-b6c04f4e3001"
RELAXNG = "http://relaxng.org/ns/structure/1.0"
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
NAME = TEXT.filter(bool)

CAPABILITIES = """\
<domainCapabilities>
  <path>/bin/vmx</path>
  <domain>vmware</domain>
  <arch>x86_64</arch>
  <vcpu max='8'/>
  <iothreads supported='no'/>
  <os supported='yes'>
    <enum name='firmware'>
      <value>bios</value>
    </enum>
    <loader supported='no'/>
  </os>
  <cpu>
    <mode name='host-passthrough' supported='no'/>
    <mode name='maximum' supported='no'/>
    <mode name='host-model' supported='no'/>
    <mode name='custom' supported='no'/>
  </cpu>
  <memoryBacking supported='no'/>
  <devices>
    <disk supported='yes'>
      <enum name='bus'>
        <value>ide</value>
        <value>scsi</value>
      </enum>
      <enum name='model'/>
    </disk>
    <graphics supported='no'/>
  </devices>
  <features>
    <genid supported='yes'/>
    <sev supported='no'/>
  </features>
</domainCapabilities>
"""
SYSINFO = """\
<sysinfo type='smbios'>
  <bios>
    <entry name='version'>2.13 &amp; more</entry>
  </bios>
  <chassis>
    <entry name='asset'>7</entry>
  </chassis>
  <processor>
    <entry name='version'>a</entry>
  </processor>
  <processor>
    <entry name='version'>b</entry>
  </processor>
  <memory_device>
    <entry name='size'>64 MB</entry>
  </memory_device>
  <oemStrings>
    <entry>5[0000]</entry>
  </oemStrings>
</sysinfo>
"""
BRIDGE = """\
<device>
  <name>pci_0001_80_02_0</name>
  <parent>computer</parent>
  <capability type='pci'>
    <class>0x060400</class>
    <domain>1</domain>
    <bus>128</bus>
    <slot>2</slot>
    <function>0</function>
    <product id='0x2f04'/>
    <vendor id='0x8086'>Intel &lt;R&gt;</vendor>
    <capability type='pci-bridge'/>
  </capability>
</device>
"""
TOPOLOGY = """\
    <topology>
      <cells num='2'>
        <cell id='0'>
          <memory unit='KiB'>3</memory>
          <cpus num='2'>
            <cpu id='0' socket_id='0' die_id='0' cluster_id='0' core_id='0' siblings='0-1'/>
            <cpu id='1' socket_id='0' die_id='0' cluster_id='0' core_id='0' siblings='0-1'/>
          </cpus>
        </cell>
        <cell id='1'>
          <memory unit='KiB'>0</memory>
          <cpus num='1'>
            <cpu id='2'/>
          </cpus>
        </cell>
      </cells>
    </topology>
  </host>
"""


@pytest.fixture(scope="module")
def fits() -> Callable[[str, str], None]:
    def check(name: str, text: str) -> None:
        if name == "sysinfo":
            # It is a part of domains' schema, which has no processors and no memory of hosts.
            path = Path(require("libvirt-schemas")) / "domaincommon.rng"
            grammar = (
                f'<grammar xmlns="{RELAXNG}"><include href="{path}"/><start><ref name="sysinfo"/></start></grammar>'
            )
            schema = etree.RelaxNG(etree.fromstring(grammar))
        else:
            schema = etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / f"{name}.rng"))
        # The schema of capabilities does not know VMware's domains, which libvirt's own driver has in them.
        document = etree.fromstring(text.replace("<domain type='vmware'/>", "<domain type='qemu'/>"))
        for element in [*document.findall("processor"), *document.findall("memory_device")]:
            document.remove(element)
        schema.assertValid(document)

    return check


def test_what_domains_may_have(fits: Callable[[str, str], None]) -> None:
    text = format_domain_capabilities(
        DomainCapabilities(
            path="/bin/vmx",
            arch="x86_64",
            max_vcpus=8,
            firmware=("bios",),
            devices={"disk": {"bus": ("ide", "scsi"), "model": ()}, "graphics": None},
            features={"genid": True, "sev": False},
        )
    )
    assert text == CAPABILITIES
    fits("domaincaps", text)


def test_tables_of_firmware(fits: Callable[[str, str], None]) -> None:
    information = SystemInformation(
        bios={"vendor": None, "version": "2.13 & more"},
        system={"serial": ""},
        chassis={"asset": "7"},
        processors=[{"version": "a"}, {"version": "b"}],
        memory=[{"size": "64 MB"}],
        oem_strings=["5[0000]"],
    )
    assert format_sysinfo(information) == SYSINFO
    fits("sysinfo", SYSINFO)


def test_nothing_known() -> None:
    assert format_sysinfo(SystemInformation()) == "<sysinfo type='smbios'>\n</sysinfo>\n"


def test_a_bridge(fits: Callable[[str, str], None]) -> None:
    pci = PciCapability(PciAddress(1, 0x80, 2, 0), 0x060400, 0x2F04, "", 0x8086, "Intel <R>", bridge=True)
    assert format_node_device(NodeDevice("pci_0001_80_02_0", pci, "computer")) == BRIDGE
    fits("nodedev", BRIDGE)


def test_numa_nodes(fits: Callable[[str, str], None]) -> None:
    core = tuple(Cpu(number, 0, 0, (0, 1)) for number in (0, 1))
    text = format_capabilities(Capabilities(UUID, cells=(Cell(0, 4095, core), Cell(1, 0, (Cpu(2),)))))
    assert TOPOLOGY in text
    fits("capability", text)


@given(st.builds(SystemCapability, NAME, NAME, NAME, st.just(UUID), NAME, NAME, NAME), NAME)
def test_any_host_fits_the_schema(fits: Callable[[str, str], None], system: SystemCapability, name: str) -> None:
    fits("nodedev", format_node_device(NodeDevice(name, system)))


PLACES = st.builds(PciAddress, st.integers(0, 0xFFFF), st.integers(0, 0xFF), st.integers(0, 0x1F), st.integers(0, 7))


@given(
    st.builds(
        PciCapability,
        PLACES,
        st.integers(0, 0xFFFFFF),
        st.integers(0, 0xFFFF),
        TEXT,
        st.integers(0, 0xFFFF),
        TEXT,
        st.integers(0, 256),
        st.booleans(),
        st.integers(0, 99),
        st.lists(PLACES, min_size=1, max_size=3),
        st.none() | st.integers(0, 7),
    ),
    st.none() | st.just("passthru"),
)
def test_any_device_fits_the_schema(fits: Callable[[str, str], None], pci: PciCapability, driver: str | None) -> None:
    fits("nodedev", format_node_device(NodeDevice("x", pci, "computer", driver)))
