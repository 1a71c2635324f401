"""Migrations that go wrong: told truly, the machine on exactly one host, and never sent twice."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.migration import migration
from esxvirt.driver.migration import migration_task as moving
from esxvirt.driver.tasks import jobs, lost_answers
from esxvirt.errors import (
    DeadlineError,
    OperationFailedError,
    OperationInvalidError,
    ServerFault,
    TaskCancelledError,
    TransportError,
)
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.tasks import Outcome, follow_task
from tests.client import write_auth_file
from tests.program import MORTAL

NAME = "vm-0001"
WAITS = {"vcenter-2.5": "WaitForUpdates", "vcenter-7.0": "WaitForUpdatesEx"}


class Site:
    """A vCenter with two hosts, and a connection to each of them."""

    def __init__(self, profile: str, stack: ExitStack) -> None:
        self.profile = profile
        self.simulator = stack.enter_context(Simulator(profile, transport="http", hosts=2, vms=4, shared=True))
        self.stack = stack
        self.here = self.connect("esx1")
        self.there = self.connect("esx2")
        self.domain = lookup_by_name(self.here, NAME)

    def connect(self, host: str) -> Connection:
        """Connect to a host of the vCenter."""
        account = Credentials(self.simulator.username, Secret(self.simulator.password))
        uri = self.simulator.uri.replace("/esx1.", f"/{host}.")
        connection = Connection.open(parse(uri), lambda **_: account)
        self.stack.callback(connection.close)
        return connection

    def migrate(self, storage: str | None = None) -> DomainHandle:
        """Migrate the domain."""
        migration.perform(self.here, self.domain, migration.prepare(self.there), storage)
        return migration.finish(self.there, self.domain)

    def at(self, percent: int, action: Callable[[], Any]) -> None:
        """Do something once when the task is so far."""
        pending = [action]

        def progress(done: int) -> None:
            if done >= percent and pending:
                pending.pop()()

        self.here.policy.progress = progress

    @property
    def host(self) -> str:
        """The host that the machine is on: it is on no other."""
        site = self.simulator.site
        machine = site.find_machine(NAME)
        assert [host for host in site.hosts if machine in site.machines_on(host).values()] == [machine.host]
        return machine.host.name

    def sent(self, method: str = "MigrateVM_Task") -> int:
        """How often it was asked for."""
        return [call.method for call in self.simulator.calls].count(method)


@pytest.fixture(params=list(WAITS))
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(request.param, stack)


@pytest.mark.parametrize("kind", ["reset", "truncate", "garbage", "lost"])
def test_the_answer_that_names_the_task_is_lost(site: Site, kind: str) -> None:
    site.simulator.faults.add(socket=kind, method="MigrateVM_Task", count=1)
    assert site.migrate().name == NAME
    assert (site.host, site.sent()) == ("esx2", 1)


@pytest.mark.parametrize("kind", ["refuse", "http503"])
def test_the_request_is_lost(site: Site, kind: str) -> None:
    site.simulator.faults.add(socket=kind, method="MigrateVM_Task", count=1)
    with pytest.raises(TransportError, match="has no task for this migration so far: look for the domain before"):
        site.migrate()
    assert (site.host, site.sent()) == ("esx1", 1)
    site.migrate()
    assert site.host == "esx2"


def test_an_earlier_migration_is_not_taken_for_this_one(site: Site) -> None:
    site.migrate()
    site.here, site.there = site.there, site.here
    site.domain = lookup_by_name(site.here, NAME)
    site.simulator.faults.add(socket="refuse", method="MigrateVM_Task", count=1)
    with pytest.raises(TransportError, match="has no task for this migration so far"):
        site.migrate()
    assert (site.host, site.sent()) == ("esx2", 2)


@pytest.mark.parametrize("kind", ["reset", "refuse", "http503"])
def test_an_update_is_lost(site: Site, kind: str) -> None:
    site.simulator.faults.add(socket=kind, method=WAITS[site.profile], count=2)
    site.migrate()
    assert (site.host, site.sent()) == ("esx2", 1)


def test_the_session_expires_meanwhile(site: Site) -> None:
    site.simulator.tasks.seconds = 0.5
    site.at(10, site.simulator.expire_sessions)
    site.migrate()
    assert (site.host, site.sent()) == ("esx2", 1)


def test_the_vcenter_restarts_and_the_migration_goes_on(site: Site) -> None:
    site.simulator.tasks.seconds = 0.5
    site.at(10, site.simulator.restart)
    assert site.migrate().name == NAME
    assert (site.host, site.sent()) == ("esx2", 1)


def test_the_vcenter_restarts_and_the_migration_does_not_go_on(site: Site) -> None:
    site.simulator.tasks.seconds = 0.5
    site.at(10, lambda: site.simulator.restart(tasks="fail"))
    with pytest.raises(ServerFault, match="Could not migrate domain, migration task finished with an error: "):
        site.migrate()
    assert (site.host, site.sent()) == ("esx1", 1)


@pytest.mark.parametrize("moved", [True, False])
def test_the_vcenter_has_forgotten_the_task(site: Site, moved: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    call, known = site.here.session.call, site.simulator.tasks

    def forgotten(managed: Any, method: str, *arguments: Any, **more: Any) -> Any:
        if method != "MigrateVM_Task":
            return call(managed, method, *arguments, **more)
        if moved:
            call(managed, method, *arguments, **more)
            with site.simulator.site.changed:
                site.simulator.site.changed.wait_for(lambda: known.recent[-1].done)
                known.recent.clear()
        return Ref("Task", "task-4711")

    monkeypatch.setattr(site.here.session, "call", forgotten)
    if moved:
        assert site.migrate().name == NAME
        assert site.host == "esx2"
    else:
        with pytest.raises(TransportError, match="has no task for this migration so far"):
            site.migrate()
        assert site.host == "esx1"


def test_the_vcenter_does_not_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_PATIENCE_SECONDS", 1.0)
    site.simulator.faults.add(socket="lost", method="MigrateVM_Task", count=1)
    reads = "RetrieveProperties" if site.profile == "vcenter-2.5" else "RetrievePropertiesEx"
    destination = migration.prepare(site.there)
    # The first read is the one before the migration.
    real = moving._look
    seen: list[int] = []

    def look(wanted: Any) -> Any:
        if not seen:
            site.simulator.faults.add(socket="refuse", method=reads)
        seen.append(1)
        return real(wanted)

    monkeypatch.setattr(moving, "_look", look)
    with pytest.raises(TransportError, match=r"whether it was done is not known: look for the domain on both"):
        migration.perform(site.here, site.domain, destination)
    site.simulator.faults.clear()
    assert site.host in {"esx1", "esx2"}
    assert site.sent() == 1


def test_the_destination_is_full(site: Site) -> None:
    before = site.simulator.site.find_machine(NAME).vmx_path
    storage = local_storage(site)
    site.simulator.tasks.seconds = 0.3
    site.at(10, lambda: site.simulator.set_free(storage, 1024))
    site.simulator.site.find_machine(NAME).power = "poweredOff"  # vCenter 2.5 moves no files of what runs
    with pytest.raises(
        ServerFault, match="migration task finished with an error: NoDiskSpace - Insufficient disk space"
    ):
        site.migrate(storage)
    assert (site.host, site.sent("RelocateVM_Task")) == ("esx1", 1)
    assert site.simulator.site.find_machine(NAME).vmx_path == before


def local_storage(site: Site) -> str:
    """The name of the destination's own datastore."""
    stores = site.simulator.site.hosts[1].datastores
    return next(store.name for store in stores if store.name.startswith("local-storage"))


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_lost_answer_of_a_move_with_storage(site: Site, kind: str) -> None:
    site.simulator.site.find_machine(NAME).power = "poweredOff"
    site.simulator.faults.add(socket=kind, method="RelocateVM_Task", count=1)
    storage = local_storage(site)
    site.migrate(storage)
    assert (site.host, site.sent("RelocateVM_Task")) == ("esx2", 1)
    assert site.simulator.site.find_machine(NAME).vmx_path.startswith(f"[{storage}] ")


def test_somebody_else_cancels(site: Site) -> None:
    site.simulator.tasks.seconds = 0.5
    other = site.connect("esx1")
    site.at(10, lambda: jobs.abort(other, lookup_by_name(other, NAME)))
    with pytest.raises(TaskCancelledError, match="migration task finished with an error: RequestCanceled"):
        site.migrate()
    assert site.host == "esx1"
    ended = jobs.last_job(other, lookup_by_name(other, NAME))
    assert ended is not None
    assert (ended.kind, ended.state, ended.cancelled) == ("VirtualMachine.migrate", "error", True)
    with pytest.raises(OperationInvalidError, match="no job is active"):
        jobs.abort(other, lookup_by_name(other, NAME))


def test_it_takes_too_long(site: Site) -> None:
    site.simulator.tasks.seconds = 3.0
    site.here.policy.seconds = 0.3
    with pytest.raises(DeadlineError, match=r"did not end within 0\.3 seconds: the task was cancelled$"):
        site.migrate()
    assert (site.host, site.sent(), site.sent("CancelTask")) == ("esx1", 1, 1)


def test_a_task_that_fails_at_the_end_of_its_work(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(*arguments: Any) -> Outcome:
        assert follow_task(*arguments).error is None
        return Outcome(error=ServerFault("SystemError - the host was slow", name="SystemError"))

    monkeypatch.setattr(lost_answers, "follow_task", follow)
    with pytest.raises(OperationFailedError, match="the host was slow; but the domain is at its destination now"):
        site.migrate()
    assert site.host == "esx2"


def test_an_interruption_before_the_task_is_known(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.simulator.tasks.seconds = 60.0
    call = site.here.session.call

    def interrupted(managed: Any, method: str, *arguments: Any, **more: Any) -> Any:
        answer = call(managed, method, *arguments, **more)
        if method == "MigrateVM_Task":
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(site.here.session, "call", interrupted)
    with pytest.raises(KeyboardInterrupt, match="interrupted; the task was asked to stop, but did not yet"):
        site.migrate()
    assert (site.host, site.sent("CancelTask")) == ("esx1", 1)


def test_ctrl_c_cancels_and_says_so(tmp_path: Path) -> None:
    with ExitStack() as stack:
        site = Site("vcenter-7.0", stack)
        site.simulator.tasks.seconds = 3.0
        there = site.simulator.uri.replace("/esx1.", "/esx2.")
        auth = write_auth_file(tmp_path, site.simulator.username, site.simulator.password)
        process = subprocess.Popen(
            [*MORTAL, "-c", site.simulator.uri, "migrate", NAME, there, "--verbose"],
            env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        with site.simulator.site.changed:
            site.simulator.site.changed.wait_for(lambda: site.sent("WaitForUpdatesEx") > 0, timeout=60)
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=60)
        assert "error: interrupted: the task was cancelled" in shown
        assert process.returncode == -signal.SIGINT
        assert (site.host, site.sent("CancelTask")) == ("esx1", 1)
        site.here.close()
        site.there.close()
        assert list(site.simulator.sessions) == []
