"""`migrate`, `domjobinfo` and `domjobabort` as a person sees them."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import write_auth_file
from tests.program import MORTAL


class Gate(threading.Event):
    """Stands in for the time that tasks take: they go on when it opens."""

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        return super().wait(60)

    def clear(self) -> None:
        """Leave it as it is."""


class Site:
    """A vCenter with two hosts, and the command pointed at the first."""

    def __init__(self, simulator: Simulator, directory: Path) -> None:
        self.simulator = simulator
        self.there = simulator.uri.replace("/esx1.", "/esx2.")
        auth = write_auth_file(directory, simulator.username, simulator.password)
        self._environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(auth)}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command."""
        return subprocess.Popen(
            [*MORTAL, "-c", self.simulator.uri, *arguments], env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command."""
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr

    def wait_for(self, method: str) -> None:
        """Wait until a method was called."""
        changed = self.simulator.site.changed
        end = time.monotonic() + 60
        with changed:  # calls themselves wake nobody
            while method not in self.simulator.calls.methods():
                assert time.monotonic() < end
                changed.wait(0.05)

    def hold(self) -> Gate:
        """Let tasks wait for a gate."""
        gate = Gate()
        self.simulator.tasks._stopped = gate
        return gate

    @property
    def machine(self) -> tuple[str, str]:
        """Where the machine is, and its state."""
        machine = self.simulator.site.find_machine("vm-0001")
        return machine.host.name, machine.power


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Simulator("vcenter-7.0", transport="http", hosts=2, vms=4, shared=True) as simulator:
        yield Site(simulator, tmp_path)
        assert list(simulator.sessions) == []


def test_progress(site: Site) -> None:
    site.simulator.tasks.seconds = 0.6
    code, stdout, stderr = site.run("migrate", "vm-0001", site.there, "--verbose")
    assert (code, stdout) == (0, "\n")
    shown = stderr.splitlines()  # they end with carriage returns, which are read as newlines
    assert shown[0] == ""
    assert shown[-1] == "Migration: [100 %]"
    percents = [int(part[12:15]) for part in shown[1:]]
    assert percents == sorted(percents)
    assert {10, 40, 75} & set(percents)  # what changes between two updates is not seen
    assert site.machine == ("esx2", "poweredOn")


def test_progress_that_ends_in_an_error(site: Site) -> None:
    gate = site.hold()
    process = site.start("migrate", "vm-0001", site.there, "--verbose")
    site.wait_for("WaitForUpdatesEx")
    code, stdout, stderr = site.run("domjobabort", "vm-0001")
    assert (code, stdout, stderr) == (0, "\n", "")
    gate.set()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    last = stderr.splitlines()[-1]
    assert last.startswith(
        "error: operation aborted: Could not migrate domain, migration task finished with an error: "
    )
    assert site.machine == ("esx1", "poweredOn")
    assert site.run("domjobabort", "vm-0001")[2] == (
        "error: Requested operation is not valid: no job is active on the domain\n"
    )
    code, stdout, _ = site.run("domjobinfo", "vm-0001", "--completed", "--anystats")
    assert code == 0
    assert stdout.splitlines()[:2] == ["Job type:         Cancelled   ", "Operation:        Outgoing migration"]
    assert "Error message:    The task was canceled by a user." in stdout


def test_what_is_being_done(site: Site) -> None:
    gate = site.hold()
    process = site.start("migrate", "vm-0001", site.there)
    site.wait_for("WaitForUpdatesEx")
    code, stdout, _ = site.run("domjobinfo", "vm-0001")
    assert code == 0
    lines = stdout.splitlines()
    assert lines[:2] == ["Job type:         Bounded     ", "Operation:        Outgoing migration"]
    assert any(line.startswith("Progress:         ") and line.endswith(" %") for line in lines)
    gate.set()
    assert process.communicate(timeout=60) == ("\n", "")
    code, stdout, _ = site.run("-c", site.there, "domjobinfo", "vm-0001", "--rawstats", "--completed")
    assert "Job type: 3\n\noperation: 5\n" in stdout
    assert "progress: 100\n" in stdout


def test_suspending_after_a_while_is_refused_by_vmware(site: Site) -> None:
    gate = site.hold()
    process = site.start("-d", "1", "migrate", "vm-0001", site.there, "--live", "--timeout", "1")
    site.wait_for("SuspendVM_Task")
    gate.set()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "migrate: suspending domain failed: " in stderr
    assert "error: " not in stderr
    assert "SuspendVM_Task" in site.simulator.calls.methods()
    assert site.machine == ("esx2", "poweredOn")


def test_files_move(site: Site) -> None:
    machine = site.simulator.site.find_machine("web")
    code, _, stderr = site.run("migrate", "web", site.there, "--storage", "nowhere")
    assert code == 1
    assert "error: Storage pool not found: the destination has no datastore 'nowhere'; it has " in stderr
    shared = next(store for store in site.simulator.site.hosts[1].datastores if "shared" in store.name)
    assert site.run("migrate", "web", site.there, "--storage", shared.name)[::2] == (0, "")
    assert (machine.host.name, machine.datastore) == ("esx2", shared)
