"""Devices, names and notes: the command line beside the real virsh, and what both see of a machine afterwards."""

import os
import pty
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness

NODE = f"test://{harness.HERE / 'node' / 'devices.xml'}"
EDITOR = harness.HERE / "node" / "editor.sh"
PATIENCE = 60


@pytest.mark.parametrize("line", harness.lines("devices_node"))
def test_the_command_line_alone_answers_as_virsh(line: str, on_libvirt: list[str], path: str) -> None:
    arguments = ["-c", NODE, *harness.arguments_of(line)]
    harness.compare(line, "test", harness.virsh(arguments), harness.run(on_libvirt, arguments, PYTHONPATH=path))


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        yield simulator


@pytest.mark.parametrize("line", harness.lines("devices"))
def test_esxvirsh_answers_as_virsh(line: str, shared: Simulator, auth_file: Path) -> None:
    difference = harness.known(line, "esx-7.0")
    arguments = harness.arguments_of(line)
    theirs = harness.virsh(["-c", shared.uri, *arguments], LIBVIRT_AUTH_FILE=str(auth_file))
    if difference is None:
        ours = harness.esxvirsh(["-c", shared.uri, *arguments], LIBVIRT_AUTH_FILE=str(auth_file))
    else:  # it may change the machine
        with Simulator("esx-7.0", transport="http", password="secret") as fresh:
            ours = harness.esxvirsh(["-c", fresh.uri, *arguments], LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, "esx-7.0", theirs, ours)


@pytest.mark.parametrize("line", harness.lines("broken_by_the_editor"))
def test_nobody_to_ask(line: str, shared: Simulator, auth_file: Path, tmp_path: Path) -> None:
    environment = {
        "LIBVIRT_AUTH_FILE": str(auth_file), "EDITOR": str(EDITOR), "VISUAL": str(EDITOR), "EDIT_MODE": "broken",
        "EDIT_COUNTER": str(tmp_path / "count"), "TMPDIR": str(tmp_path),
    }  # fmt: skip
    arguments = ["-c", shared.uri, *harness.arguments_of(line)]
    harness.compare(
        line, "esx-7.0", harness.virsh(arguments, **environment), harness.esxvirsh(arguments, **environment)
    )
    assert (tmp_path / "count").read_text() == "2\n"  # once each


CHANGES = (
    "attach-disk archive '[local-storage] web/web.vmdk' sdb --config",
    "attach-disk archive '[local-storage] web/web.vmdk' hda --config",
    "attach-disk archive '' hdc --type cdrom --config",
    "change-media archive hdc '[local-storage] iso/install.iso' --config",
    "change-media archive hdc --eject --config",
    "attach-disk archive '[local-storage] floppy.flp' fda --type floppy --config",
    "attach-interface archive bridge 'VM Network' --model e1000 --mac 00:50:56:01:02:03 --config",
    "attach-interface archive bridge 'VM Network' --config",
    "domif-setlink archive 00:50:56:01:02:03 down",
    "domif-getlink archive 00:50:56:01:02:03",
    "detach-interface archive bridge --mac 00:50:56:01:02:03 --config",
    "detach-disk archive hda --config",
    "detach-disk archive sdb --config",
    "desc archive two words",
    "desc archive ''",
    "domrename archive 'b/c d'",
)


# libvirt's driver has no word for it.
LINK_DOWN = "      <link state='down'/>\n"


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-7.0"])
def test_virsh_sees_each_change_as_esxvirsh_does(profile: str, auth_file: Path) -> None:
    environment = {"LIBVIRT_AUTH_FILE": str(auth_file)}
    with Simulator(profile, transport="http", password="secret") as simulator:
        name, seen = "archive", set()
        for line in CHANGES:
            answer = harness.esxvirsh(["-c", simulator.uri, *harness.arguments_of(line)], **environment)
            assert (answer.stderr, answer.code) == ("", 0), line
            if "getlink" in line:  # which libvirt's driver does not know, and says is up
                assert answer.stdout == "00:50:56:01:02:03 down\n"
            name = "b/c d" if line.startswith("domrename") else name
            theirs, ours = (
                program(["-c", simulator.uri, "dumpxml", name], **environment)
                for program in (harness.virsh, harness.esxvirsh)
            )
            assert theirs.code == 0, (line, theirs.stderr)
            assert ours.stdout.replace(LINK_DOWN, "") == theirs.stdout, line
            assert (ours.stderr, ours.code) == ("", 0), line
            seen.add(ours.stdout)
        # The link state is not in libvirt's XML, and some changes undo others.
        assert len(seen) >= len(CHANGES) - 5
        assert list(simulator.sessions) == []


def at_terminal(program: list[str], arguments: list[str], keys: list[bytes], **environment: str) -> tuple[str, int]:
    """Run a program at a terminal of its own, and press a key whenever it asks whether to try again."""
    process, terminal = pty.fork()
    if not process:
        os.execvpe(program[0], [*program, *arguments], {**os.environ, **environment})
    shown, asked = b"", 0
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
        if shown.count(b"?]: ") > asked:
            asked += 1
            os.write(terminal, keys[asked - 1])
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    lines = [line for line in shown.decode().splitlines(keepends=True) if "olkit" not in line]
    return "".join(lines).replace("\r", ""), os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(
    ("command", "mode", "keys"),
    [
        (["edit", "box"], "same", []),
        (["edit", "box"], "memory", []),
        (["edit", "box"], "broken", [b"n"]),
        (["edit", "box"], "broken", [b"y", b"n"]),
        (["edit", "box"], "broken", [b"f", b"?", b"q", b"n"]),
        (["edit", "box"], "unknown-element", [b"i"]),
        (["edit", "box"], "unknown-element", [b"f", b"n"]),
        (["edit", "box", "--skip-validate"], "unknown-element", []),
        (["edit", "box", "--skip-validate"], "broken", [b"i", b"n"]),
        (["edit", "nope"], "same", []),
        (["metadata", "box", "http://app.org/x", "--edit", "--key", "q"], "broken", [b"f", b"n"]),
        (["metadata", "box", "http://app.org/x", "--edit", "--key", "q"], "same", []),
        (["desc", "box", "--edit"], "same", []),
        (["desc", "box", "--edit"], "lines", []),
        (["desc", "box", "--edit", "--title"], "lines", []),
        (["desc", "box", "--edit", "--title", "x"], "same", []),
    ],
    ids=str,
)
def test_editing_goes_as_with_virsh(
    command: list[str], mode: str, keys: list[bytes], on_libvirt: list[str], path: str, tmp_path: Path
) -> None:
    answers = []
    for number, program in enumerate((harness.virsh_program(), on_libvirt)):
        environment = {
            "EDITOR": str(EDITOR),
            "VISUAL": str(EDITOR),
            "EDIT_MODE": mode,
            "EDIT_COUNTER": str(tmp_path / str(number)),
            "TMPDIR": str(tmp_path),
        }
        if program is on_libvirt:
            environment["PYTHONPATH"] = path
        answers.append(at_terminal(program, ["-c", NODE, *command], keys, **environment))
    assert answers[1] == answers[0]
    assert not list(tmp_path.glob("virsh*.xml"))


def test_an_edited_domain_is_defined_anew(auth_file: Path, tmp_path: Path) -> None:
    environment = {
        "LIBVIRT_AUTH_FILE": str(auth_file), "EDITOR": str(EDITOR), "VISUAL": str(EDITOR), "TMPDIR": str(tmp_path),
        "EDIT_COUNTER": str(tmp_path / "count"),
    }  # fmt: skip
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        before = harness.virsh(["-c", simulator.uri, "dumpxml", "archive"], **environment)
        answer = harness.esxvirsh(["-c", simulator.uri, "edit", "archive"], EDIT_MODE="memory", **environment)
        assert (answer.stdout, answer.stderr, answer.code) == (
            "Domain 'archive' XML configuration edited.\n\n", "", 0,
        )  # fmt: skip
        after = harness.virsh(["-c", simulator.uri, "dumpxml", "archive"], **environment)
        assert after.stdout == before.stdout.replace("524288", "528384")
        for mode, stderr in (
            ("broken", "Couldn't find end of Start Tag broken"),
            ("fail", "unexpected exit status 3"),
        ):
            answer = harness.esxvirsh(["-c", simulator.uri, "edit", "archive"], EDIT_MODE=mode, **environment)
            assert stderr in answer.stderr
            assert answer.code == 1
        assert harness.virsh(["-c", simulator.uri, "dumpxml", "archive"], **environment) == after
    assert not list(tmp_path.glob("virsh*.xml"))
