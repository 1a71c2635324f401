"""The program as a whole: exit codes, streams, signals."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from esxvirt.cli.main import run
from esxvirt.sim import Simulator
from tests.client import write_auth_file
from tests.program import COMMAND, FRESH, MORTAL, esxvirsh
from tests.small_disks import SmallDisk


def test_the_version_is_that_of_the_interface() -> None:
    run = esxvirsh("--version")
    assert (run.stdout, run.stderr, run.returncode) == (b"11.3.0\n", b"", 0)


def test_the_version_needs_neither_server_side_nor_xml() -> None:
    code = (
        "import sys; from esxvirt.cli.main import run; run(['--version']); "
        "print(*(m for m in ('pyVmomi', 'lxml', 'ssl', 'esxvirt.libvirt', 'esxvirt.cli.commands') if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "11.3.0\n\n"


def test_a_command_brings_in_only_its_own_module() -> None:
    code = (
        "import sys; from esxvirt.cli.main import run; run(['echo', 'a']); "
        "print(*sorted(m for m in sys.modules if m.startswith('esxvirt.cli.commands.')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split()[1:] == [
        "esxvirt.cli.commands.shell",
        "esxvirt.cli.commands.shell.echo",
        "esxvirt.cli.commands.shell.help",
    ]


@pytest.mark.parametrize(
    ("arguments", "out", "err", "code"),
    [
        (["echo", "a"], "a\n", "", 0),
        (["-q", "echo", "a"], "a", "", 0),
        (["echo a; echo b"], "a\nb\n", "", 0),
        (["echo", "--err", "a"], "\n", "error: a\n", 0),
        (["cd nowhere"], "\n", "error: cd: No such file or directory: nowhere\n", 1),
        (["cd nowhere; echo a"], "\na\n", "error: cd: No such file or directory: nowhere\n", 0),
        (["echo a; cd nowhere"], "a\n\n", "error: cd: No such file or directory: nowhere\n", 1),
        (["cd /; pwd"], "\n/\n\n", "", 0),
        (["quit"], "", "", 0),
        (["echo a; quit; echo b"], "a\n", "", 0),
        (["foo"], "", "error: unknown command: 'foo'\n", 1),
        (["echo a; foo"], "", "error: unknown command: 'foo'\n", 1),
        ([""], "", "", 1),
        ([" "], "", "", 0),
        (["-x"], "", "error: unsupported option '-x'. See --help.\n", 1),
        (["-d", "7", "echo", "a"], "a\n", "error: ignoring debug level 7 out of range [0-4]\n", 0),
        (["-l", "/nonexistent/file", "echo"], "", "error: failed to open the log file. check the log file path\n", 1),
        (["echo", "--shell", "--xml"], "\n", "error: Options --shell and --xml are mutually exclusive\n", 1),
        (["help", "nope"], "\n", "error: command or command group 'nope' doesn't exist\n", 1),
        (["echo", "é日"], "é日\n", "", 0),
    ],
)
def test_output_errors_and_exit_code_are_virshs(arguments: list[str], out: str, err: str, code: int) -> None:
    run = esxvirsh(*arguments)
    assert (run.stdout.decode(), run.stderr.decode(), run.returncode) == (out, err, code)


def test_bytes_that_are_no_text_pass_through() -> None:
    run = subprocess.run([*map(os.fsencode, COMMAND), b"-q", b"echo", b"\xff\xfe"], capture_output=True, check=False)
    assert run.stdout == b"\xff\xfe"


def test_without_a_uri_the_error_says_how_to_give_one() -> None:
    run = esxvirsh("list")
    assert run.returncode == 1
    assert run.stdout == b"\n"
    first, second = run.stderr.decode().splitlines()
    assert first == "error: failed to connect to the hypervisor"
    assert "-c" in second
    assert "LIBVIRT_DEFAULT_URI" in second


@pytest.mark.parametrize(
    ("variables", "uri"),
    [
        ({"LIBVIRT_DEFAULT_URI": "sim:///esx"}, "sim:///esx"),
        ({"VIRSH_DEFAULT_CONNECT_URI": "sim:///esx"}, "sim:///esx"),
        ({"VIRSH_DEFAULT_CONNECT_URI": "sim:///esx", "LIBVIRT_DEFAULT_URI": "nope:///"}, "sim:///esx"),
    ],
)
def test_the_environment_may_name_the_server(variables: dict[str, str], uri: str) -> None:
    run = esxvirsh("uri", environment=variables)
    assert (run.stdout.decode(), run.stderr.decode(), run.returncode) == (f"{uri}\n\n", "", 0)


def test_a_server_named_at_the_start_is_connected_to_first_and_a_default_only_when_needed() -> None:
    assert esxvirsh("echo", "a", environment={"LIBVIRT_DEFAULT_URI": "nope:///"}).stdout == b"a\n"
    assert esxvirsh("echo", "a", environment={"VIRSH_DEFAULT_CONNECT_URI": "nope:///"}).stdout == b"a\n"
    run = esxvirsh("-c", "nope:///", "echo", "a")
    assert (run.stdout, run.returncode) == (b"", 1)
    assert run.stderr.startswith(b"error: failed to connect to the hypervisor\n")


def test_timing_is_printed_behind_each_command() -> None:
    run = esxvirsh("-t", "pwd; pwd")
    lines = run.stdout.decode().splitlines()
    assert [line for line in lines if line.startswith("(Time: ") and line.endswith(" ms)")] == [lines[2], lines[6]]


def test_the_log_file_has_what_was_said(tmp_path: Path) -> None:
    log = tmp_path / "log"
    esxvirsh("-d", "0", "-l", str(log), "cd nowhere")
    text = log.read_text(encoding="utf-8")
    assert ' INFO commands: "cd nowhere"\n' in text
    assert text.endswith(" ERROR cd: No such file or directory: nowhere\n")
    assert log.stat().st_mode & 0o077 == 0


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    process = subprocess.Popen([*COMMAND, "help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate()
    assert errors == b""
    assert process.returncode == -signal.SIGPIPE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_program_and_the_session(number: signal.Signals, tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, "root", server.password))}
        process = subprocess.Popen(
            [*MORTAL, "-c", server.uri],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert process.stdout is not None
        shown = b""
        while b"virsh # " not in shown:  # connected, and waiting for a line
            part = os.read(process.stdout.fileno(), 4096)
            assert part, process.communicate()
            shown += part
        assert len(list(server.sessions)) == 1
        process.send_signal(number)
        if number == signal.SIGINT:  # in the shell it means: forget this line
            process.communicate(b"quit\n")
            assert process.returncode == 0
        else:
            process.communicate()
            assert process.returncode == -number
        assert list(server.sessions) == []


def test_a_machine_that_cannot_be_read_is_listed_with_a_warning(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http", troubled=("unreadable", "missing")) as server:
        accounts = {"LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, "root", server.password))}
        run = esxvirsh("-c", server.uri, "list --all; domstats unreadable", environment=accounts)
        assert " -    unreadable   no state\n" in run.stdout.decode()
        assert " -    missing      shut off\n" in run.stdout.decode()
        assert run.returncode == 0
        lines = run.stderr.decode().splitlines()
        assert lines
        assert all(line.startswith("warning: ") and "unreadable" in line for line in lines)
        assert len(set(lines)) == len(lines)
        run = esxvirsh("-c", server.uri, "dumpxml", "missing", environment=accounts)
        assert run.returncode == 1
        assert "missing/missing.vmx" in run.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["-V"], ["--help"], ["echo", "a"], ["help"]])
def test_a_full_disk_is_an_error_of_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (run.stderr, run.returncode) == (b"error: cannot write the output: No space left on device\n", 1)


def into(path: str, command: list[str], password: str, tmp_path: Path, **streams: object) -> tuple[list[str], int]:
    """Run a command on a server with its output in a file; the lines on standard error, and its exit code."""
    account = {"LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, "root", password)), "PYTHONUNBUFFERED": ""}
    with Path(path).open("ab") as file:
        run = subprocess.run(
            [*FRESH, *command],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **account},
            check=False,
            **streams,  # type: ignore[call-overload]
        )
    return run.stderr.splitlines(), run.returncode


FULL = "error: cannot write the output: No space left on device"
LACKS = "warning: the output may lack: "


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["destroy web"], ["Domain 'web' destroyed"]),
        (["destroy web; dumpxml web"], ["Domain 'web' destroyed"]),
        (
            ["destroy web; desc web --new-desc text"],
            ["Domain 'web' destroyed", "Domain description updated successfully"],
        ),
        (["setmem web 512M"], ["'setmem' succeeded"]),
        (["-q", "destroy web; dumpxml web"], ["'destroy' succeeded"]),
        (["dumpxml web"], []),
        (["list --all; hostname"], []),
    ],
)
def test_what_was_done_is_told_though_the_output_is_full(words: list[str], told: list[str], tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        command = ["-m", "esxvirt.cli", "-c", server.uri, *words]
        lines, code = into("/dev/full", command, server.password, tmp_path)
        assert lines == [FULL, *(LACKS + text for text in told)]
        assert code == 1
        assert server.sessions == []
        [machine] = [machine for machine in server.site.machines.values() if machine.name == "web"]
        assert machine.running != ("destroy" in words[-1])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_error_is_told_though_the_output_is_full(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        command = ["-m", "esxvirt.cli", "-c", server.uri, "destroy web; destroy nosuch"]
        lines, code = into("/dev/full", command, server.password, tmp_path)
        assert lines == ["error: failed to get domain 'nosuch'", FULL, f"{LACKS}Domain 'web' destroyed"]
        assert code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_what_was_done_is_told_though_nothing_is_buffered(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        command = ["-u", "-m", "esxvirt.cli", "-c", server.uri, "destroy web; destroy Fedora11"]
        lines, code = into("/dev/full", command, server.password, tmp_path)
        assert (lines, code) == ([FULL, f"{LACKS}Domain 'web' destroyed"], 1)


INTERRUPTED = """
import sys
from esxvirt.cli.main import run

def interrupt(*_):
    raise KeyboardInterrupt

from esxvirt.cli.virsh import Virsh
Virsh.table = interrupt
sys.exit(run())
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_what_was_done_before_ctrl_c_is_told(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        command = ["-c", INTERRUPTED, "-c", server.uri, "destroy web; list"]
        lines, code = into("/dev/full", command, server.password, tmp_path)
        assert (lines, code) == ([FULL, f"{LACKS}Domain 'web' destroyed"], -signal.SIGINT)
        output = tmp_path / "output"
        command[-1] = "start web; list"
        assert into(str(output), command, server.password, tmp_path) == ([], -signal.SIGINT)
        assert output.read_text(encoding="utf-8") == "Domain 'web' started\n\n"


def test_what_was_done_is_told_though_the_disk_is_full(small_disk: SmallDisk, tmp_path: Path) -> None:
    small_disk.fill()
    with Simulator("esx-7.0", transport="http") as server:
        command = small_disk.command(
            [sys.executable, "-m", "esxvirt.cli", "-c", server.uri, "destroy web; dumpxml web"]
        )
        lines, code = into(str(small_disk.place / "output"), ["-c", RUN, *command], server.password, tmp_path)
        assert lines == [f"error: cannot write the output: {small_disk.reason}", f"{LACKS}Domain 'web' destroyed"]
        assert code == 1


RUN = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_errors_that_nobody_can_read_stop_nothing(tmp_path: Path) -> None:
    with (
        Simulator("esx-7.0", transport="http", troubled=("unreadable",)) as server,
        Path("/dev/full").open("wb") as full,
    ):
        account = {"LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, "root", server.password))}
        words = [*COMMAND, "-c", server.uri, "list --all --name; destroy nosuch; destroy web"]
        run = subprocess.run(
            words, stdout=subprocess.PIPE, stderr=full, text=True, env={**os.environ, **account}, check=False
        )
        assert run.stdout.endswith("Domain 'web' destroyed\n\n")
        assert "unreadable" in run.stdout
        assert run.returncode == 0
        assert server.sessions == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [["echo a; echo b"], ["-d", "0", "echo a; cd"]])
def test_a_log_file_on_a_full_disk_is_one_warning(words: list[str]) -> None:
    expected = esxvirsh(*words)
    run = esxvirsh("-l", "/dev/full", *words)
    warning = b"warning: cannot write the log file '/dev/full': No space left on device; going on without it\n"
    quiet = words == ["echo a; echo b"]  # there is nothing to log
    assert run.stderr == (b"" if quiet else warning) + expected.stderr
    assert (run.stdout, run.returncode) == (expected.stdout, expected.returncode)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_log_file_that_a_full_disk_does_not_take_is_one_warning(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("esxvirt.cli.output._private", refuse)
    assert run(["-d", "0", "-l", "log", "echo a"]) == 0
    shown = capsys.readouterr()
    warning = f"warning: cannot write the log file 'log': {os.strerror(number)}; going on without it\n"
    assert shown.err.startswith(warning)
    assert shown.err.count("warning: ") == 1  # what follows is for debugging
    assert shown.out.endswith("a\n")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR])
def test_a_log_file_that_cannot_be_one_is_virshs_error(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("esxvirt.cli.output._private", refuse)
    assert run(["-l", "log", "echo a"]) == 1
    assert capsys.readouterr() == ("", "error: failed to open the log file. check the log file path\n")


def test_a_log_file_takes_bytes_that_are_no_text(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [*map(os.fsencode, COMMAND), b"-q", b"-d", b"0", b"-l", os.fsencode(log), b"echo", b"\xff"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert b"\xff" in log.read_bytes()


@pytest.mark.parametrize("arguments", [["-V"], ["echo", "a"]])
def test_a_closed_output_is_no_error(arguments: list[str]) -> None:
    run = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, *arguments], stderr=subprocess.PIPE, check=False)
    assert (run.stderr, run.returncode) == (b"", 0)


@pytest.mark.parametrize("arguments", [["-c", "sim:///esx", "domstate", "web"], ["-c", "sim:///esx"], ["echo", "a"]])
def test_a_closed_input_is_an_empty_one(arguments: list[str]) -> None:
    shell = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, *arguments]
    run = subprocess.run(shell, capture_output=True, check=False)
    assert (run.stderr, run.returncode) == (b"", 0)
    assert run.stdout == esxvirsh(*arguments).stdout != b""


def test_a_short_answer_is_written_at_once() -> None:
    # A reader that leaves after its first line, as `grep -q` does, would end the program in the middle of a short list.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        environment = {**os.environ, "PYTHONUNBUFFERED": ""}
        subprocess.run([*COMMAND, "echo a; pwd; echo b"], stdout=theirs.fileno(), env=environment, check=True)
        ours.setblocking(False)
        assert ours.recv(4096).decode() == f"a\n{Path.cwd()}\n\nb\n"
        with pytest.raises(BlockingIOError):
            ours.recv(4096)
