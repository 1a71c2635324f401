"""Names of datastores, networks and machines at the command line, in each of their writings; machines out of reach."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file

DATASTORES = {"a%2fb": ["a/b", "a%2Fb"], "50%25": ["50%"], "[ssd] fast": []}
MACHINE = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[{}] m/d.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""

Run = Callable[..., str]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    troubled = ("inaccessible", "orphaned", "invalid")
    with Simulator(
        "vcenter-7.0",
        transport="http",
        hosts=2,
        vms=3,
        distributed=1,
        port_groups=["dvPG-10.0/24"],
        datastores=DATASTORES,
        troubled=troubled,
    ) as running:
        for store in running.site.datastores:
            store.make_directory("m")
        running.trouble("vm-0002", "disconnected")
        yield running


@pytest.fixture
def run(simulator: Simulator, tmp_path: Path) -> Run:
    """Run the command, which must succeed, and return what it prints on both streams."""
    auth = write_auth_file(tmp_path, simulator.username, simulator.password)

    def runner(*arguments: str, code: int = 0) -> str:
        answer = esxvirsh("-c", simulator.uri, "-q", *arguments, auth_file=auth)
        assert answer.returncode == code, answer.stderr
        return answer.stdout + answer.stderr

    return runner


@pytest.mark.parametrize("stored", DATASTORES)
def test_a_path_goes_from_one_command_into_the_next(stored: str, run: Run, tmp_path: Path) -> None:
    for number, name in enumerate([stored, *DATASTORES[stored]]):
        for file in ("d", "e"):
            run("vol-create-as", name, f"m/{file}.vmdk", "1M", "--format", "vmdk")
        listed = run("vol-list", name).split("\n")[0]
        path = listed[listed.index("[") :].strip()
        assert path == f"[{stored}] m/d.vmdk"
        assert path in run("vol-path", "m/d.vmdk", name)
        xml = tmp_path / "new.xml"
        xml.write_text(MACHINE.format(name), encoding="utf-8")
        run("define", str(xml))
        source = run("dumpxml", "new").partition("<source file='")[2].partition("'")[0]
        assert "m/d.vmdk" in run("vol-info", source)
        run("attach-disk", "new", f"[{name}] m/e.vmdk", "sdb", "--config")
        assert f" sdb   [{stored}] m/e.vmdk" in run("domblklist", "new")
        run("detach-disk", "new", f"[{name}] m/e.vmdk", "--config")
        assert "sdb" not in run("domblklist", "new")
        run("undefine", "new")
        for file in ("d", "e"):
            run("vol-delete", f"[{name}] m/{file}.vmdk")
        assert number < 3


def test_paths_that_no_disk_has(run: Run) -> None:
    for path in ("[nope] m/x.vmdk", "[a/b] m/none.vmdk", "[local-storage] m/x.vmdk", "[]", "["):
        said = run("detach-disk", "archive", path, "--config", code=1)
        assert f"No disk found whose source path or target is {path}" in said


def test_cards_by_the_name_of_a_distributed_group(run: Run) -> None:
    for name in ("dvPG-10.0/24", "dvPG-10.0%2f24", "dvSwitch1/dvPG-10.0/24"):
        run("attach-interface", "archive", "bridge", name, "--config")
    assert [line.split()[1] for line in run("domiflist", "archive").splitlines() if "vlance" in line] == ["vds"] * 3
    said = run("attach-interface", "archive", "bridge", "dvSwitch1-DVUplinks", "--config", code=1)
    assert "is for the uplinks" in said


@pytest.mark.parametrize("name", ["inaccessible", "orphaned", "invalid"])
def test_what_is_wrong_with_a_machine(name: str, run: Run) -> None:
    assert f"shut off ({name})" in run("domstate", name, "--reason")
    assert "shut off\n" in run("domstate", name)
    assert f"warning: domain '{name}' (vm-" in run("list", "--all")
    assert f"domain '{name}' is {name}: " in run("start", name, code=1)
    assert f"domain '{name}' is {name}: " in run("dumpxml", name, code=1)
    assert "=0" not in run("domstats", name).replace("state.reason=0", "")


def test_a_host_that_is_not_reached(run: Run, simulator: Simulator) -> None:
    whole = ("-c", str(simulator.vcenter_uri))
    simulator.site.find_machine("vm-0002").power = "poweredOn"
    assert "running (disconnected)" in run(*whole, "domstate", "vm-0002", "--reason")
    shown = run(*whole, "list")
    assert " vm-0002" in shown
    assert "warning: domain 'vm-0002' (vm-" in shown
    assert "is disconnected: the vCenter does not reach its host" in shown
