from esxvirt.xml.capabilities import Capabilities, format_capabilities

X86_64 = """\
<capabilities>

  <host>
    <uuid>e88d4d56-9f1e-3ea1-71fa-13a8e1a7fd70</uuid>
    <cpu>
      <arch>x86_64</arch>
    </cpu>
    <power_management/>
    <iommu support='no'/>
    <migration_features>
      <live/>
      <uri_transports>
        <uri_transport>vpxmigr</uri_transport>
      </uri_transports>
    </migration_features>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='i686'>
      <wordsize>32</wordsize>
      <domain type='vmware'/>
    </arch>
  </guest>

  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <domain type='vmware'/>
    </arch>
  </guest>

</capabilities>
"""


def test_a_host_with_64_bit_guests() -> None:
    assert format_capabilities(Capabilities("e88d4d56-9f1e-3ea1-71fa-13a8e1a7fd70")) == X86_64


def test_a_host_without() -> None:
    text = format_capabilities(Capabilities(None, "i686"))
    assert "<uuid>" not in text
    assert "x86_64" not in text
    assert text.count("<guest>") == 1
