"""Snapshots on every kind of product: taken, found, listed, reverted to, removed, renamed; and what goes wrong."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.snapshots.changes import remove, remove_children, rename, revert, take
from esxvirt.driver.snapshots.listing import SnapshotFlags as Flags
from esxvirt.driver.snapshots.listing import children, everything
from esxvirt.driver.snapshots.snapshots import SnapshotHandle, SnapshotTree, read_tree, xml_description
from esxvirt.driver.tasks import questions
from esxvirt.errors import (
    ConfigUnsupportedError,
    InvalidArgumentError,
    MissingPrivilegeError,
    OperationInvalidError,
    QuestionError,
    ServerFault,
    SnapshotNotFoundError,
)
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine import snapshots as state
from esxvirt.vsphere.decode import Ref
from esxvirt.xml.snapshot import DomainSnapshot, parse_snapshot
from tests.server.driver.conftest import Opener
from tests.snapshots import NAMES, grow_many, grow_ten, machine_of

RUNNING, PAUSED, SHUTOFF = 1, 3, 5


@pytest.fixture(params=["esx-3.5", "esx-8.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.fixture
def archive(connection: Connection) -> DomainHandle:
    return lookup_by_name(connection, "archive")


def make(
    connection: Connection, domain: DomainHandle, name: str | None = None, *, memory: bool = True
) -> SnapshotHandle:
    return take(connection, domain, DomainSnapshot(name), memory=memory, quiesce=False)


def shape(tree: SnapshotTree) -> dict[str, str | None]:
    """The parents' names, by name."""
    return {found.name: found.parent.name if found.parent else None for found in tree}


def test_a_snapshot_is_taken_and_found(connection: Connection, archive: DomainHandle) -> None:
    assert list(read_tree(connection, archive)) == []
    wanted = DomainSnapshot("one", "a description\nof two lines")
    handle = take(connection, archive, wanted, memory=True, quiesce=False)
    tree = read_tree(connection, archive)
    [snapshot] = tree
    assert tree.current is snapshot
    assert tree.find(handle) is snapshot
    assert tree.named("one") is snapshot
    assert (snapshot.name, snapshot.description, snapshot.state) == ("one", wanted.description, SHUTOFF)
    assert (snapshot.parent, snapshot.children, snapshot.quiesced) == (None, [], False)
    described = parse_snapshot(xml_description(archive, snapshot))
    assert described == DomainSnapshot("one", wanted.description, "shutoff", None, snapshot.seconds, archive.uuid)


def test_without_a_name_it_is_the_time(connection: Connection, archive: DomainHandle) -> None:
    handle = make(connection, archive)
    snapshot = read_tree(connection, archive).find(handle)
    assert abs(int(handle.name) - snapshot.seconds) <= 1


@pytest.mark.parametrize(("memory", "expected"), [(True, RUNNING), (False, SHUTOFF)])
def test_what_a_revert_leaves_a_machine_in(connection: Connection, memory: bool, expected: int) -> None:
    web = lookup_by_name(connection, "web")
    handle = make(connection, web, "one", memory=memory)
    lifecycle.destroy(connection, web)
    revert(connection, web, handle)
    assert web.state == expected
    assert (web.id > 0) == (expected == RUNNING)
    assert lookup_by_name(connection, "web").state == expected


def test_quiet_file_systems_are_told_of(connection: Connection) -> None:
    web = lookup_by_name(connection, "web")
    handle = take(connection, web, DomainSnapshot("quiet"), memory=False, quiesce=True)
    assert read_tree(connection, web).find(handle).quiesced


def test_a_name_that_is_there_is_refused(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    make(connection, archive, "one")
    fresh.calls.clear()
    with pytest.raises(OperationInvalidError, match=r"^Snapshot 'one' already exists$"):
        make(connection, archive, "one")
    assert [call.method for call in fresh.calls if "Snapshot" in call.method] == []


def test_disks_are_refused(connection: Connection, archive: DomainHandle) -> None:
    with pytest.raises(ConfigUnsupportedError, match="disk snapshots not supported yet"):
        take(connection, archive, DomainSnapshot("one", disks=["sda"]), memory=True, quiesce=False)


@pytest.mark.parametrize("name", ["a/b", "100%", "R&D <now>", "q\"u'o", "é ü", " lead ", "日本", "a%2fb"])
def test_any_name(connection: Connection, archive: DomainHandle, name: str) -> None:
    handle = make(connection, archive, name)
    assert handle.name == name
    assert read_tree(connection, archive).named(name).name == name
    remove(connection, archive, handle)
    assert list(read_tree(connection, archive)) == []


def test_an_escaped_name_is_found_as_people_write_it(connection: Connection, archive: DomainHandle) -> None:
    handle = make(connection, archive, "a%2fb 100%25")
    assert read_tree(connection, archive).named("a/b 100%").handle == handle
    plain = make(connection, archive, "a/b 100%")
    assert read_tree(connection, archive).named("a/b 100%").handle == plain


def test_names_that_several_have(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    for description in ("first", "second"):
        state.create(machine_of(fresh), "twin", description, memory=False, quiesced=False)
    make(connection, archive, "1")
    tree = read_tree(connection, archive)
    first, second, one = tree
    assert tree.find(first.handle) is first
    assert tree.find(second.handle) is second
    with pytest.raises(InvalidArgumentError, match="ambiguous: 2 snapshots are named 'twin'; use the id: ") as caught:
        tree.named("twin")
    assert "a root" in str(caught.value)
    assert "below 'twin'" in str(caught.value)
    words = [part.split(" (")[0] for part in str(caught.value).partition("use the id: ")[2].split("), ")]
    assert [tree.named(word) for word in words] == [first, second]
    assert tree.named(str(second.id)) is second
    # A name is a name before it is an id.
    if str(first.id) == "1":
        assert tree.named("1") is one
        assert words[0] == first.ref.value
    remove(connection, archive, second.handle)
    assert shape(read_tree(connection, archive)) == {"twin": None, "1": "twin"}
    with pytest.raises(SnapshotNotFoundError):
        read_tree(connection, archive).find(SnapshotHandle(Ref("VirtualMachineSnapshot", "gone"), "nobody"))


def test_a_number_that_several_have_for_a_name(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    for _ in range(2):
        state.create(machine_of(fresh), "twin", "", memory=False, quiesced=False)
    first, second = read_tree(connection, archive)
    for snapshot in machine_of(fresh).snapshots:
        state.rename(machine_of(fresh), snapshot, str(second.id), None)
    assert read_tree(connection, archive).named(str(second.id)).ref == second.ref
    assert first.ref != second.ref


def test_a_snapshot_that_is_gone(connection: Connection, archive: DomainHandle) -> None:
    handle = make(connection, archive, "one")
    remove(connection, archive, handle)
    for attempt in (remove, revert, remove_children, rename):
        with pytest.raises(SnapshotNotFoundError, match=r"^Could not find snapshot with name 'one'$"):
            attempt(connection, archive, handle)


def test_registered_anew_it_is_found_by_its_name(connection: Connection, archive: DomainHandle) -> None:
    make(connection, archive, "one")
    stale = SnapshotHandle(Ref("VirtualMachineSnapshot", "snapshot-999"), "one")
    revert(connection, archive, stale)
    remove(connection, archive, stale)
    assert list(read_tree(connection, archive)) == []


def test_removing_what_is_below(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    grow_ten(fresh)
    tree = read_tree(connection, archive)
    assert {found.name for found in tree} == set(NAMES)
    remove(connection, archive, tree.named("alpha").handle)
    remove_children(connection, archive, tree.named("x < y & z").handle)
    assert shape(read_tree(connection, archive)) == {
        "root": None,
        "a/b%c": "root",
        "Zeta": "a/b%c",
        "x < y & z": "root",
    }
    remove(connection, archive, tree.named("a/b%c").handle, children=True)
    tree = read_tree(connection, archive)
    assert shape(tree) == {"root": None, "x < y & z": "root"}
    assert tree.current is tree.named("x < y & z")


def test_renaming(connection: Connection, archive: DomainHandle) -> None:
    first, second = make(connection, archive, "first"), make(connection, archive, "second")
    renamed = rename(connection, archive, first, "other")
    assert renamed == SnapshotHandle(first.ref, "other")
    assert rename(connection, archive, renamed, description="said\nof it") == renamed
    assert rename(connection, archive, renamed, "other", "") == renamed
    assert [(found.name, found.description) for found in read_tree(connection, archive)] == [
        ("other", ""),
        ("second", ""),
    ]
    with pytest.raises(OperationInvalidError, match="Snapshot 'other' already exists"):
        rename(connection, archive, second, "other")
    with pytest.raises(InvalidArgumentError, match="must not be empty"):
        rename(connection, archive, second, "")
    with pytest.raises(ServerFault, match="Could not rename snapshot: "):
        rename(connection, archive, second, "n" * 81)


def test_chains_end_somewhere(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    for number in range(32):
        state.create(machine_of(fresh), str(number), "", memory=False, quiesced=False)
    with pytest.raises(ServerFault, match="Could not create snapshot: TooManySnapshotLevels"):
        make(connection, archive, "one too many")
    assert len(list(read_tree(connection, archive))) == 32


def test_a_wide_tree(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    grow_many(fresh)
    fresh.calls.clear()
    tree = read_tree(connection, archive)
    assert len(fresh.calls) == 1
    assert len(list(tree)) == 200
    assert [found.name for found in everything(tree, Flags.ROOTS)] == ["n000"]
    leaves = everything(tree, Flags.LEAVES)
    assert len(leaves) + len(everything(tree, Flags.NO_LEAVES)) == 200
    assert len(everything(tree, Flags.ACTIVE)) == 133
    assert len(everything(tree, Flags.INACTIVE)) == 67
    assert {found.state for found in everything(tree, Flags.ACTIVE)} == {RUNNING, PAUSED}
    assert everything(tree, Flags.ACTIVE | Flags.INACTIVE | Flags.INTERNAL | Flags.NO_METADATA) == list(tree)
    for nothing in (Flags.METADATA, Flags.DISK_ONLY, Flags.EXTERNAL, Flags.METADATA | Flags.LEAVES):
        assert everything(tree, nothing) == []
    root = tree.roots[0]
    assert len(children(root)) == len(root.children) == 7
    assert len(children(root, Flags.DESCENDANTS)) == 199
    assert children(root, Flags.DESCENDANTS | Flags.LEAVES) == leaves


def test_snapshots_that_may_not_be_seen(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    fresh.trouble("archive", "unreadable")
    with pytest.raises(
        MissingPrivilegeError, match=r"The server does not tell snapshot; .* on the virtual machine 'archive'"
    ):
        read_tree(connection, archive)


def test_a_question_during_a_revert(fresh: Simulator, connection: Connection) -> None:
    web = lookup_by_name(connection, "web")
    handle = make(connection, web, "one", memory=False)
    fresh.trouble("web", "full")
    lifecycle.destroy(connection, web)
    with pytest.raises(QuestionError):
        lifecycle.start(connection, web)
    revert(connection, web, handle)
    assert web.state == SHUTOFF


def test_an_open_question_comes_first(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    handle = make(connection, archive, "one")
    fresh.trouble("archive", "moved")
    machine = archive.ref
    connection.session.call(machine, "PowerOnVM_Task")
    while not questions.questions(connection, archive):
        pass
    fresh.calls.clear()
    for change in (remove, revert):
        with pytest.raises(QuestionError, match="moved or copied"):
            change(connection, archive, handle)
    with pytest.raises(QuestionError, match="moved or copied"):
        make(connection, archive, "two")
    assert {call.method for call in fresh.calls} <= {"RetrieveProperties", "RetrievePropertiesEx"}


def test_gsx_has_one_at_most(connect: Opener) -> None:
    with Simulator("gsx-2.0", transport="http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "archive")
        handle = make(connection, domain, "one")
        with pytest.raises(ServerFault, match="Could not create snapshot: MultipleSnapshotsNotSupported"):
            make(connection, domain, "two")
        revert(connection, domain, handle)
        remove(connection, domain, handle)
        make(connection, domain, "two")
        assert shape(read_tree(connection, domain)) == {"two": None}
