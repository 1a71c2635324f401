"""virDomain.migrate and its like, beside the real libvirt-python; and jobs, of which its ESX driver has none."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.reference.test_migration import accounts, plain, start, words
from tests.tools import require

PROGRAM = str(Path(__file__).with_name("migration_program.py"))


def test_a_program_hears_the_same(tmp_path: Path) -> None:
    found = []
    for python in ([require("libvirt-python")], [sys.executable, "-m", "esxvirt.compat"]):
        simulator = start()
        try:
            names = words(simulator)
            uris = [names[name] for name in ("ESX_HERE", "THERE", "HOST_HERE", "HOST_THERE", "ADDRESS")]
            environment = {**os.environ, "LIBVIRT_AUTH_FILE": accounts(simulator, tmp_path)}
            answer = subprocess.run(
                [*python, PROGRAM, *uris], env=environment, capture_output=True, text=True, check=False, timeout=300
            )
            assert answer.returncode == 0, answer.stderr
            found.append(json.loads(plain(answer.stdout, simulator)))
            assert simulator.site.find_machine("vm-0001").host.name == "esx2"
        finally:
            simulator.stop()
    real, ours = found
    assert len(real) > 250
    assert {name: ours[name] for name in real if ours[name] != real[name]} == {
        name: real[name] for name in real if ours[name] != real[name]
    }


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("vcenter-7.0", transport="http", hosts=2, vms=4, shared=True) as running:
        yield running


@pytest.fixture
def pair(simulator: Simulator) -> "Iterator[tuple[libvirt.virConnect, libvirt.virConnect]]":
    uris = (simulator.uri, simulator.uri.replace("/esx1.", "/esx2."))
    here, there = (open_connection(uri, simulator.username, simulator.password) for uri in uris)
    yield here, there
    here.close()
    there.close()
    assert list(simulator.sessions) == []


def test_storage_is_a_parameter_of_our_own(simulator: Simulator, pair: Any) -> None:
    here, there = pair
    machine = simulator.site.find_machine("web")
    with pytest.raises(libvirt.libvirtError, match="no datastore 'nope'; it has ") as caught:
        here.lookupByName("web").migrate3(there, {"storage": "nope"})
    assert caught.value.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_POOL
    shared = next(store for store in simulator.site.hosts[1].datastores if "shared" in store.name)
    moved = here.lookupByName("web").migrate3(there, {"storage": shared.name})
    assert (moved.name(), moved.connect()) == ("web", there)
    assert machine.host is simulator.site.hosts[1]
    assert machine.datastore is shared
    # and without another host
    local = next(store for store in simulator.site.hosts[1].datastores if store is not shared)
    moved.migrate3(there, {"storage": local.name})
    assert machine.host is simulator.site.hosts[1]
    assert machine.datastore is local


def test_jobs_of_a_domain(simulator: Simulator, pair: Any) -> None:
    here, there = pair
    other = open_connection(simulator.uri, simulator.username, simulator.password)
    domain, same = here.lookupByName("vm-0001"), other.lookupByName("vm-0001")
    assert domain.jobInfo() == [libvirt.VIR_DOMAIN_JOB_NONE] + [0] * 11
    assert domain.jobStats() == domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED) == {"type": 0}
    simulator.tasks.seconds = 0.6
    seen: list[Any] = []

    def progress(_: object, percent: int, __: object) -> None:
        if percent == 40:
            seen.extend([same.jobInfo(), same.jobStats()])

    libvirt_esx.set_progress_callback(here, progress)
    domain.migrate(there)
    libvirt_esx.set_progress_callback(here, None)
    info, stats = seen
    assert (info[0], info[3:6]) == (libvirt.VIR_DOMAIN_JOB_BOUNDED, [100, 40, 60])
    assert len(info) == 12
    assert stats["operation"] == libvirt.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT
    assert (stats["type"], stats["progress"]) == (libvirt.VIR_DOMAIN_JOB_BOUNDED, 40)
    assert 0 <= stats["time_elapsed"] < 60_000
    ended = there.lookupByName("vm-0001").jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
    assert (ended["type"], ended["success"], ended["progress"]) == (libvirt.VIR_DOMAIN_JOB_COMPLETED, True, 100)
    assert "errmsg" not in ended
    other.close()


def test_a_job_is_aborted(simulator: Simulator, pair: Any) -> None:
    here, there = pair
    domain = here.lookupByName("vm-0001")
    with pytest.raises(libvirt.libvirtError, match="no job is active on the domain"):
        domain.abortJob()
    simulator.tasks.seconds = 0.6
    libvirt_esx.set_progress_callback(here, lambda *_: simulator.tasks.recent[-1].cancelled or domain.abortJob())
    with pytest.raises(libvirt.libvirtError, match="RequestCanceled") as caught:
        domain.migrate(there)
    libvirt_esx.set_progress_callback(here, None)
    assert caught.value.get_error_code() == libvirt.VIR_ERR_OPERATION_ABORTED
    ended = domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
    assert (ended["type"], ended["success"]) == (libvirt.VIR_DOMAIN_JOB_CANCELLED, False)
    assert "canceled by a user" in ended["errmsg"]


def test_jobs_of_a_host_without_a_vcenter() -> None:
    with Simulator("esx-7.0", transport="http") as host:
        connection = open_connection(host.uri, host.username, host.password)
        archive = connection.lookupByName("archive")
        archive.create()
        ended = archive.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
        assert ended["operation"] == libvirt.VIR_DOMAIN_JOB_OPERATION_START
        assert archive.jobStats() == {"type": libvirt.VIR_DOMAIN_JOB_NONE}
        connection.close()
