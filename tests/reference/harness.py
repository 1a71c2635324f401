"""One command line, two programs: the real virsh, in each of its versions, and esxvirsh.

What is compared is standard output, the text on standard error without libvirt's own log lines, and the exit code. Real
virsh is run under the name `esxvirsh`, because both print their own name.
"""

import atexit
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.tools import LIBVIRTS, NEWEST, ROOT, require

HERE = Path(__file__).parent
NAME = "esxvirsh"
VERSIONS = tuple(os.environ.get("ESXVIRT_LIBVIRT", " ".join(LIBVIRTS)).split())
"""The versions of libvirt to compare with: all, or those that ESXVIRT_LIBVIRT names."""
OURS = (sys.executable, "-m", "esxvirt.cli")
STREAMS = ("stdout", "stderr", "code")

_LOG_LINE = re.compile(r"^[\d-]+ [\d:.]+\+\d{4}: \d+: (?:debug|info|warning|error) : .*\n", re.MULTILINE)
_VARYING = (
    (re.compile(r"\(Time: \d+\.\d{3} ms\)"), "(Time: T ms)"),
    (re.compile(r"^CPU time: +\d+\.\ds$", re.MULTILINE), "CPU time: T"),
)
LARGE = os.environ.get("ESXVIRT_LARGE") == "1"
"""Whether large trees and pools are compared on every product, as `make large` does: the real virsh needs minutes."""
# Programs answer within fractions of a second; one that hangs must not hang the tests.
_PATIENCE = 1200 if LARGE else 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program printed, and its exit code."""

    stdout: str
    stderr: str
    code: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A known difference: which streams differ, why, and a pattern that our answer must show.

    It is of a line, or of all lines that have a pattern in them and for which no other is known; not all need differ.
    """

    line: str
    matching: str
    differs: frozenset[str]
    reason: str
    ours: str
    profiles: tuple[str, ...]
    versions: tuple[str, ...]


class _Beside:
    """The version that the test at hand compares with; a fixture says which (`conftest.py`)."""

    version = NEWEST


def beside(version: str) -> None:
    """Compare with this version from now on."""
    _Beside.version = version


def newest() -> bool:
    """Whether it is the newest that is compared with now, the contract."""
    return _Beside.version == NEWEST


def arguments_of(line: str) -> list[str]:
    """A line of the data table as arguments."""
    return shlex.split(line)


@cache
def sections(topic: str) -> dict[str, list[str]]:
    """The command lines of a topic, a file of `lines/`, by their sections: where they are to be tried."""
    return tomllib.loads((HERE / "lines" / f"{topic}.toml").read_text(encoding="utf-8"))


def topics() -> list[str]:
    """The files of `lines/`."""
    return sorted(path.stem for path in (HERE / "lines").glob("*.toml"))


def lines(section: str) -> tuple[str, ...]:
    """The command lines of a section, of all topics."""
    found = tuple(line for topic in topics() for line in sections(topic).get(section, ()))
    assert found, f"no file of lines/ has a section '{section}'"
    return found


@cache
def known_differences() -> tuple[Difference, ...]:
    """All entries of all files of `differences/`."""
    entries = [
        entry
        for path in sorted((HERE / "differences").glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["difference"]
    ]
    return tuple(
        Difference(
            line,
            matching,
            frozenset(entry["differs"]),
            entry["reason"],
            entry.get("ours", ""),
            tuple(entry.get("profiles", ())),
            tuple(entry.get("versions", LIBVIRTS)),
        )
        for entry in entries
        for line, matching in [
            *((line, "") for line in entry.get("lines", ())),
            *(("", pattern) for pattern in entry.get("matching", ())),
        ]
    )


def known(line: str, profile: str) -> Difference | None:
    """The known difference of a line on a profile from the version compared with, if there is one."""
    found = [found for found in _known(line, profile) if _Beside.version in found.versions]
    return min(found, key=lambda known: (len(known.versions), bool(known.matching)), default=None)


def differs(line: str, profile: str) -> bool:
    """Whether a line has a known difference on a profile from any version."""
    return any(_known(line, profile))


def _known(line: str, profile: str) -> Iterator[Difference]:
    for difference in known_differences():
        if difference.matching:
            if re.search(difference.matching, line):
                yield difference
        elif difference.line == line and (
            profile in difference.profiles or (not difference.profiles and profile != "test")
        ):
            yield difference


def run(program: Sequence[str], arguments: Sequence[str], stdin: str = "", **environment: str) -> Answer:
    """Run a program away from any terminal; times that differ from run to run are made equal."""
    answer = subprocess.run(
        [*program, *arguments],
        input=stdin.encode(),
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        check=False,
        start_new_session=True,
        timeout=_PATIENCE,
    )
    return _answer(answer.stdout, answer.stderr, answer.returncode)


def _answer(output: bytes, errors: bytes, code: int) -> Answer:
    stdout, stderr = output.decode(), _LOG_LINE.sub("", errors.decode())
    for pattern, replacement in _VARYING:
        stdout, stderr = pattern.sub(replacement, stdout), pattern.sub(replacement, stderr)
    return Answer(stdout, stderr, code)


def virsh(arguments: Sequence[str], stdin: str = "", **environment: str) -> Answer:
    """Run the real virsh, under our name."""
    return run(virsh_program(), arguments, stdin, **environment)


def virsh_program() -> list[str]:
    """What runs the real virsh, under our name."""
    # The unpacked one is a script, through which a name does not reach (`.ci/newest-libvirt`).
    return [require("bash"), "-c", f'PROGRAM_NAME={NAME} exec -a {NAME} "$0" "$@"', require(f"virsh-{_Beside.version}")]


def libvirt_python() -> str:
    """A Python interpreter that has libvirt-python of the version compared with."""
    return require(f"libvirt-python-{_Beside.version}")


def esxvirsh(arguments: Sequence[str], stdin: str = "", **environment: str) -> Answer:
    """Run our command, in a process forked for it from one that has it loaded (`tests.reference.forking`)."""
    request = {
        "arguments": list(arguments),
        "stdin": stdin,
        "environment": {**os.environ, **environment},
        "directory": str(ROOT),
        "seconds": _PATIENCE,
    }
    server = _forking()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    assert not answer["late"], f"esxvirsh {' '.join(arguments)} did not end within {_PATIENCE} seconds"
    return _answer(answer["stdout"].encode("latin-1"), answer["stderr"].encode("latin-1"), answer["code"])


@cache
def _forking() -> subprocess.Popen[str]:
    """The process that forks; one for each of ours, for as long as it lives."""
    server = subprocess.Popen(
        (sys.executable, "-m", "tests.reference.forking"),
        cwd=ROOT,
        # Measuring the coverage of thousands of processes takes longer than running them.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.close()
    server.wait(_PATIENCE)
    server.stdout.close()


def compare(line: str, profile: str, theirs: Answer, ours: Answer) -> None:
    """Fail unless both answers are the same, or differ exactly as a known difference says."""
    differing = {stream for stream in STREAMS if getattr(theirs, stream) != getattr(ours, stream)}
    difference = known(line, profile)
    if difference is None:
        assert ours == theirs
        return
    if difference.matching:
        assert differing <= difference.differs, f"differences/ says {sorted(difference.differs)}"
        return
    assert differing == difference.differs, f"differences/ says {sorted(difference.differs)}"
    assert re.search(difference.ours, ours.stdout + ours.stderr), (difference.ours, ours)
