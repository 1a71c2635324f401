import subprocess
import sys
from pathlib import Path

import pytest

import esxvirt

PROGRAM = """\
import libvirt, sys
print(__name__, sys.argv[1:], libvirt.__name__, libvirt.VIR_ERR_NO_DOMAIN)
import helper
print(helper.NAME, sys.modules["__main__"].__dict__ is globals())
sys.exit(3)
"""


SOURCES = str(Path(esxvirt.__file__).parents[1])


def run(
    *arguments: str, cwd: Path | None = None, path: Path | None = None, options: tuple[str, ...] = ()
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *options, "-m", "esxvirt.compat", *arguments]
    environment = {"PATH": str(path), "PYTHONPATH": SOURCES} if path else None
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
    assert answer.stdout == "__main__ ['a', '-b', '--help'] libvirt 42\nbeside the program True\n"
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
    assert run(str(tmp_path), "x").stdout == "libvirt 2\n"


def test_a_module_runs(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import libvirt, sys; print(__name__, libvirt.__name__, sys.argv[1:])")
    assert run("-m", "tool", "-c", cwd=tmp_path).stdout == "__main__ libvirt ['-c']\n"


def test_code_runs() -> None:
    answer = run("-c", "import libvirt, sys; print(__name__, libvirt.__name__, sys.argv)", "x")
    assert answer.stdout == "__main__ libvirt ['-c', 'x']\n"
    assert answer.returncode == 0


def test_the_program_sees_itself_as_without_esxvirt(tmp_path: Path) -> None:
    path = tmp_path / "seen.py"
    path.write_text(
        "import inspect, os, sys, traceback\n"
        "print(os.path.isabs(__file__), __file__, type(__loader__).__name__, __spec__, sys.argv[0], sys.path[0])\n"
        "print(len(inspect.stack()), traceback.format_stack()[0].split(',')[0], __cached__)\n"
        "print([name for name in sys.modules if name.startswith('esxvirt')], sys.flags, sys.warnoptions)\n"
    )
    options = ("-W", "ignore", "-X", "dev", "-B")
    plain = subprocess.run(
        [sys.executable, *options, "seen.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    ours = run("seen.py", cwd=tmp_path, options=options)
    assert (ours.stdout, ours.stderr) == (plain.stdout, plain.stderr)
    assert f"True {path} SourceFileLoader None seen.py {tmp_path}\n1 " in ours.stdout


def test_a_traceback_begins_with_the_program(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def work(): return 1 / 0\nwork()\n")
    plain = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert run(str(path)).stderr == plain.stderr != ""


def test_python_processes_of_the_program_get_the_modules(tmp_path: Path) -> None:
    path = tmp_path / "parent.py"
    path.write_text(
        "import subprocess, sys\n"
        "code = 'import libvirt, libvirt_qemu, libvirt_lxc, libvirtaio; print(libvirt.libvirtError.__module__)'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\n"
    )
    assert run(str(path)).stdout.startswith("esxvirt.libvirt")


@pytest.mark.parametrize("options", [("-E",), ("-I",), ("-IB",), ("-s", "-P")], ids=" ".join)
def test_options_that_ignore_the_environment(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "isolated.py"
    path.write_text("import libvirt, os, sys; print(libvirt.__name__, os.environ.get('PYTHONHASHSEED'), sys.path[0])")
    code = f"import sys; sys.path.insert(0, {SOURCES!r}); sys.argv[:] = ['', {str(path)!r}]; import runpy; "
    code += "runpy.run_module('esxvirt.compat', run_name='__main__')"
    environment = {"PYTHONHASHSEED": "5", "PYTHONPATH": SOURCES}
    command = [sys.executable, *options, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    seed = "None" if options[0].startswith(("-E", "-I")) else "5"
    assert answer.stdout.startswith(f"libvirt {seed} "), answer.stderr
    assert (str(tmp_path) in answer.stdout) == (options == ("-E",))


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
    assert run(str(path)).stdout == "libvirt\n" * 2


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
        (["--install-shim"], "option --install-shim needs one argument, the folder"),
        (["--install-shim", "a", "b"], "option --install-shim needs one argument, the folder"),
        (["--install-shim", "/proc/nope"], "cannot write '/proc/nope"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_line(arguments: list[str], message: str) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_the_modules_are_written_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shim"
    for _ in range(2):  # the second time they are written anew
        answer = run("--install-shim", str(folder))
        names = "libvirt, libvirt_lxc, libvirt_qemu, libvirtaio"
        assert answer.stdout == f"{names} are in {folder}: have PYTHONPATH begin with it\n"
    code = "import libvirt, libvirt_qemu, libvirt_lxc, libvirtaio; print(libvirt.__file__, type(libvirt.__loader__))"
    environment = {"PYTHONPATH": f"{folder}:{SOURCES}"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert told.stdout == f"{folder}/libvirt/__init__.py <class '_frozen_importlib_external.SourceFileLoader'>\n"
    assert (folder / "libvirt" / "py.typed").exists()


@pytest.mark.parametrize("other", ["libvirt.py", "libvirt/__init__.py", "libvirtaio.py", "libvirt_qemu/x.py"])
def test_modules_of_others_are_left_alone(tmp_path: Path, other: str) -> None:
    (tmp_path / other).parent.mkdir(exist_ok=True)
    (tmp_path / other).write_text("# the real one\n")
    answer = run("--install-shim", str(tmp_path))
    assert answer.returncode == 2
    assert "it is another module of that name" in answer.stderr
    assert [path.name for path in tmp_path.rglob("*.py")] == [Path(other).name]


def test_help_and_no_arguments() -> None:
    answer = run("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "usage: python -m esxvirt.compat PROGRAM [ARG...]" in answer.stdout
    answer = run()
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "usage: python -m esxvirt.compat PROGRAM [ARG...]" in answer.stderr
