"""Every command line that the real virsh has for a server, on every profile: what it prints of errors, and no more.

libvirt's driver is the same for all products, so what it refuses it refuses on all of them; the lines and their errors
are in ``every_command.toml``. What are crashes of virsh itself is not among them: `pool-list`, `vol-list` and
`domxml-from-native` where a datastore has no path, wrong values of a URI's parameters.
"""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.profiles import PROFILES
from tests.rest import rest
from tests.sim.test_virsh import Virsh
from tests.tools import missing, require

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("every_command.toml").read_text(encoding="utf-8"))
# What a product's answers are instead, by line.
_DIFFERENCES = {product: {row[0]: row for row in rows} for product, rows in _TABLE.pop("differences").items()}
_BATCHES: dict[str, list[list[str]]] = _TABLE
# Commands of virsh's own, and `migrate`, which has tests of its own.
_OWN = {"cd", "connect", "echo", "exit", "help", "migrate", "pwd", "quit"}
_DOMAIN = """\
<domain type='vmware'><name>new</name><memory unit='KiB'>524288</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='[local-storage] made/made.vmdk'/>
<target dev='sda' bus='scsi'/></disk>
<interface type='bridge'><source bridge='VM Network'/><model type='e1000'/></interface></devices></domain>
"""
_VOLUME = "<volume><name>{}</name><capacity unit='GiB'>1</capacity><target><format type='vmdk'/></target></volume>"
_FILES = {
    "dom.xml": _DOMAIN,
    "snap.xml": "<domainsnapshot><name>fromxml</name><description>d</description></domainsnapshot>",
    "net.xml": "<network><name>made</name><bridge name='made'/><portgroup name='pg1'/></network>",
    "pool.xml": "<pool type='dir'><name>x</name><target><path>/x</path></target></pool>",
    "vol.xml": _VOLUME.format("made/made.vmdk"),
    "clone.xml": _VOLUME.format("made/clone.vmdk"),
    "d.vmx": 'config.version = "8"\nvirtualHW.version = "4"\ndisplayName = "n"\nmemsize = "512"\nguestOS = "other"\n',
}


@pytest.fixture(scope="module", params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    more: dict[str, Any] = {"hosts": 2, "vms": 2, "shared": True} if request.param.startswith("vcenter") else {}
    with Simulator(request.param, "http", **more) as running:
        yield running


def _console(simulator: Simulator) -> str:
    """Whose port keeps a switch: the host's own, or its service console's."""
    return "host" if simulator.site.hosts[0].profile.product == "VMware ESXi" else "systemManagement"


def _run(virsh: Virsh, lines: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run lines in one virsh; after what each prints stands its number."""
    script = "; ".join(f"{line}; echo @@{index}" for index, line in enumerate(lines))
    return subprocess.run(
        [require("virsh"), "-c", virsh.uri, script],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, check=False, timeout=300,
        env={**os.environ, "LIBVIRT_AUTH_FILE": str(virsh.auth), "VISUAL": "/bin/true", "LC_ALL": "C"},
    )  # fmt: skip


def test_every_line(simulator: Simulator, tmp_path: Path) -> None:
    for name, text in _FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    virsh = Virsh(simulator, tmp_path)
    names = {
        "console": _console(simulator),
        "directory": str(tmp_path),
        "uuid": simulator.site.find_machine("web").config.uuid,
    }
    others = _DIFFERENCES.get(simulator.profile.product_line_id, {})
    wrong: list[Any] = []
    for batch in _BATCHES.values():
        rows = [[text.format_map(names) for text in others.get(row[0], row)] for row in batch]
        done = _run(virsh, [row[0] for row in rows])
        assert done.returncode in {0, 1}, (done.returncode, done.stdout[-500:])
        answers = re.split(r"(?m)^@@\d+\n", done.stdout)
        assert len(answers) == len(rows) + 1, done.stdout[-500:]
        for (line, *errors), answer in zip(rows, answers, strict=False):
            said = [text for text in answer.splitlines() if text.startswith("error:")]
            # What libvirt logs of what it misses stands there, too.
            logged = re.findall(r"(?m)^\d{4}-\d\d-\d\d \d\d:.*(?:warning|error) :.*", answer)
            if said != errors or logged:
                wrong.append((line, errors, said, logged))
        rest(simulator)
    assert "\n".join(map(str, wrong)) == ""
    assert simulator.sessions == []
    # No call was one that the product does not know.
    assert {call.fault for call in simulator.calls} == {None}


def test_no_command_is_left_out() -> None:
    listed = subprocess.run([require("virsh"), "help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"(?m)^    ([a-z][\w-]+) ", listed))
    tried = {row[0].split()[0] for batch in _BATCHES.values() for row in batch}
    assert known - tried == _OWN & known
    assert tried <= known


def test_migration(simulator: Simulator, tmp_path: Path) -> None:
    if not simulator.profile.is_vcenter:
        pytest.skip("only a vCenter migrates")
    machine = simulator.site.find_machine("vm-0001")
    first, second = simulator.site.hosts
    assert machine.host is first
    uris = [simulator.uri, simulator.uri.replace("/esx1.", "/esx2.")]
    _set_accounts(Virsh(simulator, tmp_path).auth, simulator)
    done = _virsh(simulator, tmp_path, uris[0], "migrate", "vm-0001", uris[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.host is second
    if simulator.host == "127.0.0.1":
        missing("a host names its vCenter's address, which needs the standard ports")
    # From host to host by way of the vCenter that both name, and there and back again.
    # A user in the URI would be the host's and the vCenter's.
    hosts = [f"{uri.replace('root@', '')}&vcenter=*" for uri in simulator.host_uris]
    for source, target in ((1, 0), (0, 1)):
        done = _virsh(simulator, tmp_path, hosts[source], "migrate", "vm-0001", hosts[target])
        assert (done.returncode, done.stderr) == (0, "")
        assert machine.host is simulator.site.hosts[target]
    done = _virsh(simulator, tmp_path, hosts[0], "migrate", "web", hosts[1])
    assert "Could not migrate domain, validation reported a problem: Migration of web: Unable to access" in done.stderr
    done = _virsh(simulator, tmp_path, simulator.host_uris[0], "migrate", "web", simulator.host_uris[1])
    assert "this function is not supported by the connection driver: virDomainMigrate" in done.stderr
    assert simulator.sessions == []


def _set_accounts(auth: Path, simulator: Simulator) -> None:
    """Give the vCenter and its hosts their own accounts."""
    hosts = {endpoint.host.address for endpoint in simulator.endpoints if endpoint.host}
    names = {simulator.host: simulator.username} | dict.fromkeys(hosts, "root")
    text = "".join(
        f"[credentials-{index}]\nusername={name}\npassword={simulator.password}\n"
        f"[auth-esx-{host}]\ncredentials={index}\n[auth-vpx-{host}]\ncredentials={index}\n"
        for index, (host, name) in enumerate(names.items())
    )
    auth.write_text(text, encoding="utf-8")


def _virsh(simulator: Simulator, directory: Path, uri: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    virsh = Virsh(simulator, directory, uri)
    _set_accounts(virsh.auth, simulator)
    return virsh.run(*arguments)
