"""A process that has esxvirsh loaded already and forks for every command line: what thousands of lines can afford.

What a run of its own costs most is loading, a third of a second each time. That our command starts as a program, and
how little it loads, is tried elsewhere (`tests/server/cli/test_process.py`,
`tests/unit/project/test_light_imports.py`).

`python -m tests.reference.forking` reads a request a line from its standard input, and answers each with a line, both
of them JSON.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
from typing import Any, NoReturn

_LOADED = ("esxvirt.cli", "esxvirt.libvirt", "esxvirt.driver", "esxvirt.vsphere", "esxvirt.xml", "esxvirt.vmx")


def load() -> None:
    """Load all that a command may need."""
    importlib.import_module("pyVmomi")
    for name in _LOADED:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def serve() -> None:
    """Answer requests until there are no more."""
    requests, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    load()
    gc.freeze()  # looking through all of it for garbage would copy it for every child
    for line in requests:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run one command line; its output in Latin-1, which keeps every byte."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(request["stdin"].encode())
        stdin.seek(0)
        child = os.fork()
        if child == 0:
            _run(request, (stdin.fileno(), stdout.fileno(), stderr.fileno()))
        code, late = _wait(child, request["seconds"])
        stdout.seek(0)
        stderr.seek(0)
        return {
            "code": code,
            "late": late,
            "stdout": stdout.read().decode("latin-1"),
            "stderr": stderr.read().decode("latin-1"),
        }


def _wait(child: int, seconds: float) -> tuple[int, bool]:
    """The exit code, and whether the process had to be killed."""
    late = False

    def kill(*_: object) -> None:
        nonlocal late
        late = True
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        _, status = os.waitpid(child, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return os.waitstatus_to_exitcode(status), late


def _run(request: dict[str, Any], streams: tuple[int, int, int]) -> NoReturn:
    """Be the command, in the process that was forked for it."""
    try:
        os.setsid()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(request["directory"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        sys.argv = ["esxvirsh", *request["arguments"]]
        from esxvirt.cli.main import main  # noqa: PLC0415  loaded already

        main()
    except BaseException:  # noqa: BLE001  what Python does at the end of a program
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    serve()
