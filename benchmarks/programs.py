"""What is compared: programs that show name and state of all machines of an ESX host."""

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import ROOT, Access


@dataclass(frozen=True, slots=True)
class Program:
    """A program to measure.

    Attributes:
        name: As in the table.
        command: The command line for a server.
        environment: Its environment for a server, beside what all have.
        count: How many machines its output shows.
    """

    name: str
    command: Callable[[Access], list[str]]
    environment: Callable[[Access], dict[str, str]]
    count: Callable[[str], int]


@dataclass(slots=True)
class Programs:
    """Those that are installed, and the names of those that are not."""

    found: list[Program] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, name: str, path: str | None, program: Callable[[str], Program]) -> None:
        """Add the program made from its path, or its name to the missing ones."""
        if path:
            self.found.append(program(path))
        else:
            self.missing.append(name)


def installed() -> Programs:
    """All programs that there are on this machine; ours comes first."""
    programs = Programs()
    programs.add("esxvirsh", shutil.which("esxvirsh", path=sysconfig.get_path("scripts")), _esxvirsh)
    programs.add("virsh", shutil.which("virsh"), _virsh)
    go_programs = os.pathsep.join(
        [str(ROOT / ".cache" / "bin"), os.environ.get("PATH", ""), str(Path.home() / "go" / "bin")]
    )
    govc = shutil.which("govc", path=go_programs)
    programs.add("govc collect", govc, _govc_collect)
    programs.add("govc vm.info", govc, _govc_info)
    programs.add("pyVmomi", sys.executable, _pyvmomi)
    return programs


def _esxvirsh(path: str) -> Program:
    return Program(
        "esxvirsh",
        lambda access: [path, "-c", f"{_uri(access)}?thumbprint={access.thumbprint}", "list", "--all"],
        _auth_file,
        _rows_of_virsh,
    )


def _virsh(path: str) -> Program:
    return Program(
        "virsh", lambda access: [path, "-c", f"{_uri(access)}?no_verify=1", "list", "--all"], _auth_file, _rows_of_virsh
    )


def _govc_collect(path: str) -> Program:
    command = [path, "object.collect", "-type", "m", "/", "name", "runtime.powerState"]
    return Program("govc collect", lambda _: command, _govc, lambda text: text.count("powerState"))


def _govc_info(path: str) -> Program:
    return Program("govc vm.info", lambda _: [path, "vm.info", "*"], _govc, lambda text: text.count("Power state:"))


def _pyvmomi(path: str) -> Program:
    return Program(
        "pyVmomi",
        lambda access: [path, "-m", "benchmarks.plain_pyvmomi", str(access.port), access.username],
        lambda access: {"BENCHMARK_PASSWORD": access.password},
        lambda text: text.count("powered") + text.count("suspended"),
    )


def _uri(access: Access) -> str:
    return f"esx://{access.username}@127.0.0.1:{access.port}/"


def _auth_file(access: Access) -> dict[str, str]:
    return {"LIBVIRT_AUTH_FILE": str(access.auth_file), "LIBVIRT_LOG_FILTERS": "4:*"}


def _govc(access: Access) -> dict[str, str]:
    return {
        "GOVC_URL": f"https://127.0.0.1:{access.port}/sdk",
        "GOVC_USERNAME": access.username,
        "GOVC_PASSWORD": access.password,
        "GOVC_INSECURE": "1",
        "GOVC_PERSIST_SESSION": "false",
        "GOVC_VIM_VERSION": "7.0.3.0",  # by itself it asks for the newest it knows, which a 7.0 host refuses
    }


def _rows_of_virsh(text: str) -> int:
    return len(
        re.findall(r"^ \S+ +\S.*(?:running|shut off|paused|suspended|blocked|crashed|no state)", text, re.MULTILINE)
    )
