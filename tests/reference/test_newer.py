"""What libvirt 11.3.0 has and 9.0.0 has not, beside the newer one alone; and all its commands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from esxvirt.cli import commands
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


def test_every_command_of_virsh_is_known() -> None:
    answer = harness.virsh(["help"])
    groups = re.findall(r"^ (.+) \(help keyword '(.+)'\):\n((?:    .+\n)+)", answer.stdout, re.MULTILINE)
    assert groups
    assert [(title, keyword) for title, keyword, _ in groups] == [
        (ours.title, ours.keyword) for ours in commands.GROUPS
    ]
    for _, keyword, text in groups:
        names = [line.split()[0] for line in text.splitlines()]
        group = commands.group(keyword)
        assert group is not None
        assert [name for name in group.commands if name in names] == names
        helped = dict(commands.help_lines(group))
        assert [f"    {name:<30} {helped[name]}" for name in names] == text.splitlines()


def test_words_land_where_virsh_puts_them() -> None:
    """Each command gets more words than it takes; on level 0 both programs tell which option took which."""
    itself = commands.group("virsh")
    assert itself is not None
    differing = {}
    for line in harness.virsh(["help"]).stdout.splitlines():
        name = line.strip().partition(" ")[0]
        if line.startswith("    ") and name not in itself.commands:
            theirs, ours = (_placed(program, name) for program in (harness.virsh, harness.esxvirsh))
            if ours != theirs:
                differing[name] = (ours, theirs)
    assert differing == {}


def _placed(program: Callable[[list[str]], harness.Answer], name: str) -> tuple[list[str], list[str]]:
    answer = program(["-d", "0", "-c", "none:///", name, *(f"word{number}" for number in range(12))])
    placed = rf"^{re.escape(name)}: (\S+\((?:optdata|argv: \d+)\): word\d+)$"
    options = re.findall(placed, answer.stdout + answer.stderr, re.MULTILINE)
    complaints = [line for line in answer.stderr.splitlines() if "unexpected data" in line or "requires" in line]
    assert options or complaints, answer
    return options, complaints
