"""Commands whose functions libvirt's ESX driver has not, beside the real virsh: most in one run of each."""

import re
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.program import converse
from tests.reference import harness

_WEB = re.compile(r"\bweb\b")


@pytest.mark.parametrize("options", [[], ["-r"]])
@pytest.mark.parametrize("domain", ["web", "archive", "nope"])
def test_what_is_said(options: list[str], domain: str, esx: Simulator, auth_file: Path) -> None:
    # libvirt names another function for what is off, and says of these two that they show secrets.
    apart = {"archive": {"vcpuinfo"}, "-r": {"managedsave-dumpxml", "managedsave-edit"}}
    left_out = set().union(*(apart.get(word, set()) for word in (domain, *options)))
    lines = [
        line
        for line in harness.lines("unsupported")
        if line.split()[0] not in left_out and (domain == "web" or _WEB.search(line))
    ]
    arguments = [*options, "-c", esx.uri, _WEB.sub(domain, "; ".join(lines))]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours.stderr.splitlines() == theirs.stderr.splitlines()
    assert ours.stdout.splitlines() == theirs.stdout.splitlines()
    assert ours == theirs
    assert len(theirs.stdout.splitlines()) >= len(lines)  # a line at least behind each


@pytest.mark.parametrize("line", harness.lines("unlike"))
def test_what_is_said_otherwise(line: str, esx: Simulator, auth_file: Path) -> None:
    _compare(line, esx, auth_file)


def test_guests_go_to_sleep(auth_file: Path) -> None:
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        for line in harness.lines("asleep"):
            _compare(line, simulator, auth_file)


@pytest.mark.parametrize("options", [[], ["-r"], ["-e", "^a"]])
@pytest.mark.parametrize("domain", ["web", "archive"])
def test_consoles_at_a_terminal(options: list[str], domain: str, esx: Simulator, auth_file: Path) -> None:
    arguments = [*options, "-c", esx.uri, "console", domain]
    environment = {"LIBVIRT_AUTH_FILE": str(auth_file)}
    theirs = converse(arguments, [], ["/usr/bin/env", *harness.virsh_program()], **environment)
    ours = converse(arguments, [], **environment)
    # virsh speaks of polkit where there is a terminal, but no polkit
    shown = "".join(line for line in theirs.shown.splitlines(keepends=True) if not line.startswith("Authorization not"))
    if not harness.newest():  # it says so before it knows
        shown = re.sub(r"^Connected to domain 'web'\n+Escape character is .*\n", "", shown)
    assert (ours.shown, ours.code) == (shown, theirs.code)
    assert ("virDomainOpenConsole" in ours.shown) is (domain == "web")


def _compare(line: str, simulator: Simulator, auth_file: Path) -> None:
    arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, simulator.profile.name, theirs, ours)
