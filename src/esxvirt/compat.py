"""Run an unmodified libvirt-python program on esxvirt: ``import libvirt`` gets `esxvirt.libvirt`.

usage: python -m esxvirt.compat PROGRAM [ARG...]
       python -m esxvirt.compat -m MODULE [ARG...]
       python -m esxvirt.compat -c CODE [ARG...]

PROGRAM is a Python file, or the name of one that is found in PATH. The program sees its own `sys.argv`, `sys.path`,
`__name__` and `__file__`, as if Python had been started with it. Python processes that it starts are not affected.
"""

import runpy
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from esxvirt import libvirt

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program that the arguments name; without an exception or `SystemExit` of its own, 0.

    Returns:
        2 if there is no such program, or it cannot be read; the reason is on stderr.
    """
    rest = list(sys.argv[1:] if arguments is None else arguments)
    if not rest or rest[0] in {"-h", "--help"}:
        print(__doc__, file=sys.stdout if rest else sys.stderr)
        return 0 if rest else 2
    form, operands = (rest[0], rest[1:]) if rest[0] in {"-m", "-c"} else ("", rest)
    if form and not operands:
        return _fail(f"option {form} needs an argument")
    if not form and operands[0].startswith("-"):
        return _fail(f"there is no option {operands[0]}; there are -m MODULE, -c CODE and PROGRAM")
    install()
    if form == "-m":
        return _run_module(*operands)
    if form == "-c":
        sys.argv, sys.path[0] = ["-c", *operands[1:]], ""
        return _execute(operands[0].encode(), "<string>")
    return _run_file(*operands)


def install() -> None:
    """Let ``import libvirt`` get `esxvirt.libvirt`, in this process."""
    sys.modules["libvirt"] = libvirt


def _run_module(name: str, *arguments: str) -> int:
    sys.argv, sys.path[0] = [name, *arguments], str(Path.cwd())
    try:
        found = find_spec(name)
    except (ImportError, ValueError) as error:
        return _fail(f"cannot find the module '{name}': {error}")
    if found is None:
        return _fail(f"there is no module '{name}'")
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _run_file(program: str, *arguments: str) -> int:
    path = Path(program)
    if not path.exists() and path.name == program:
        path = Path(shutil.which(program) or program)
    if not path.exists():
        return _fail(f"there is no program '{program}', neither as a file nor in PATH")
    sys.argv, sys.path[0] = [str(path), *arguments], str(path.resolve().parent)
    if path.is_dir():
        sys.path[0] = str(path)
        runpy.run_path(str(path), run_name="__main__")
        return 0
    try:
        source = path.read_bytes()
    except OSError as error:
        return _fail(f"cannot read '{path}': {error.strerror}")
    if b"\0" in source:
        return _fail(f"'{path}' is no Python program")
    return _execute(source, str(path))


def _execute(source: bytes, path: str) -> int:
    """Run a program as the module `__main__`, which stays that: its threads and exit handlers need it to."""
    main_module = ModuleType("__main__")
    main_module.__dict__["__builtins__"] = __builtins__
    if path != "<string>":
        main_module.__file__ = path
    sys.modules["__main__"] = main_module
    code = compile(source, path, "exec", dont_inherit=True)
    exec(code, main_module.__dict__)  # noqa: S102  to run a program is what this is for
    return 0


def _fail(message: str) -> int:
    print(f"esxvirt.compat: {message}", file=sys.stderr)  # noqa: T201  a command's error
    return 2


if __name__ == "__main__":
    sys.exit(main())
