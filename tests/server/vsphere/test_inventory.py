"""Bulk reads, against a simulator: traversal, paging, what is missing, and answers that are no answers."""

from collections.abc import Iterator
from typing import cast

import pytest

from esxvirt.errors import ServerFault
from esxvirt.sim import Simulator
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.inventory import Query, Row, Step, iterate, retrieve
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.soap import escape

VMS = (
    Step("folder", "Folder", "childEntity", ("folder", "datacenter")),
    Step("datacenter", "Datacenter", "vmFolder", ("folder",)),
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", vms=45, troubled=("unreadable",)) as running:
        yield running


@pytest.fixture
def session(simulator: Simulator) -> Iterator[Session]:
    opened = Session.connect(Endpoint(simulator.host, simulator.port, None))
    opened.login(simulator.username, lambda: simulator.password)
    yield opened
    opened.close()
    assert simulator.sessions == []


def root(session: Session) -> Ref:
    return cast(Ref, session.content.rootFolder)


def machines(session: Session, *properties: str) -> Query:
    return Query({"VirtualMachine": properties}, [root(session)], VMS)


def test_one_call_reads_all(simulator: Simulator, session: Session) -> None:
    simulator.calls.clear()
    rows = retrieve(session, machines(session, "name"))
    assert [call.method for call in simulator.calls] == ["RetrievePropertiesEx"]
    assert {f"vm-{number:04}" for number in range(1, 46)} < {row.get("name") for row in rows}
    assert {row.ref.type for row in rows} == {"VirtualMachine"}


@pytest.mark.parametrize("page", [1, 7, 50, 51])
def test_pages_make_the_same_whole(simulator: Simulator, session: Session, page: int) -> None:
    whole = retrieve(session, machines(session, "name"))
    simulator.calls.clear()
    assert retrieve(session, machines(session, "name"), page=page) == whole
    made = [call.method for call in simulator.calls]
    assert len(made) == -(-len(whole) // page)
    assert set(made[1:]) <= {"ContinueRetrievePropertiesEx"}


def test_a_page_is_read_only_when_it_is_needed(simulator: Simulator, session: Session) -> None:
    simulator.calls.clear()
    rows = iterate(session, machines(session, "name"), page=10)
    assert isinstance(next(rows), Row)
    assert len(simulator.calls) == 1


def test_without_start_objects_nobody_is_asked(simulator: Simulator, session: Session) -> None:
    simulator.calls.clear()
    assert retrieve(session, Query({"VirtualMachine": ("name",)}, [])) == []
    assert len(simulator.calls) == 0


def test_what_the_account_may_not_read_is_told_by_property(session: Session) -> None:
    rows = {row.get("name"): row for row in retrieve(session, machines(session, "name", "config.uuid"))}
    assert rows["unreadable"].missing == {"config.uuid": "NoPermission"}
    assert rows["unreadable"].get("config.uuid") is None
    assert rows["vm-0001"].missing == {}


def test_a_property_that_is_not_set_is_none(session: Session) -> None:
    off = next(
        row for row in retrieve(session, machines(session, "name", "runtime.bootTime")) if row.get("name") == "archive"
    )
    assert off.get("runtime.bootTime") is None


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        (Query({"VirtualMachine": ("no.such.property",)}, [Ref("VirtualMachine", "1")]), "InvalidProperty"),
        (Query({"VirtualMachine": ("name",)}, [Ref("VirtualMachine", "no-such-machine")]), "ManagedObjectNotFound"),
    ],
)
def test_what_the_server_refuses_is_its_fault(session: Session, query: Query, fault: str) -> None:
    with pytest.raises(ServerFault) as caught:
        retrieve(session, query)
    assert caught.value.name == fault


def test_references_cannot_break_out_of_their_element(session: Session) -> None:
    with pytest.raises(ServerFault) as caught:
        retrieve(session, Query({"VirtualMachine": ("name",)}, [Ref("VirtualMachine", '"></obj>&<x/>')]))
    assert caught.value.name == "ManagedObjectNotFound"


def test_escape() -> None:
    assert escape('<a href="x">&') == "&lt;a href=&quot;x&quot;&gt;&amp;"
