"""Run programs, unmodified, on esxvirt and on the real libvirt-python: each on a simulator of its own, step by step."""

import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from esxvirt.compat.shim import install_shim
from esxvirt.sim import Simulator
from tests.programs.environments import Environment
from tests.tools import ROOT

OURS, THEIRS = "esxvirt", "libvirt-python"
SECONDS = 120
_NOISE = re.compile(r"^\s*$|^libvirt: Config File error|^\s*\^+|^Domain installation|^If it was|start \w+$|^otherwise")


class Step(NamedTuple):
    """One thing that a program is told to do.

    Attributes:
        what: For the table.
        command: With ``{python}``, ``{folder}``, ``{work}``, ``{uri}``, ``{host}``, ``{port}``, ``{user}``,
            ``{password}`` and ``{drivers}`` filled in.
        expect: A pattern that what it prints must have.
        stdin: What it reads.
        background: Whether it goes on while the next steps run; it is told to end after them.
    """

    what: str
    command: tuple[str, ...]
    expect: str = ""
    stdin: str = ""
    background: bool = False


class Program(NamedTuple):
    """A program and its steps.

    Attributes:
        name: For the table.
        source: Where it comes from.
        environment: Makes its environment, or raises `MissingError`.
        steps: In this order, on one simulator.
        profile: What the simulator plays.
        machines: How many machines there are besides those of the default site.
        quick: Whether CI runs it.
        files: Files that it finds in ``{work}``, filled in as commands are.
        transport: The simulator's.
    """

    name: str
    source: str
    environment: Callable[[], Environment]
    steps: tuple[Step, ...]
    profile: str = "esx-7.0"
    machines: int = 0
    quick: bool = False
    files: Mapping[str, str] = MappingProxyType({})
    transport: str = "http"


class Outcome(NamedTuple):
    """How a step went on one side: `problem` is empty if it works."""

    step: Step
    problem: str
    seconds: float
    output: str


def run(program: Program, side: str, environment: Environment) -> list[Outcome]:
    """Run all steps of a program on one side."""
    with (
        Simulator(program.profile, transport=program.transport, vms=program.machines) as simulator,
        tempfile.TemporaryDirectory() as folder,
    ):
        _leave_out_broken(simulator)
        work = Path(folder)
        values = _values(simulator, environment, work)
        for name, text in program.files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(text, values))
            path.chmod(0o600)
        variables = _variables(simulator, environment, work, side)
        with _ended_later() as running:
            return [_step(step, values, variables, work, running) for step in program.steps]


def _leave_out_broken(simulator: Simulator) -> None:
    """Take the machine away whose file cannot be read: many programs stop at the first, on both sides."""
    for machine in [machine for machine in simulator.site.machines.values() if machine.name == "broken"]:
        simulator.site.remove_machine(machine)


def _values(simulator: Simulator, environment: Environment, work: Path) -> dict[str, str]:
    return {
        "python": str(environment.python),
        "folder": str(environment.folder),
        "drivers": str(Path(__file__).with_name("drivers")),
        "work": str(work),
        "uri": simulator.uri,
        "host": "127.0.0.1",
        "port": str(simulator.port),
        "user": simulator.username,
        "password": simulator.password,
    }


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _variables(simulator: Simulator, environment: Environment, work: Path, side: str) -> dict[str, str]:
    """Return the environment: the same on both sides, but for PYTHONPATH."""
    auth = work / "auth.conf"
    section = f"[credentials-lab]\nusername={simulator.username}\npassword={simulator.password}\n"
    auth.write_text(section + "".join(f"[auth-{kind}-default]\ncredentials=lab\n" for kind in ("esx", "vpx", "gsx")))
    auth.chmod(0o600)
    folders = [str(environment.folder / "usr/share/virt-manager")]
    if side == OURS:
        install_shim(work / "shim")
        folders = [str(folder) for folder in (work / "shim", ROOT / "src", *environment.modules)] + folders
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LIBVIRT", "PYTEST"))}
    bin_ = str(environment.python.parent)
    return {
        **kept,
        **environment.variables,
        "HOME": str(work),
        "LIBVIRT_AUTH_FILE": str(auth),
        "LIBVIRT_DEFAULT_URI": simulator.uri,
        "PATH": f"{bin_}:{kept['PATH']}" if environment.folder == environment.python.parents[1] else kept["PATH"],
        "PYTHONPATH": ":".join(folders),
        "PYTHONDONTWRITEBYTECODE": "1",
        "WORK": str(work),
    }


@contextmanager
def _ended_later() -> Iterator["list[subprocess.Popen[str]]"]:
    running: list[subprocess.Popen[str]] = []
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _step(
    step: Step, values: dict[str, str], variables: dict[str, str], work: Path, running: "list[subprocess.Popen[str]]"
) -> Outcome:
    command = [_filled(word, values) for word in step.command]
    begun = time.monotonic()
    if step.background:
        return _begin(step, command, variables, work, running)
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=variables,
            cwd=work,
            input=_filled(step.stdin, values),
            timeout=SECONDS,
        )
        output, code = answer.stdout + answer.stderr, answer.returncode
    except subprocess.TimeoutExpired as error:
        output, code = f"{error.stdout!r}\nit did not end within {SECONDS} s", 1
    problem = ""
    if code:
        problem = _last_line(output)
    elif step.expect and not re.search(_filled(step.expect, {k: re.escape(v) for k, v in values.items()}), output):
        problem = f"it does not say what is expected: {_last_line(output)}"
    said = re.search(r"(\d+\.\d+) s$", output, re.MULTILINE)  # without what it takes to start
    return Outcome(step, problem, float(said[1]) if said else time.monotonic() - begun, output)


def _begin(
    step: Step, command: list[str], variables: dict[str, str], work: Path, running: "list[subprocess.Popen[str]]"
) -> Outcome:
    """Start what goes on, and wait until it has said what is expected."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables, cwd=work
    )
    running.append(process)
    said: list[str] = []
    ready = threading.Event()
    begun = time.monotonic()

    def listen() -> None:
        with suppress(ValueError):  # it is closed: the steps are over
            for line in process.stdout or ():
                said.append(line)
                if re.search(step.expect, line):
                    ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    ready.wait(SECONDS)
    problem = "" if any(re.search(step.expect, line) for line in said) else _last_line("".join(said))
    return Outcome(step, problem, time.monotonic() - begun, "".join(said))


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if not _NOISE.search(line)]
    found = next((line for line in lines if re.match(r"ERROR\s", line)), None) or (lines[-1] if lines else "")
    if lines and found in {"}", "]"}:  # Ansible's answers
        found = next((line for line in lines if '"msg"' in line or '"stderr"' in line), found)
    return found.removeprefix("ERROR").strip() or "it fails without a word"
