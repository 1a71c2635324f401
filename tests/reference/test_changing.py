"""Command lines that change something, beside the real virsh: the same answer, and the same machines afterwards."""

import base64
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.reference import harness
from tests.rest import rest

PROFILE = "esx-7.0"


def vmx_files(simulator: Simulator, names: tuple[str, ...]) -> dict[str, list[bytes]]:
    """The VMX files of a directory, as the server gives them."""
    files = {}
    account = base64.b64encode(f"{simulator.username}:{simulator.password}".encode()).decode()
    for name in names:
        url = (
            f"http://127.0.0.1:{simulator.port}/folder/Fedora11/{quote(name)}?dcPath=ha-datacenter&dsName=local-storage"
        )
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {account}"})
        with urllib.request.urlopen(request) as answer:
            lines = answer.read().splitlines()
        # What the server adds when it registers a machine is its own.
        files[name] = [line for line in lines if not line.startswith((b"uuid.location", b"vc.uuid"))]
    return files


def machines(simulator: Simulator) -> dict[str, Any]:
    """State and XML of every machine, once nothing is under way."""
    rest(simulator)
    with open_connection(simulator.uri, simulator.username, simulator.password) as connection:
        return {
            domain.name(): (domain.state(), domain.autostart(), domain.name() == "broken" or domain.XMLDesc())
            for domain in connection.listAllDomains()
        }


@pytest.mark.parametrize("line", [*harness.lines("lifecycle"), *harness.lines("tuning"), *harness.lines("defining")])
def test_esxvirsh_does_as_virsh(line: str, auth_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(harness.HERE.parent.parent)
    answers, results = [], []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator(PROFILE, transport="http", password="secret") as simulator:
            arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
            answers.append(program(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
            assert list(simulator.sessions) == []
            results.append(machines(simulator))
    harness.compare(line, PROFILE, *answers)
    if harness.known(line, PROFILE) is None:
        assert results[1] == results[0]


@pytest.mark.parametrize(("xml", "name"), [("demo.xml", "demo.vmx"), ("odd-name.xml", "de+JQ-2fmo +JQ-25_+w6k.vmx")])
def test_the_same_vmx_file_is_written(xml: str, name: str, auth_file: Path) -> None:
    written = []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator(PROFILE, transport="http", password="secret") as simulator:
            file = str(harness.HERE / "xml" / xml)
            answer = program(["-c", simulator.uri, "define", file], LIBVIRT_AUTH_FILE=str(auth_file))
            assert answer.code == 0, answer.stderr
            written.append(vmx_files(simulator, (name,)))
    assert written[1] == written[0]
