"""`hosts`, `tree`, `--host` and what the other commands have for connections to several hosts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.cli.completion import candidates
from esxvirt.cli.output import Output
from esxvirt.cli.settings import Settings
from esxvirt.cli.virsh import Virsh
from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file
from tests.tools import require

HOSTS = """\
 Name   Cluster   Datacenter   State     Connection   Version   CPUs   Memory      Machines   Maintenance
-----------------------------------------------------------------------------------------------------------
 esx1   -         dc1          running   connected    7.0.3     8      64.00 GiB   6          no
 esx2   prod      dc1          running   connected    7.0.3     8      64.00 GiB   1          no
 a/b    -         dc2          running   connected    7.0.3     8      64.00 GiB   0          no

"""
TREE = """\
{server}
  |
  +- dc1 (datacenter)
  |   |
  |   +- row 1 (folder)
  |   |   |
  |   |   +- prod (cluster)
  |   |       |
  |   |       +- esx2
  |   |         \n\
  |   +- esx1
  |     \n\
  +- dc2 (datacenter)
      |
      +- a/b
        \n\

"""
LIST = """\
 Id   Name       State      Host   Cluster
--------------------------------------------
 2    web        running    esx1   -
 3    builder    paused     esx1   -
 6    vm-0001    running    esx1   -
 -    archive    shut off   esx1   -
 -    broken     shut off   esx1   -
 -    Fedora11   shut off   esx1   -
 -    vm-0002    shut off   esx2   prod

"""
XML = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[local-storage-2] vm-0002/vm-0002.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""

Run = Callable[..., tuple[str, str, int]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    tree = ("dc1/esx1", "dc1/row 1/prod+/esx2", "dc2/a%2fb")
    with Simulator("vcenter-7.0", transport="http", vms=2, tree=tree) as running:
        yield running


@pytest.fixture
def run(simulator: Simulator, tmp_path: Path) -> Run:
    """Run a command on the whole vCenter, behind global options that are lists."""
    auth = write_auth_file(tmp_path, simulator.username, simulator.password)

    def runner(*command: str, options: tuple[str, ...] = ()) -> tuple[str, str, int]:
        answer = esxvirsh(*options, "-c", simulator.vcenter_uri or "", *command, auth_file=auth)
        return answer.stdout, answer.stderr, answer.returncode

    return runner


def test_hosts(run: Run) -> None:
    assert run("hosts") == (HOSTS, "", 0)
    assert run("hosts", "--path")[0] == "dc1/esx1\ndc1/row 1/prod/esx2\ndc2/a%2fb\n\n"
    assert run("hosts", "--name")[0] == "esx1\nesx2\na/b\n\n"
    assert run("hosts", "--name", "--path")[1:] == ("error: Options --name and --path are mutually exclusive\n", 1)


def test_the_tree(run: Run, simulator: Simulator) -> None:
    assert run("tree") == (TREE.format(server=simulator.host), "", 0)
    assert "  |   |       +- esx2\n  |   |           |\n  |   |           +- vm-0002\n" in run("tree", "--machines")[0]


def test_lists_say_where(run: Run) -> None:
    assert run("list", "--all", "--host", "--cluster") == (LIST, "", 0)


def test_lists_tell_hosts_of_one_name_apart(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", transport="http", tree=("dc1/esx1", "dc1/prod+/esx2", "dc2/esx1"), vms=3) as running:
        auth = write_auth_file(tmp_path, running.username, running.password)
        answer = esxvirsh("-c", running.vcenter_uri or "", "list", "--all", "--host", auth_file=auth)
    shown = {row[1]: row[-1] for row in map(str.split, answer.stdout.splitlines()[2:-1])}
    assert shown["vm-0001"] == "dc1/esx1"
    assert shown["vm-0002"] == "esx2"
    assert shown["vm-0003"] == "dc2/esx1"


@pytest.mark.parametrize("host", ["esx2", "prod/esx2", "dc1/row 1/prod/esx2"])
def test_one_host_of_them(run: Run, host: str) -> None:
    names = run("list", "--all", "--name", options=("--host", host))
    assert names == ("vm-0002\n\n", "", 0)
    assert run("hostname", options=(f"--host={host}",))[0] == "esx2\n\n"


def test_a_host_that_there_is_not(run: Run, simulator: Simulator) -> None:
    stdout, stderr, code = run("list", options=("--host", "esx9"))
    assert (stdout, code) == ("", 1)
    assert stderr == (
        "error: failed to connect to the hypervisor\n"
        f"error: invalid argument: There is no host 'esx9' in the inventory of '{simulator.host}': "
        "'dc1/esx1', 'dc1/row 1/prod/esx2', 'dc2/a%2fb'\n"
    )
    assert simulator.sessions == []
    assert esxvirsh("--host").stderr == "error: option '--host' requires an argument\n"
    assert esxvirsh("--h").stdout == esxvirsh("--help").stdout  # abbreviates as with virsh


@pytest.mark.parametrize("options", [[], ["--validate"]], ids=["", "validated"])
def test_defining_on_a_host(run: Run, tmp_path: Path, options: list[str]) -> None:
    if options:
        require("libvirt-schemas")  # without them, define says that it goes without
    file = tmp_path / "new.xml"
    file.write_text(XML, encoding="utf-8")
    stdout, stderr, code = run("define", str(file), "--host", "esx1")
    assert (stdout, code) == ("\n", 1)
    assert "Could not find datastore with name 'local-storage-2'" in stderr
    assert run("define", str(file), "--host", "esx2", *options) == (f"Domain 'new' defined from {file}\n\n", "", 0)
    assert run("list", "--all", "--name", options=("--host", "esx2"))[0] == "new\nvm-0002\n\n"
    assert run("undefine", "esx2/new")[2] == 0


def test_completion_knows_the_hosts(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIBVIRT_AUTH_FILE", str(write_auth_file(tmp_path, simulator.username, simulator.password)))
    settings = Settings()
    virsh = Virsh(settings, Output(settings))
    assert candidates(virsh, "define x.xml --host ") == (20, [])  # completing does not connect
    virsh.connect(simulator.vcenter_uri, read_only=True)
    try:
        assert candidates(virsh, "define x.xml --host ") == (20, ["dc1/esx1", '"dc1/row 1/prod/esx2"', "dc2/a%2fb"])
        assert candidates(virsh, "define x.xml --host dc2")[1] == ["dc2/a%2fb"]
    finally:
        virsh.disconnect()
