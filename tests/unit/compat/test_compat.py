import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
import libvirt, sys
print(__name__, sys.argv[1:], libvirt.__name__, libvirt.VIR_ERR_NO_DOMAIN)
import helper
print(helper.NAME, sys.modules["__main__"].__dict__ is globals())
sys.exit(3)
"""


def run(*arguments: str, cwd: Path | None = None, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "esxvirt.compat", *arguments]
    environment = {"PATH": str(path)} if path else None
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    (tmp_path / "helper.py").write_text("NAME = 'beside the program'\n")
    return path


def test_a_program_runs_as_the_main_module_with_its_arguments(program: Path) -> None:
    answer = run(str(program), "a", "-b", "--help")
    assert answer.stdout == "__main__ ['a', '-b', '--help'] esxvirt.libvirt 42\nbeside the program True\n"
    assert answer.returncode == 3


def test_a_program_is_found_in_path(program: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert run(program.name, cwd=elsewhere, path=tmp_path).returncode == 3


def test_it_sees_its_own_file_and_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint(ascii('\u00fc'), __file__)\n".encode("latin-1"))
    assert run(str(path)).stdout == f"'\\xfc' {path}\n"


def test_a_directory_with_a_main_module_runs(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import libvirt, sys; print(libvirt.__name__, len(sys.argv))")
    assert run(str(tmp_path), "x").stdout == "esxvirt.libvirt 2\n"


def test_a_module_runs(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import libvirt, sys; print(__name__, libvirt.__name__, sys.argv[1:])")
    assert run("-m", "tool", "-c", cwd=tmp_path).stdout == "__main__ esxvirt.libvirt ['-c']\n"


def test_code_runs() -> None:
    answer = run("-c", "import libvirt, sys; print(__name__, libvirt.__name__, sys.argv)", "x")
    assert answer.stdout == "__main__ esxvirt.libvirt ['-c', 'x']\n"
    assert answer.returncode == 0


def test_an_error_of_the_program_is_its_own(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("import libvirt\nlibvirt.open('esx:///')\n")
    answer = run(str(path))
    assert answer.returncode == 1
    assert "libvirt:  error : invalid argument: URI is missing the server part\n" in answer.stderr
    assert f'File "{path}", line 2, in <module>' in answer.stderr


def test_exit_handlers_and_threads_keep_their_module(tmp_path: Path) -> None:
    path = tmp_path / "late.py"
    path.write_text(
        "import atexit, threading, libvirt\n"
        "def late(): print(libvirt.__name__)\n"
        "atexit.register(late)\n"
        "threading.Thread(target=lambda: late()).start()\n"
    )
    assert run(str(path)).stdout == "esxvirt.libvirt\n" * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.py"], "there is no program 'nope.py', neither as a file nor in PATH"),
        (["/nope/nope.py"], "there is no program '/nope/nope.py', neither as a file nor in PATH"),
        (["-m", "nope_nope"], "there is no module 'nope_nope'"),
        (["-m", "nope_nope.x"], "cannot find the module 'nope_nope.x'"),
        (["-m"], "option -m needs an argument"),
        (["-c"], "option -c needs an argument"),
        (["-x", "y"], "there is no option -x; there are -m MODULE, -c CODE and PROGRAM"),
        ([sys.executable], "is no Python program"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_line(arguments: list[str], message: str) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_help_and_no_arguments() -> None:
    answer = run("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "usage: python -m esxvirt.compat PROGRAM [ARG...]" in answer.stdout
    answer = run()
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "usage: python -m esxvirt.compat PROGRAM [ARG...]" in answer.stderr
