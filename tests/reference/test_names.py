"""Names with slashes, percent signs, backslashes and brackets beside the real virsh.

What virsh answers is kept, for machines that have none: `python -m tests.reference.test_names` records it anew.
"""

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.site.networks import add_port_group
from esxvirt.sim.state.storage import disks
from tests.reference import harness

ANSWERS = Path(__file__).parent / "names" / "virsh-11.3.0.json"
DATASTORES = ("a%2fb", "50%25", "x%5cy", "[ssd] fast")
PATHS = [f"[{name}] m/d.vmdk" for name in DATASTORES]
PORT_GROUPS = ("VLAN 10/20", "50% off", "back\\slash")
LINES = (
    "list --all",
    "dumpxml 'arch/ive 50%'",
    "domblklist 'arch/ive 50%'",
    "domiflist 'arch/ive 50%'",
    "pool-list",
    *(f"pool-dumpxml {name!r}" for name in DATASTORES[:3]),
    *(f"vol-list {name!r}" for name in DATASTORES[:3]),
    *(f"vol-info {path!r}" for path in PATHS[:3]),
    *(f"vol-pool {path!r}" for path in PATHS[:3]),
    *(f"vol-path m/d.vmdk {name!r}" for name in DATASTORES[:3]),
    "vol-info '[nope] m/d.vmdk'",
    "vol-info '[a%2fb] m/no.vmdk'",
)
"""With the last datastore virsh gets lost: it takes the first bracket for the end of its name."""


def server() -> Simulator:
    """Make a host with a machine, port groups and datastores of such names."""
    made = Simulator("esx-8.0", transport="http", password="secret", datastores=DATASTORES)
    site = made.site
    for name in PORT_GROUPS:
        add_port_group(site, site.hosts[0], name, "vSwitch0")
    for store in site.datastores[1:]:
        store.make_directory("m")
        disks.create(store, "m/d.vmdk", 2048, adapter="lsilogic", thin=False, hw_version=8)
    settings = {"displayName": "arch%2five 50%25", "ethernet0.networkName": PORT_GROUPS[0]}
    for unit, store in enumerate(site.datastores[1:4], start=1):
        slot = f"scsi0:{unit}"
        settings |= {f"{slot}.present": "TRUE", f"{slot}.deviceType": "scsi-hardDisk"}
        settings[f"{slot}.fileName"] = f"{store.mount}/m/d.vmdk"
    for number, name in enumerate(PORT_GROUPS[1:], start=1):
        card = {"present": "TRUE", "networkName": name, "addressType": "generated"}
        card["generatedAddress"] = f"00:0c:29:00:00:0{number}"
        settings |= {f"ethernet{number}.{key}": value for key, value in card.items()}
    site.find_machine("archive").set_values(settings)
    return made


@pytest.fixture(scope="module")
def names() -> Iterator[Simulator]:
    with server() as running:
        yield running


def ask(program: object, simulator: Simulator, line: str, auth_file: Path) -> harness.Answer:
    arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
    answer: harness.Answer = program(arguments, LIBVIRT_AUTH_FILE=str(auth_file))  # type: ignore[operator]
    return answer


@pytest.mark.parametrize("line", LINES)
def test_beside_virsh(line: str, names: Simulator, auth_file: Path) -> None:
    assert ask(harness.esxvirsh, names, line, auth_file) == ask(harness.virsh, names, line, auth_file)


@pytest.mark.parametrize("line", LINES)
def test_what_virsh_is_known_to_answer(line: str, names: Simulator, auth_file: Path) -> None:
    known = json.loads(ANSWERS.read_text(encoding="utf-8"))[line]
    assert dataclasses.asdict(ask(harness.esxvirsh, names, line, auth_file)) == known


@pytest.mark.parametrize(
    "line",
    [
        "vol-info '[[ssd] fast] m/d.vmdk'",
        "vol-list '[ssd] fast'",
        "vol-info '[a/b] m/d.vmdk'",
        "vol-info '/vmfs/volumes/a%2fb/m/d.vmdk'",
        "vol-list 50%",
        "domblklist 'arch%2five 50%25'",
        "dominfo 'arch%2Five 50%25'",
    ],
)
def test_what_only_we_understand(line: str, names: Simulator, auth_file: Path) -> None:
    answer = ask(harness.esxvirsh, names, line, auth_file)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout.strip()


def test_port_groups_that_virsh_leaves_out(names: Simulator, auth_file: Path) -> None:
    """It looks for them among the networks, which have VMware's writing of their names."""
    theirs, ours = (
        ask(program, names, "net-dumpxml vSwitch0", auth_file) for program in (harness.virsh, harness.esxvirsh)
    )
    assert [name in ours.stdout for name in PORT_GROUPS] == [True, True, True]
    assert not any(name in theirs.stdout for name in PORT_GROUPS)


def record() -> None:
    """Ask the real virsh and write its answers down."""
    auth_file = Path(os.environ["LIBVIRT_AUTH_FILE"])
    with server() as running:
        found = {line: dataclasses.asdict(ask(harness.virsh, running, line, auth_file)) for line in LINES}
    ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
