"""The interactive terminal: transcripts as virsh 9.0.0 gives them, and what it has at a real terminal."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from prompt_toolkit.history import FileHistory, InMemoryHistory

from esxvirt.cli import completion, terminal
from esxvirt.cli.output import Output
from esxvirt.cli.settings import Settings
from esxvirt.cli.virsh import Virsh
from tests.program import MORTAL, converse, esxvirsh
from tests.small_disks import SmallDisk

if TYPE_CHECKING:
    from esxvirt.cli.protocols import Connection

WELCOME = (
    "Welcome to esxvirsh, the virtualization interactive terminal.\n\n"
    "Type:  'help' for help with commands\n       'quit' to quit\n\n"
)


def test_lines_from_a_pipe_are_echoed_behind_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    script = f'echo a\nfoo\n\n  \necho "a\necho "a b"; pwd\ncd {tmp_path}/below\npwd\ncd /nonexistent\n# c\nquit\npwd\n'
    run = esxvirsh(stdin=script.encode())
    assert run.stdout.decode() == (
        f"{WELCOME}"
        "virsh # echo a\na\n"
        "virsh # foo\n"
        "virsh # \n"
        "virsh #   \n"
        'virsh # echo "a\n'
        f'virsh # echo "a b"; pwd\na b\n{Path.cwd()}\n\n'
        f"virsh # cd {tmp_path}/below\n\n"
        f"virsh # pwd\n{tmp_path}/below\n\n"
        "virsh # cd /nonexistent\n\n"
        "virsh # # c\n"
        "virsh # quit\n"
        "\n"
    )
    assert run.stderr.decode() == (
        "error: unknown command: 'foo'\nerror: missing \"\nerror: cd: No such file or directory: /nonexistent\n"
    )
    assert run.returncode == 0


def test_the_end_of_input_ends_the_shell() -> None:
    run = esxvirsh("-q", stdin=b"echo a\ncd")
    assert run.stdout.decode().startswith("virsh # echo a\navirsh # cd\n")
    assert run.returncode == 0


def test_the_prompt_tells_a_read_only_connection() -> None:
    assert esxvirsh("-q", "-r").stdout == b"virsh > \n"


def test_a_failed_command_does_not_fail_the_shell() -> None:
    run = esxvirsh("-q", stdin=b"list\nquit\n")
    assert run.stderr.startswith(b"error: failed to connect to the hypervisor\n")
    assert run.returncode == 0


def test_at_a_terminal_there_are_completion_and_history(tmp_path: Path) -> None:
    talk = converse(
        [],
        [
            ("virsh #", "ech\t"),
            ("o", " a-word\r"),  # completed
            ("2004la-word", ""),  # the command's output
            ("virsh #", "\x1b[A\r"),  # up: the line before
            ("2004la-word", ""),
            ("virsh #", "nonsense"),
            ("nonsense", "\x03"),
            ("2004l", ""),  # the prompt may have been drawn twice
            ("virsh #", "\x04"),
        ],
        TERM="xterm",
        XDG_CACHE_HOME=str(tmp_path),
        PROMPT_TOOLKIT_NO_CPR="1",
    )
    assert talk.code == 0
    history = tmp_path / "esxvirsh" / "history"
    assert "+echo a-word" in history.read_text(encoding="utf-8").replace("  ", " ")
    assert history.stat().st_mode & 0o077 == 0


class _Server:
    """Stands for a connection: completion asks it for names."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def listAllDomains(self) -> list["_Named"]:  # noqa: N802  libvirt's name
        return [_Named(name) for name in self.names]


class _Named:
    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name


@pytest.fixture
def virsh() -> Virsh:
    settings = Settings()
    program = Virsh(settings, Output(settings), interactive=True)
    program._connection = cast("Connection", _Server("web", "web server", 'a"b', "builder"))
    return program


@pytest.mark.parametrize(
    ("text", "begun", "words"),
    [
        ("", "", None),
        ("domb", "domb", ["domblkthreshold", "domblkerror", "domblkinfo", "domblklist", "domblkstat"]),
        ("list; domst", "domst", ["domstate", "domstats"]),
        ("list --tr", "--tr", ["--transient"]),
        ("list --all --al", "--al", []),
        ("dominfo w", "w", ["web", '"web server"']),
        ('dominfo "web s', '"web s', ['"web server"']),
        ("dominfo web\\ s", "web\\ s", ['"web server"']),
        ("dominfo a", "a", ['"a\\"b"']),
        ("dominfo --domain bu", "bu", ["builder"]),
        ("help mon", "mon", ["monitor"]),
        ("nope w", "w", []),
        ("list w", "w", []),
        ("echo 'a;b", "'a;b", []),
    ],
)
def test_completion_offers_what_may_come_next(virsh: Virsh, text: str, begun: str, words: list[str] | None) -> None:
    start, found = completion.candidates(virsh, text)
    assert text[start:] == begun
    if words is None:
        assert {"list", "dominfo", "quit"} <= set(found)
    else:
        assert found == words


def test_completion_does_not_connect() -> None:
    settings = Settings(uri="esx://nowhere.invalid")
    assert completion.candidates(Virsh(settings, Output(settings)), "dominfo ")[1] == ["--domain"]


def test_completion_offers_directories(virsh: Virsh, tmp_path: Path) -> None:
    (tmp_path / "one two").mkdir()
    (tmp_path / "other").touch()
    assert completion.candidates(virsh, f"cd {tmp_path}/o")[1] == [f'"{tmp_path}/one two/"']


def talk_with_history(cache: Path, program: tuple[str, ...] = MORTAL, warning: str = "") -> str:
    """Two lines at a terminal; what was shown."""
    talk = converse(
        [],
        [
            ("virsh #", "echo a-word\r"),
            (f"2004l{warning}a-word", ""),  # the command's output
            ("virsh #", "echo b-word\r"),
            ("2004lb-word", ""),
            ("virsh #", "\x04"),
        ],
        program,
        TERM="xterm",
        XDG_CACHE_HOME=str(cache),
        PROMPT_TOOLKIT_NO_CPR="1",
    )
    assert talk.code == 0
    return talk.shown


def test_a_history_on_a_full_disk_is_one_warning(small_disk: SmallDisk) -> None:
    history = small_disk.place / "esxvirsh" / "history"
    history.parent.mkdir()
    history.touch(mode=0o600)
    small_disk.fill()
    warning = f"warning: the lines of this session are not kept in '{history}': {small_disk.reason}\r\n"
    shown = talk_with_history(small_disk.place, tuple(small_disk.command(MORTAL)), warning)
    assert shown.count("warning: ") == 1


def test_a_history_that_cannot_be_read_is_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(FileHistory, "load_history_strings", refuse)
    history = terminal._FileHistory(str(tmp_path / "history"))
    assert list(history.load_history_strings()) == []
    history.append_string("a")
    said: list[str] = []
    history.complain(said.append)
    history.complain(said.append)
    assert said == [f"the lines of this session are not kept in '{tmp_path / 'history'}': Input/output error"]
    assert history.get_strings() == ["a"]
    assert not (tmp_path / "history").exists()


@pytest.mark.parametrize("what", ["pipe", "directory", "no folder"])
def test_what_is_no_history_is_left_alone(tmp_path: Path, what: str) -> None:
    history = tmp_path / "esxvirsh" / "history"
    if what == "no folder":
        history.parent.write_bytes(b"")
    else:
        history.parent.mkdir()
    if what == "pipe":
        os.mkfifo(history)
    elif what == "directory":
        history.mkdir()
    assert "warning" not in talk_with_history(tmp_path)


def test_without_a_home_the_history_is_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", unknown)
    assert isinstance(terminal._history(), InMemoryHistory)
