"""Moving a machine on govmomi's vcsim, with govc as the witness; vcsim has RelocateVM_Task, and no MigrateVM_Task."""

from collections.abc import Iterator

import pytest

from esxvirt import libvirt
from esxvirt.driver.migration import migration
from tests.client import open_connection
from tests.servers import Vcsim, running_vcsim
from tests.vcsim.witness import govc_json


@pytest.fixture
def server() -> Iterator[Vcsim]:
    # It puts machines on hosts by chance: with so many, no host goes without.
    with running_vcsim("-host", "2", "-vm", "30", "-ds", "2", esx=False, tls=True) as running:
        yield running


def connect(server: Vcsim, host: int) -> "libvirt.virConnect":
    uri = server.uri(f"/DC0/DC0_C0/DC0_C0_H{host}", no_verify="1")
    return open_connection(uri, server.username, server.password)


def state(server: Vcsim, name: str) -> tuple[str, str]:
    """Identifiers of the host and of the datastore of a machine."""
    properties = ("runtime.host", "datastore")
    answer = govc_json(server, "object.collect", "-json", f"/DC0/vm/{name}", *properties)
    found = {item["name"]: item["val"] for item in answer}
    [datastore] = found["datastore"]["_value"]
    return found["runtime.host"]["value"], datastore["value"]


def test_files_move_to_another_datastore(server: Vcsim) -> None:
    connection = connect(server, 0)
    domain = connection.listAllDomains()[0]
    host, datastore = state(server, domain.name())
    moved = domain.migrate3(connection, {"storage": "LocalDS_1"}, libvirt.VIR_MIGRATE_LIVE)
    assert moved.UUIDString() == domain.UUIDString()
    after = state(server, domain.name())
    assert after[0] == host
    assert after[1] != datastore
    with pytest.raises(libvirt.libvirtError, match="no datastore 'nope'; it has LocalDS_0, LocalDS_1"):
        domain.migrate3(connection, {"storage": "nope"})
    connection.close()


def test_another_host(server: Vcsim, monkeypatch: pytest.MonkeyPatch) -> None:
    # vcsim moves it, but goes on listing it with the host that it came from.
    monkeypatch.setattr(migration, "_APPEAR_SECONDS", 0.1)
    here, there = connect(server, 0), connect(server, 1)
    domain = here.listAllDomains()[0]
    before, datastore = state(server, domain.name())
    with pytest.raises(libvirt.libvirtError, match="was migrated, but the destination does not list it"):
        domain.migrate3(there, {"storage": "LocalDS_1"})
    after, moved = state(server, domain.name())
    assert after != before
    assert moved != datastore
    for connection in (here, there):
        connection.close()


def test_a_server_without_the_method_says_so(server: Vcsim) -> None:
    here, there = connect(server, 0), connect(server, 1)
    domain = here.listAllDomains()[0]
    before = state(server, domain.name())
    with pytest.raises(libvirt.libvirtError, match="does not implement: MigrateVM_Task"):
        domain.migrate(there)
    assert state(server, domain.name()) == before
    for connection in (here, there):
        connection.close()
