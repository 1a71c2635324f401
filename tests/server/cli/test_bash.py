"""The completion script for bash, in a real bash at a terminal whose Tab key is pressed."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import open_connection, write_auth_file
from tests.program import converse
from tests.tools import require

_SCRIPT = Path(__file__).parents[3] / "completions" / "esxvirsh"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", password="secret") as running:
        connection = open_connection(running.uri, running.username, running.password)
        connection.lookupByName("archive").rename("old web&co", 0)
        connection.close()
        yield running


def _press(simulator: Simulator, tmp_path: Path, line: str, shown: str, then: str = "") -> str:
    """Type a line with tabs in it, wait for what it becomes, and run it with what is typed then."""
    (tmp_path / "machine.vmx").touch()
    talk = converse(
        [],
        [
            ("@ ", "stty cols 300\r"),
            ("@ ", "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\r"),
            ("@ ", f"cd {tmp_path}; source {_SCRIPT}\r"),
            ("@ ", line.replace("URI", f"'{simulator.uri}'")),
            (shown, f"{then}\r"),
            ("@ ", "exit\r"),
        ],
        [require("bash"), "--norc", "--noprofile", "-i"],
        PS1="@ ",
        TERM="dumb",
        HISTFILE=str(tmp_path / "history"),
        PATH=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        LIBVIRT_AUTH_FILE=str(write_auth_file(tmp_path, simulator.username, simulator.password)),
    )
    assert simulator.sessions == []
    return talk.shown


@pytest.mark.parametrize(
    ("line", "shown", "then", "printed"),
    [
        ("esxvirsh -q -c URI domsta\t\t", "domstat", "e web", "running"),
        ("esxvirsh --connect URI -q domstate bu\t", "domstate builder ", "", "paused"),
        ("esxvirsh -q -c URI domstate o\t", "domstate old\\ web\\&co ", "", "shut off"),
        ("esxvirsh -q -c URI domstate 'o\t", "domstate 'old web&co'", "", "shut off"),
        ('esxvirsh -q -c URI domstate "old w\t', 'domstate "old web&co"', "", "shut off"),
        ("esxvirsh -q -c URI domstate old\\ w\t", "domstate old\\ web\\&co", "", "shut off"),
        ("esxvirsh -q -c URI domif-getlink web 00:0c\t", "getlink web 00:0c:29:61:dc:24 ", "", "up"),
        ("esxvirsh -q -c URI domif-getlink web --interface=00:\t", "--interface=00:0c:29:61:dc:24 ", "", "up"),
        ("esxvirsh -q -c URI schedinfo web --set res\t", "--set reservation=", "7", "reservation    : 7"),
        ("esxvirsh -q -c URI domxml-from-native vmw\t ./mach\t", "./machine.vmx ", "", "error:"),
        ("esxvirsh --read\t", "esxvirsh --readonly ", "-c URI uri", "error:"),
    ],
)
def test_the_tab_key(simulator: Simulator, tmp_path: Path, line: str, shown: str, then: str, printed: str) -> None:
    assert printed in _press(simulator, tmp_path, line, shown, then)


@pytest.mark.parametrize("begun", ["e", "'e", '"e', "e'v'il\\$", "'evil$(to", '"evil\\$(to'])
def test_no_name_runs(tmp_path: Path, begun: str) -> None:
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        connection = open_connection(simulator.uri, simulator.username, simulator.password)
        connection.lookupByName("archive").rename("evil$(touch ran)`touch ran`\\\"b'c;d", 0)
        connection.close()
        # What ends the name stands nowhere else on the line, whatever quotes are around it.
        shown = _press(simulator, tmp_path, f"esxvirsh -q -c URI domstate {begun}\t", ";d")
    assert "shut off" in shown
    assert not (tmp_path / "ran").exists()


def test_nobody_is_asked_for_a_password(simulator: Simulator, tmp_path: Path) -> None:
    shown = _press(
        simulator, tmp_path, "LIBVIRT_AUTH_FILE=/dev/null esxvirsh -c URI domstate w\t\x15echo a-word", "a-word"
    )
    assert "a-word" in shown
    assert "assword" not in shown
