"""What a definition leaves out or guesses is told by the connection."""

from esxvirt import libvirt_esx
from esxvirt.sim import Simulator
from tests.client import open_connection

NEW = """\
<domain type='vmware'>
  <name>n</name>
  <memory>5000</memory>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file'><source file='[local-storage] web/web.vmdk'/><target dev='sda' bus='scsi'/></disk>
    <rng model='virtio'/>
  </devices>
</domain>
"""
ROUNDED = "memory: 5000 KiB are no multiple of 4 MiB; the memory will be 8 MiB"
LEFT_OUT = "line 7: devices/rng: has no place in a VMX file; left out"


def test_it_is_of_the_last_definition() -> None:
    with (
        Simulator("esx-7.0", transport="http") as simulator,
        open_connection(simulator.uri, simulator.username, simulator.password) as connection,
    ):
        assert libvirt_esx.definition_notes(connection) == []
        domain = connection.defineXML(NEW)
        assert libvirt_esx.definition_notes(connection) == [LEFT_OUT, ROUNDED]
        xml = domain.XMLDesc()
        connection.defineXML(xml)
        assert libvirt_esx.definition_notes(connection) == []
        connection.defineXML(xml.replace("<video>", "<rng model='virtio'/><video>"))
        assert [note.partition(": ")[2] for note in libvirt_esx.definition_notes(connection)] == [
            LEFT_OUT.partition(": ")[2]
        ]
