"""What libvirt 11.3.0 has and 9.0.0 has not, beside the newer one alone."""

from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.tools import NEWEST

THROTTLED = f"test://{harness.HERE / 'node' / 'throttled.xml'}"


@pytest.fixture(scope="module", params=[version for version in harness.VERSIONS if version == NEWEST], autouse=True)
def libvirt_version(request: pytest.FixtureRequest) -> str:
    version: str = request.param
    harness.beside(version)
    return version


@pytest.mark.parametrize("line", harness.lines("newer"))
def test_esxvirsh_answers_as_virsh(line: str, esx: Simulator, auth_file: Path) -> None:
    arguments = ["-c", esx.uri, *harness.arguments_of(line)]
    environment = {"LIBVIRT_AUTH_FILE": str(auth_file), "EDITOR": "true", "VISUAL": "true"}
    theirs = harness.virsh(arguments, **environment)
    harness.compare(line, "esx-7.0", theirs, harness.esxvirsh(arguments, **environment))
    assert list(esx.sessions) == []


@pytest.mark.parametrize("line", harness.lines("newer_alone"))
def test_without_a_server(line: str) -> None:
    arguments = harness.arguments_of(line)
    harness.compare(line, "", harness.virsh(arguments), harness.esxvirsh(arguments))


@pytest.mark.parametrize("line", harness.lines("newer_on_test_driver"))
def test_the_command_line_alone_answers_as_virsh(line: str, on_libvirt: list[str], path: str) -> None:
    _on_test_driver(line, "test:///default", on_libvirt, path)


@pytest.mark.parametrize("line", harness.lines("newer_with_groups"))
def test_groups_of_disks_that_share_limits(line: str, on_libvirt: list[str], path: str) -> None:
    _on_test_driver(line, THROTTLED, on_libvirt, path)


def _on_test_driver(line: str, uri: str, on_libvirt: list[str], path: str) -> None:
    arguments = ["-c", uri, *harness.arguments_of(line)]
    environment = {"EDITOR": "true", "VISUAL": "true"}
    theirs = harness.virsh(arguments, **environment)
    harness.compare(line, "test", theirs, harness.run(on_libvirt, arguments, PYTHONPATH=path, **environment))
