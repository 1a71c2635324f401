"""Networks and interfaces beside the real virsh: the same answers, and the same switches afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.network.networks import PortGroup, Shaping, Switch
from esxvirt.sim.state.site.networks import add_port_group
from tests.reference import harness

PROFILES = ("esx-3.5", "esx-5.0", "esx-8.0", "gsx-2.0", "vcenter-7.0")


def furnish(simulator: Simulator) -> None:
    """Switches of all kinds: names that need escapes, limits, an uplink, VLANs, one in use by a machine that runs."""
    site = simulator.site
    host = site.hosts[0]
    for name in ("a%2f b ü", 'a"b', "spare", "busy", "vlans"):
        host.switches.append(Switch(name, 64))
    host.switches.append(Switch("shaped", 64, shaping=Shaping(16000, 5_678_900, 2047)))
    host.switches.append(Switch("uplinked", 64, ["vmnic2"]))
    host.switches.append(Switch("lazy", 64, shaping=Shaping(100, 5_678_900, 2047)))
    add_port_group(site, host, "x-y z & 'ü'", "a%2f b ü")
    add_port_group(site, host, "first", "spare", shaping=Shaping(12345, 5_678_900, 100))
    add_port_group(site, host, "second", "spare")
    add_port_group(site, host, "idle", "busy", 7, Shaping(8_000_000, 8_000_000, 1024))
    add_port_group(site, host, "lab", "busy")
    add_port_group(site, host, "tagged", "vlans", 42)
    add_port_group(site, host, "guests", "vlans", 4095)
    machine = next(machine for machine in site.machines_on(host).values() if machine.name == "web")
    machine.config.nics[0].network = "lab"


def switches(simulator: Simulator) -> list[Any]:
    """What a host has afterwards."""
    host = simulator.site.hosts[0]

    def group(found: PortGroup) -> tuple[Any, ...]:
        return found.name, found.switch, found.vlan, found.shaping

    return [*host.switches, *sorted(map(group, host.port_groups), key=str)]


def both(simulator: Simulator, line: str, auth_file: Path) -> None:
    arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
    editor = "sed -i s/tagged/other/" if "vlans" in line else "true"
    environment = {"LIBVIRT_AUTH_FILE": str(auth_file), "EDITOR": editor}
    theirs = harness.virsh(arguments, **environment)
    ours = harness.esxvirsh(arguments, **environment)
    harness.compare(line, simulator.profile.name, theirs, ours)


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret") as simulator:
        furnish(simulator)
        yield simulator


@pytest.fixture(scope="module")
def one() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        furnish(simulator)
        yield simulator


@pytest.mark.parametrize("line", [*harness.lines("networks_everywhere"), *harness.lines("interfaces_everywhere")])
def test_on_every_product(line: str, server: Simulator, auth_file: Path) -> None:
    both(server, line, auth_file)


@pytest.mark.parametrize("line", [*harness.lines("networks"), *harness.lines("interfaces")])
def test_esxvirsh_answers_as_virsh(line: str, one: Simulator, auth_file: Path) -> None:
    both(one, line, auth_file)


@pytest.mark.parametrize("line", harness.lines("network_changes"))
def test_esxvirsh_does_as_virsh(line: str, auth_file: Path) -> None:
    answers, results = [], []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator("esx-7.0", transport="http", password="secret") as simulator:
            furnish(simulator)
            arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
            answers.append(program(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
            assert list(simulator.sessions) == []
            results.append(switches(simulator))
    harness.compare(line, "esx-7.0", *answers)
    if harness.known(line, "esx-7.0") is None:
        assert results[1] == results[0]
