"""Migration beside the real virsh: the manual's two commands word for word, and all its options."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.program import MORTAL, Conversation, converse
from tests.reference import harness
from tests.tools import missing

PROFILE = "vcenter-7.0"


def start(profile: str = PROFILE, transport: str = "http") -> Simulator:
    """A vCenter and two hosts, at addresses of their own with the standard ports, as hosts name their vCenter."""
    simulator = Simulator(profile, transport=transport, hosts=2, vms=4, shared=True, password="secret").start()
    if simulator.port not in {80, 443}:
        simulator.stop()
        missing("the standard ports may not be bound here, and a host knows no port of its vCenter")
    return simulator


def words(simulator: Simulator) -> dict[str, str]:
    """What stands for what in the lines."""
    here, there = simulator.uri, simulator.uri.replace("/esx1.", "/esx2.")
    hosts = [uri.replace("root@", "") for uri in simulator.host_uris]
    esx = [f"{uri}&vcenter=*" for uri in hosts]
    return {
        "ESX_HERE": esx[0], "ESX_THERE": esx[1], "HOST_HERE": hosts[0], "HOST_THERE": hosts[1],
        "HERE": here, "THERE": there, "ADDRESS": simulator.host,
    }  # fmt: skip


def accounts(simulator: Simulator, directory: Path) -> str:
    """An auth file with the accounts of vCenter and hosts."""
    text = (
        "[credentials-host]\nusername=root\npassword=secret\n"
        f"[credentials-vcenter]\nusername={simulator.username}\npassword=secret\n"
    )
    for index, address in enumerate([simulator.host, *(host.address for host in simulator.site.hosts)]):
        name = "host" if index else "vcenter"
        text += f"[auth-esx-{address}]\ncredentials={name}\n[auth-vpx-{address}]\ncredentials={name}\n"
    path = directory / "auth.conf"
    path.write_text(text, encoding="utf-8")
    return str(path)


def plain(text: str, simulator: Simulator) -> str:
    """What was printed, without what differs from server to server."""
    names = {simulator.host: "VCENTER"}
    names |= {host.address: f"ESX{number}" for number, host in enumerate(simulator.site.hosts, 1)}
    for address in sorted(names, key=len, reverse=True):
        text = text.replace(address, names[address])
    return text


def places(simulator: Simulator) -> dict[str, tuple[str, str]]:
    """Host and state of every machine; each is on one host alone."""
    site = simulator.site
    listed = [machine.name for host in site.hosts for machine in site.machines_on(host).values()]
    assert len(listed) == len(set(listed)) == len(simulator.site.machines)
    return {machine.name: (machine.host.name, machine.power) for machine in simulator.site.machines.values()}


def answer(program: str, line: str, simulator: Simulator, directory: Path) -> harness.Answer:
    """Run a line on one of the two programs."""
    found = words(simulator)
    arguments = [
        re.sub(r"^[A-Z_]+$|ADDRESS", lambda match: found[match[0]], word) for word in harness.arguments_of(line)
    ]
    if "-c" not in arguments:
        arguments = ["-c", found["HERE"], *arguments]
    run = harness.virsh if program == "virsh" else harness.esxvirsh
    before = list(simulator.sessions)  # a virsh that was ended by a signal leaves its own
    given = run(arguments, LIBVIRT_AUTH_FILE=accounts(simulator, directory))
    assert [session for session in simulator.sessions if session not in before] == []
    return harness.Answer(plain(given.stdout, simulator), plain(given.stderr, simulator), given.code)


@pytest.mark.parametrize("line", harness.sections("migration")["moving"])
def test_it_moves_as_with_virsh(line: str, tmp_path: Path) -> None:
    answers, results = [], []
    for program in ("virsh", "esxvirsh"):
        simulator = start()
        try:
            answers.append(answer(program, line, simulator, tmp_path))
            results.append(places(simulator))
        finally:
            simulator.stop()
    harness.compare(line, PROFILE, *answers)
    assert results[1] == results[0]


@pytest.fixture(scope="module")
def site() -> Iterator[Simulator]:
    simulator = start()
    yield simulator
    simulator.stop()


@pytest.mark.parametrize("line", harness.sections("migration")["not-moving"])
def test_it_is_refused_as_by_virsh(line: str, site: Simulator, tmp_path: Path) -> None:
    before = places(site)
    answers = [answer(program, line, site, tmp_path) for program in ("virsh", "esxvirsh")]
    harness.compare(line, PROFILE, *answers)
    assert places(site) == before


# The manual's own commands, with what a test needs besides: the certificates are not trusted.

# What virsh says at any terminal of a machine without that service.
_POLKIT = "Authorization not available. Check if polkit service is running"


# Whom libvirt proposes for a vCenter, and whom the older one proposed.
_PROPOSED, _PROPOSED_BEFORE = "administrator@vsphere.local", "administrator"


def talk(program: Sequence[str], simulator: Simulator, line: str, asked: Sequence[str]) -> Conversation:
    """Run a line at a terminal, and answer what is asked: for the accounts of these addresses, in that order."""
    script = []
    proposed = _PROPOSED if program == MORTAL or harness.newest() else _PROPOSED_BEFORE
    for address in asked:
        vcenter = address == simulator.host
        user, default = (simulator.username, proposed) if vcenter else ("root", "root")
        script += [(f"username for {address} [{default}]: ", f"{user}\n"), (f"password for {address}: ", "secret\n")]
    found = converse(harness.arguments_of(line), script, program=program)
    assert list(simulator.sessions) == []
    shown = "".join(line for line in found.shown.splitlines(keepends=True) if not line.startswith(_POLKIT))
    shown = plain(shown, simulator).replace(f"[{_PROPOSED_BEFORE}]", f"[{_PROPOSED}]")
    return Conversation(shown, found.code)


@pytest.mark.parametrize("profile", ["vcenter-2.5", "vcenter-4.0", "vcenter-5.0", "vcenter-7.0", "vcenter-8.0"])
def test_the_commands_of_the_manual(profile: str) -> None:
    seen = []
    for program in (harness.virsh_program(), MORTAL):
        simulator = start(profile, "https")
        try:
            vcenter, (one, two) = simulator.host, (host.address for host in simulator.site.hosts)
            before = places(simulator)
            assert (before["vm-0001"], before["vm-0002"]) == (("esx1", "poweredOn"), ("esx2", "poweredOff"))
            by_hosts = f"-c esx://{one}/?no_verify=1&vcenter=* migrate vm-0001 esx://{two}/?no_verify=1&vcenter=*"
            first = talk(program, simulator, by_hosts.replace("&", "\\&"), [one, vcenter, two, vcenter])
            path = "vpx://{}/dc1/{}.example.com?no_verify=1"
            line = f"-c {path.format(vcenter, 'esx2')} migrate vm-0002 {path.format(vcenter, 'esx1')}"
            second = talk(program, simulator, line, [vcenter, vcenter])
            after = places(simulator)
            seen.append((first, second, after))
        finally:
            simulator.stop()
        assert (after["vm-0001"], after["vm-0002"]) == (("esx2", "poweredOn"), ("esx1", "poweredOff"))
        assert first.code == second.code == 0
        assert first.shown.count("Enter username for") == 4
    assert seen[1] == seen[0]


@pytest.mark.parametrize(
    "parameter", ["{vcenter}", "{other}", "nowhere.invalid"], ids=["the vCenter", "another server", "no server"]
)
def test_a_vcenter_by_name(parameter: str, site: Simulator, tmp_path: Path) -> None:
    value = parameter.format(vcenter=site.host, other="127.0.0.1")
    uri = f"{words(site)['HOST_HERE']}&vcenter={value}"
    found = []
    for run in (harness.virsh, harness.esxvirsh):
        given = run(["-c", uri, "domstate", "vm-0001"], LIBVIRT_AUTH_FILE=accounts(site, tmp_path))
        found.append((plain(given.stdout, site), plain(given.stderr, site), given.code))
    assert found[1] == found[0]
    assert (found[1][2] == 0) is (value == site.host)


def test_hosts_of_two_vcenters(site: Simulator, tmp_path: Path) -> None:
    other = start()
    try:
        given = []
        for run in (harness.virsh, harness.esxvirsh):
            arguments = ["-c", words(site)["HERE"], "migrate", "vm-0001", words(other)["THERE"]]
            account = accounts(site, tmp_path)
            with Path(account).open("a", encoding="utf-8") as file:
                file.write(
                    f"[auth-esx-{other.host}]\ncredentials=vcenter\n[auth-vpx-{other.host}]\ncredentials=vcenter\n"
                )
            given.append(run(arguments, LIBVIRT_AUTH_FILE=account))
        assert given[1] == given[0]
        assert "have to refer to the same vCenter" in given[1].stderr
        assert "MigrateVM_Task" not in [*site.calls.methods(), *other.calls.methods()]
    finally:
        other.stop()


def test_a_host_without_a_vcenter(esx: Simulator, auth_file: Path) -> None:
    given = [
        run(["-c", f"{esx.uri}&vcenter=*", "list"], LIBVIRT_AUTH_FILE=str(auth_file))
        for run in (harness.virsh, harness.esxvirsh)
    ]
    assert given[1] == given[0]
    assert "This host is not managed by a vCenter" in given[1].stderr
