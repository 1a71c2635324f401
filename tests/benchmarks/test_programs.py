"""The benchmark itself: that every program in it does the same work, on a small server. No time is looked at."""

import pytest

from benchmarks import starting, transfers, whole_vcenter
from benchmarks.__main__ import measure, table, verdict
from benchmarks.measure import run, serving
from benchmarks.programs import installed
from tests.tools import require

PROGRAMS = {program.name: program for program in installed().found}


@pytest.mark.parametrize("name", ["esxvirsh", "virsh", "govc collect", "govc vm.info", "pyVmomi"])
def test_a_program_shows_every_machine(name: str) -> None:
    if name not in PROGRAMS:
        require(name.split(maxsplit=1)[0])
    program = PROGRAMS[name]
    with serving("esx-7.0", 3, 0.0) as server:
        sample = run(program.command(server.access), program.environment(server.access), server)
        again = run(program.command(server.access), program.environment(server.access), server)
    assert program.count(sample.output) == 8  # and the simulator's own five
    assert sample.calls == again.calls > 0


def test_a_program_that_fails_ends_the_benchmark() -> None:
    with serving("esx-7.0", 0, 0.0) as server, pytest.raises(SystemExit, match="went wrong"):
        run(["sh", "-c", "echo went wrong >&2; exit 3"], {}, server)


def test_the_table_has_a_line_for_each_program() -> None:
    cells = measure(1, 0.0, [PROGRAMS["esxvirsh"], PROGRAMS["pyVmomi"]], 1)
    lines = table(cells).splitlines()
    assert [line.split("|")[3].strip() for line in lines[2:]] == ["esxvirsh", "pyVmomi"]
    assert verdict(cells) == ""  # there is no virsh to compare with


def test_what_starting_costs() -> None:
    starts = starting.measure(1, 1)
    assert [start.command for start in starts][:5] == [
        "bare Python",
        "esxvirsh --version",
        "import esxvirt.libvirt",
        "`ssl` and `http.client` alone, 1 machines",
        "esxvirsh, 1 machines",
    ]
    assert "esxvirsh, 1 machines, 10 ms" in [start.command for start in starts]
    assert "| bare Python |" in starting.table(starts)


def test_all_hosts_of_a_vcenter() -> None:
    samples = whole_vcenter.measure(20, 0.0, hosts=3, repetitions=1)
    assert samples["esxvirsh list --all"].calls == 5
    assert samples["esxvirsh domstats"].calls == 5
    assert samples["pyVmomi, name and state"].calls > 20
    assert "| esxvirsh domstats |" in whole_vcenter.table(samples, 20, 3)


def test_a_volume_goes_up_and_down() -> None:
    taken, idle = transfers.measure(2, 1)
    ours = {one.way: one for one in taken if one.program == "esxvirsh"}
    assert ours.keys() == {"up", "down"}
    assert "| up | esxvirsh |" in transfers.table(taken, idle, 2)
