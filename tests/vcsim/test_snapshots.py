"""Snapshots on govmomi's vcsim, an ESX host and a vCenter, with govmomi's own client as the witness."""

import pytest

from esxvirt import libvirt
from tests.client import open_connection
from tests.servers import Vcsim
from tests.vcsim.witness import govc


@pytest.fixture(params=["vcsim_esx", "vcsim_vcenter"])
def server(request: pytest.FixtureRequest) -> Vcsim:
    found: Vcsim = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def domain(server: Vcsim) -> "libvirt.virDomain":
    uri = server.uri(thumbprint=server.thumbprint)
    connection = open_connection(uri, server.username, server.password)
    return connection.listAllDomains()[0]


def test_a_life_of_snapshots(server: Vcsim, domain: "libvirt.virDomain") -> None:
    def seen() -> list[str]:
        answer = govc(server, "snapshot.tree", "-vm.uuid", domain.UUIDString())
        return [line.strip() for line in answer.stdout.splitlines() if line.strip(" .")]

    try:
        first = domain.snapshotCreateXML(
            "<domainsnapshot><name>first</name><description>d</description></domainsnapshot>"
        )
        domain.snapshotCreateXML("<domainsnapshot><name>second</name></domainsnapshot>")
        assert domain.snapshotListNames() == ["first", "second"]
        assert domain.snapshotCurrent().getName() == "second"
        assert domain.snapshotCurrent().getParent().getName() == "first"
        assert "<description>d</description>" in first.getXMLDesc()
        assert seen() == ["first", "second"]
        domain.revertToSnapshot(first)
        assert first.isCurrent() == 1
        domain.snapshotCreateXML("<domainsnapshot><name>third</name></domainsnapshot>")
        assert sorted(first.listChildrenNames()) == ["second", "third"]
        with pytest.raises(libvirt.libvirtError, match="Snapshot 'third' already exists"):
            domain.snapshotCreateXML("<domainsnapshot><name>third</name></domainsnapshot>")
        domain.snapshotLookupByName("second").delete()
        assert domain.snapshotListNames() == ["first", "third"]
        first.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN)
        assert domain.snapshotNum() == 0
        assert domain.hasCurrentSnapshot() == 0
    finally:
        domain.connect().close()
