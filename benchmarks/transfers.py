"""A volume up and down: esxvirsh beside curl, on the same file and the same simulator, turn by turn.

Peak memory is that of the whole process (`ru_maxrss`); what esxvirsh needs without a transfer stands beside it.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Access, serving

__all__ = ["Transfer", "measure", "table"]

PROFILE = "esx-7.0"
MIB = 1 << 20
_VOLUME = ("transfer/disk.vmdk", "local-storage")
_QUERY = "?dcPath=ha-datacenter&dsName=local-storage"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer: seconds, seconds of CPU, and the peak of memory in MiB."""

    way: str
    program: str
    wall: float
    cpu: float
    peak: float


def measure(mebibytes: int, repetitions: int) -> tuple[list[Transfer], float]:
    """The fastest transfer of each kind; and esxvirsh's peak of memory, in MiB, without any."""
    curl = shutil.which("curl")
    best: dict[tuple[str, str], Transfer] = {}
    with serving(PROFILE, 0, 0.0) as server, _file(mebibytes * MIB) as file:
        access = server.access
        uri = f"esx://{access.username}@127.0.0.1:{access.port}/?thumbprint={access.thumbprint}"
        ours = [str(Path(sysconfig.get_path("scripts"), "esxvirsh")), "-q", "-c", uri]
        _run("", "", [*ours, "vol-create-as", _VOLUME[1], _VOLUME[0], f"{mebibytes}M", "--format", "vmdk"], access)
        idle = _run("", "", [*ours, "vol-info", *_VOLUME], access).peak
        url = f"https://127.0.0.1:{access.port}/folder/transfer/{{}}-flat.vmdk{_QUERY}"
        theirs = [curl or "", "-sSkf", "-u", f"{access.username}:{access.password}", "-o", os.devnull]
        commands = [
            ("up", "curl", [*theirs, "-T", str(file), url.format("other")]),
            ("up", "esxvirsh", [*ours, "vol-upload", _VOLUME[0], str(file), _VOLUME[1]]),
            ("down", "curl", [*theirs, url.format("disk")]),
            ("down", "esxvirsh", [*ours, "vol-download", _VOLUME[0], os.devnull, _VOLUME[1]]),
        ]
        for _ in range(repetitions):
            for way, program, command in commands:
                if program == "curl" and curl is None:
                    continue
                one = _run(way, program, command, access)
                best[way, program] = min(best.get((way, program), one), one, key=lambda taken: taken.wall)
            print(".", end="", file=sys.stderr, flush=True)
    return list(best.values()), idle


def table(transfers: list[Transfer], idle: float, mebibytes: int) -> str:
    """The transfers as a table in Markdown, and esxvirsh's rate beside curl's."""
    walls = {(one.way, one.program): one.wall for one in transfers}
    lines = [
        f"A volume of {mebibytes:,} MiB over HTTPS; esxvirsh without a transfer has {idle:.0f} MiB at its peak.",
        "",
        "| way | program | wall, s | MiB/s | CPU, s | peak, MiB |",
        "| :--- | :--- | ---: | ---: | ---: | ---: |",
        *(
            f"| {one.way} | {one.program} | {one.wall:.1f} | {mebibytes / one.wall:.0f} "
            f"| {one.cpu:.1f} | {one.peak:.0f} |"
            for one in transfers
        ),
        "",
        *(
            f"- {way}: esxvirsh has {walls[way, 'curl'] / walls[way, 'esxvirsh']:.0%} of curl's rate"
            for way in ("up", "down")
            if (way, "curl") in walls
        ),
    ]
    return "\n".join(lines).rstrip("\n")


@contextmanager
def _file(size: int) -> Iterator[Path]:
    """A file of so many bytes that are no zeros, in memory where there is a place for it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        path = Path(directory, "content")
        piece = os.urandom(MIB)
        with path.open("wb") as file:
            for _ in range(size // MIB):
                file.write(piece)
        yield path


def _run(way: str, program: str, command: list[str], access: Access) -> Transfer:
    """Run one program."""
    environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(access.auth_file)}
    begin = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return Transfer(way, program, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
