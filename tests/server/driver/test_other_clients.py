"""Two clients at once, and answers that are lost: what one does meanwhile is neither lost nor told wrongly."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import define
from esxvirt.driver.devices import attach, update
from esxvirt.driver.domain import autostart, autostart_change, lifecycle, memory, metadata, rename
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name, lookup_by_uuid
from esxvirt.driver.domain.reading import read, read_all
from esxvirt.driver.domain.states import RUNNING, SHUTOFF
from esxvirt.driver.snapshots import changes as snapshot_changes
from esxvirt.driver.snapshots import snapshots
from esxvirt.errors import DeadlineError, EsxvirtError, OperationInvalidError, ServerFault, TransportError
from esxvirt.sim import Simulator
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import read_file, write_file
from esxvirt.xml.snapshot import DomainSnapshot
from tests.server.driver.conftest import Opener
from tests.server.driver.test_define import UUID, place, xml  # noqa: F401  `xml` is a fixture

OTHER_UUID = UUID.replace("50115e16", "50115e17")
WRITES = ["esx-7.0", "vcenter-7.0"]


@pytest.fixture(params=WRITES)
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.fixture
def other(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@contextmanager
def begun(work: Callable[[], Any]) -> Iterator["Future[Any]"]:
    """Do something on a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def archive(connection: Connection) -> DomainHandle:
    return lookup_by_name(connection, "archive")


def left_beside(simulator: Simulator) -> list[str]:
    """What is left of uploads."""
    return [path for path, _ in simulator.site.datastores[0].walk("") if path.endswith(".part")]


def test_who_comes_second_with_a_new_name_leaves_the_first_ones_file_alone(
    fresh: Simulator,
    connection: Connection,
    other: Connection,
    xml: str,  # noqa: F811
) -> None:
    with fresh.hold(http="PUT") as hold, begun(lambda: define.define(other, xml.replace(UUID, OTHER_UUID))) as late:
        hold.wait()
        define.define(connection, xml)
        hold.release()
        with pytest.raises(OperationInvalidError, match="which another client has made meanwhile"):
            late.result()
    assert lookup_by_uuid(connection, UUID).name == "demo"
    assert UUID[:2] in read_file(connection.session, place(connection, "demo.vmx")).decode()
    assert OTHER_UUID not in {domain.uuid for domain in read_all(connection)}
    assert left_beside(fresh) == []


@pytest.mark.parametrize("registration", ["start", "end"])
def test_two_define_one_new_uuid_differently(
    fresh: Simulator,
    connection: Connection,
    other: Connection,
    xml: str,  # noqa: F811
    registration: str,
) -> None:
    fresh.registration = registration
    larger = xml.replace("1048576", "2097152")
    with fresh.hold("RegisterVM_Task") as hold, begun(lambda: define.define(other, larger)) as late:
        hold.wait()
        define.define(connection, xml)  # registers what the other has put there and is about to register
        hold.release()
        late.exception()
    machine = next(found for found in fresh.site.machines.values() if found.name == "demo")
    file = read_file(connection.session, place(connection, "demo.vmx")).decode()
    assert machine.text() == file


def test_a_refused_registration_deletes_no_file_that_another_client_is_registering(
    fresh: Simulator,
    connection: Connection,
    other: Connection,
    xml: str,  # noqa: F811
) -> None:
    with (
        fresh.hold("RegisterVM_Task", task=True) as hold,
        begun(lambda: define.define(other, xml)) as first,
    ):
        hold.wait()
        fresh.faults.add(fault="NoPermission", method="RegisterVM_Task", count=1)
        with pytest.raises(EsxvirtError):
            define.define(connection, xml)
        hold.release()
        assert first.result().uuid == UUID
    assert "demo" in {domain.name for domain in read_all(connection)}
    assert read_file(connection.session, place(connection, "demo.vmx"))


def test_metadata_of_another_namespace_is_kept(fresh: Simulator, connection: Connection, other: Connection) -> None:
    with (
        fresh.hold("ReconfigVM_Task") as hold,
        begun(lambda: metadata.set_metadata(other, archive(other), "urn:b", "b", "<b/>")) as late,
    ):
        hold.wait()
        metadata.set_metadata(connection, archive(connection), "urn:a", "a", "<a/>")
        hold.release()
        late.result()
    for letter in "ab":
        assert metadata.get_metadata(connection, archive(connection), f"urn:{letter}") == f"<{letter}/>"


def test_an_update_of_a_card_rests_on_what_it_is_now(
    fresh: Simulator, connection: Connection, other: Connection
) -> None:
    card = next(item for item in _hardware(connection).cards() if item.macAddress)
    change = (
        f"<interface type='bridge'><mac address='{card.macAddress}'/><source bridge='VM Network'/>"
        "<link state='{}'/></interface>"
    )
    with (
        fresh.hold("ReconfigVM_Task") as hold,
        begun(lambda: update.update(other, archive(other), change.format("down"))) as late,
    ):
        hold.wait()
        memory.set_max_memory(connection, archive(connection), 1 << 20)
        attach.attach(
            connection,
            archive(connection),
            "<disk type='file' device='disk'><source file='[local-storage] web/web.vmdk'/>"
            "<target dev='sdb' bus='scsi'/></disk>",
        )
        hold.release()
        late.result()
    found = next(item for item in _hardware(connection).cards() if item.macAddress == card.macAddress)
    assert found.connectable.startConnected is False
    assert "scsi0:1" in _hardware(connection).drives()


def _hardware(connection: Connection) -> Any:
    from esxvirt.driver.devices.hardware import read_hardware  # noqa: PLC0415

    return read_hardware(connection, archive(connection))


def test_two_snapshots_never_keep_one_name(fresh: Simulator, connection: Connection, other: Connection) -> None:
    def take(using: Connection) -> Any:
        return snapshot_changes.take(using, archive(using), DomainSnapshot("one"), memory=False, quiesce=False)

    with fresh.hold("CreateSnapshot_Task") as hold, begun(lambda: take(other)) as late:
        hold.wait()
        take(connection)
        hold.release()
        with pytest.raises(OperationInvalidError, match="Snapshot 'one' already exists: another client has taken"):
            late.result()
    assert [found.name for found in snapshots.read_tree(connection, archive(connection))] == ["one"]


def test_two_snapshots_are_never_given_one_name(fresh: Simulator, connection: Connection, other: Connection) -> None:
    for name in ("a", "b"):
        snapshot_changes.take(connection, archive(connection), DomainSnapshot(name), memory=False, quiesce=False)

    def give(using: Connection, name: str) -> None:
        handle = snapshots.read_tree(using, archive(using)).named(name).handle
        snapshot_changes.rename(using, archive(using), handle, "c")

    with fresh.hold("RenameSnapshot") as hold, begun(lambda: give(other, "b")) as late:
        hold.wait()
        give(connection, "a")
        hold.release()
        with pytest.raises(OperationInvalidError, match="Snapshot 'c' already exists: another client"):
            late.result()
    assert sorted(found.name for found in snapshots.read_tree(connection, archive(connection))) == ["b", "c"]


def test_two_domains_are_never_given_one_name(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", vms=6) as fresh:
        connection, other = connect(fresh), connect(fresh)
        second = next(domain for domain in read_all(other) if domain.state == SHUTOFF and domain.name != "archive")
        with fresh.hold("Rename_Task") as hold, begun(lambda: rename.rename(other, second, "new")) as late:
            hold.wait()
            rename.rename(connection, archive(connection), "new")
            hold.release()
            with pytest.raises(ServerFault, match="Could not rename domain: DuplicateName"):
                late.result()
        assert sorted(domain.name for domain in read_all(connection)).count("new") == 1


def _defined(connection: Connection, text: str) -> str:
    define.define(connection, text)
    return text.replace("1048576", "2097152")


def test_a_snapshot_taken_while_a_domain_is_defined_anew(
    fresh: Simulator,
    connection: Connection,
    other: Connection,
    xml: str,  # noqa: F811
) -> None:
    larger = _defined(connection, xml)
    for method in ("MoveDatastoreFile_Task", "Reload"):
        with fresh.hold(method) as hold, begun(lambda: define.define(other, larger)) as late:
            hold.wait()
            demo = lookup_by_name(connection, "demo")
            snapshot_changes.take(connection, demo, DomainSnapshot(method), memory=False, quiesce=False)
            hold.release()
            error = late.exception()
        assert isinstance(error, OperationInvalidError), method
        assert "another client has changed the domain 'demo' meanwhile" in str(error)
        machine = next(found for found in fresh.site.machines.values() if found.name == "demo")
        assert machine.text() == read_file(connection.session, place(connection, "demo.vmx")).decode()
        assert machine.config.memory_mb == 1024
        assert "-00000" in machine.config.disks[0].file
        tree = snapshots.read_tree(connection, demo)
        snapshot_changes.remove(connection, demo, tree.named(method).handle)


def test_what_was_written_and_not_read_is_read_by_defining_it_again(
    fresh: Simulator,
    connection: Connection,
    xml: str,  # noqa: F811
) -> None:
    larger = _defined(connection, xml)
    file = place(connection, "demo.vmx")
    write_file(connection.session, file, read_file(connection.session, file).replace(b'"1024"', b'"2048"'))
    demo = lookup_by_name(connection, "demo")
    assert read(connection, demo, ("config.hardware.memoryMB",)).get("config.hardware.memoryMB") == 1024
    define.define(connection, larger)
    assert read(connection, demo, ("config.hardware.memoryMB",)).get("config.hardware.memoryMB") == 2048
    assert fresh.calls.methods().count("Reload") == 1


@pytest.mark.parametrize("start", [True, False])
def test_autostart_whose_answer_is_lost(fresh: Simulator, connection: Connection, start: bool) -> None:
    domain = archive(connection)
    autostart_change.set_autostart(connection, domain, start=not start)
    fresh.faults.add(socket="lost", method="ReconfigureAutostart", count=1)
    autostart_change.set_autostart(connection, domain, start=start)
    assert autostart.get_autostart(connection, domain) is start
    fresh.faults.add(socket="refuse", method="ReconfigureAutostart", count=1)
    with pytest.raises(TransportError, match=r"nothing of it is to be seen so far.*: look whether the domain"):
        autostart_change.set_autostart(connection, domain, start=not start)


def test_a_fault_of_a_read_is_not_the_tasks(fresh: Simulator, connection: Connection) -> None:
    for count in (1, 9):
        fresh.faults.add(fault="SystemError", method="WaitForUpdatesEx", count=count)
        domain = archive(connection)
        if count == 1:
            memory.set_max_memory(connection, domain, 1 << 20)
            continue
        with pytest.raises(
            TransportError, match=r"does not tell what becomes of the task.* not known: look at"
        ) as told:
            memory.set_max_memory(connection, domain, 1 << 19)
        assert not isinstance(told.value, ServerFault)


@pytest.mark.parametrize("answer", [False, True])
def test_a_deadline_is_for_the_waiting_for_a_lost_answer_too(
    fresh: Simulator, connection: Connection, answer: bool
) -> None:
    connection.policy.seconds = 0.5
    domain = archive(connection)
    with (
        fresh.hold("ReconfigVM_Task", answer=answer) as hold,
        begun(lambda: memory.set_max_memory(connection, domain, 1 << 20)) as late,
    ):
        hold.wait()
        # A minute would be waited for an answer that no deadline is for: the hold is let go only after this.
        with pytest.raises(DeadlineError, match=r"whether it was done is not known: look at the domain 'archive'"):
            late.result(timeout=30)


def test_a_question_that_is_asked_while_an_answer_is_lost_is_answered_once(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as fresh:
        connection = connect(fresh)
        connection.policy.auto_answer = True
        fresh.trouble("archive", "moved")
        fresh.faults.add(socket="lost", method="AnswerVM", count=1)
        lifecycle.start(connection, archive(connection))
        assert archive(connection).state == RUNNING
        assert fresh.calls.methods().count("AnswerVM") == 1


def parts_of(simulator: Simulator) -> list[tuple[str, str]]:
    """The files that lie beside a place that they did not get to."""
    found = [(store.name, path) for store in simulator.site.datastores for path in store._files]
    return [(name, path) for name, path in found if path.endswith(".part") and has(simulator, name, path)]


def has(simulator: Simulator, name: str, path: str) -> bool:
    return any(store.find(path) is not None for store in simulator.site.datastores if store.name == name)


@pytest.fixture
def nameless(fresh: Simulator, connection: Connection, xml: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """XML without a UUID, and what a definition of it has left that was killed."""

    def killed(*_: Any) -> None:
        raise EsxvirtError("killed")

    text = xml.replace(f"<uuid>{UUID}</uuid>", "")
    with monkeypatch.context() as context:
        context.setattr("esxvirt.driver.definition.vmx_files.delete_file", killed)
        fresh.faults.add(fault="NoPermission", method="MoveDatastoreFile_Task", count=1)
        with pytest.raises(EsxvirtError):
            define.define(connection, text)
    assert len(parts_of(fresh)) == 1
    return text


def test_a_definition_without_a_uuid_goes_on_with_what_a_killed_one_has_left(
    fresh: Simulator, connection: Connection, nameless: str
) -> None:
    [(store, path)] = parts_of(fresh)
    content = read_file(connection.session, DatastoreFile(f"[{store}] {path}", place(connection, "x").datacenter))
    define.define(connection, nameless)
    assert parts_of(fresh) == []
    assert read_file(connection.session, place(connection, "demo.vmx")).startswith(content)


def test_another_file_of_that_name_is_left_alone(
    fresh: Simulator, connection: Connection, nameless: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = parts_of(fresh)
    [(store, path)] = before
    write_file(connection.session, DatastoreFile(f"[{store}] {path}", place(connection, "x").datacenter), b"half")
    define.define(connection, nameless)
    assert parts_of(fresh) == before
    assert f"'[{store}] {path}' is left of another definition" in caplog.text
    assert "demo" in {domain.name for domain in read_all(connection)}
