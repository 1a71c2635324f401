"""What ``python -m esxvirt.compat`` does: start Python anew with a program that sees our modules and no more of us."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from esxvirt.compat.shim import MODULES, install_shim

__all__ = ["main"]

_FORMS = {"-m", "-c"}


def main(arguments: Sequence[str], usage: str | None) -> int:
    """Run the program that the arguments name; what it ends with is the process's end.

    Returns:
        2 if there is no such program, or it cannot be read; the reason is on stderr. Where a process cannot become
        another program, as on Windows, the exit code of the program.
    """
    rest = list(arguments)
    if not rest or rest[0] in {"-h", "--help"}:
        print(usage, file=sys.stdout if rest else sys.stderr)
        return 0 if rest else 2
    if rest[0] == "--install-shim":
        return _install(rest[1:])
    if rest[0] in _FORMS:
        if len(rest) == 1:
            return _fail(f"option {rest[0]} needs an argument")
        problem = _module_problem(rest[1]) if rest[0] == "-m" else None
    elif rest[0].startswith("-"):
        return _fail(f"there is no option {rest[0]}; there are -m MODULE, -c CODE and PROGRAM, and --install-shim DIR")
    else:
        path = Path(rest[0])
        if not path.exists() and path.name == rest[0]:
            rest[0] = shutil.which(rest[0]) or rest[0]
        problem = _file_problem(rest[0])
    return _fail(problem) if problem else _become(rest)


def _install(operands: Sequence[str]) -> int:
    if len(operands) != 1:
        return _fail("option --install-shim needs one argument, the folder")
    folder = Path(operands[0])
    try:
        written = install_shim(folder)
    except OSError as error:
        return _fail(f"cannot write '{error.filename or folder}': {error.strerror or error}")
    print(f"{', '.join(written)} are in {folder}: have PYTHONPATH begin with it")
    return 0


def _module_problem(name: str) -> str | None:
    """Return why a module cannot be run; what is inside a package is not looked for, that would run the package."""
    top = name.partition(".")[0]
    try:
        found = find_spec(top) if top else None
    except (ImportError, ValueError) as error:
        return f"cannot find the module '{name}': {error}"
    if found is not None:
        return None
    return f"there is no module '{name}'" if top == name else f"cannot find the module '{name}': no module '{top}'"


def _file_problem(program: str) -> str | None:
    """Return why a program cannot be run."""
    path = Path(program)
    if not path.exists():
        return f"there is no program '{program}', neither as a file nor in PATH"
    if path.is_dir():
        return None
    try:
        with path.open("rb") as file:
            begin = file.read(4)
            is_python = begin == b"PK\3\4" or b"\0" not in begin + file.read()  # a zip file with a __main__ is one
    except OSError as error:
        return f"cannot read '{path}': {error.strerror}"
    return None if is_python else f"'{path}' is no Python program"


def _become(arguments: Sequence[str]) -> int:
    """Start Python anew with its options of now, in place of this process where there is such a thing."""
    command = [sys.executable, *_options(), *arguments]
    environment = _environment(os.environ)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execve(sys.executable, command, environment)  # noqa: S606  what this is for
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603  as above


def _options() -> list[str]:
    """Return Python's options of now, but for those that would have it ignore PYTHONPATH; see `_environment`."""
    # What multiprocessing starts Python with; there is no other way to ask.
    options: list[str] = getattr(subprocess, "_args_from_interpreter_flags")()  # noqa: B009  type checkers lack it
    if sys.flags.isolated:
        options += ["-s", "-P"]
    return [option for option in options if option not in {"-E", "-I"}]


def _environment(of_now: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, with the modules first in PYTHONPATH; without Python's others where they are ignored."""
    ignored = sys.flags.ignore_environment
    made = {name: value for name, value in of_now.items() if not (ignored and name.startswith("PYTHON"))}
    folders = [str(MODULES), *filter(None, made.get("PYTHONPATH", "").split(os.pathsep))]
    own = str(MODULES.parents[2])
    if own not in sys.path[1:]:  # it was found in the current folder, where the program would not look for it
        folders.append(own)
    made["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(folders))
    return made


def _fail(message: str) -> int:
    print(f"esxvirt.compat: {message}", file=sys.stderr)
    return 2
