"""The statements are tried on the simulator with both programs: the real virsh, and esxvirsh."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.reference.harness import Answer
from tests.tools import missing, require

__all__ = ["Answer", "Client", "alike", "converted", "esxvirsh", "on_each", "require_standard_ports", "virsh"]

_Found = TypeVar("_Found")
Program = Callable[..., Answer]

esxvirsh = harness.esxvirsh


def virsh(arguments: list[str], stdin: str = "", **environment: str) -> Answer:
    """Run the real virsh, under our name, which both print."""
    # PROGRAM_NAME is for one that is a script, through which a name does not reach.
    under_our_name = f'PROGRAM_NAME={harness.NAME} exec -a {harness.NAME} "$0" "$@"'
    return harness.run([require("bash"), "-c", under_our_name, require("virsh")], arguments, stdin, **environment)


def converted(client: "Client", command: str, name: str, text: str) -> Answer:
    """Have a program convert a file; of ours without its warnings, and without file and line in its error."""
    answer = client(command, "vmware-vmx", client.file(name, text))
    ours = rf" \({re.escape(name)}, line \d+\)$|^warning: .*\n"
    return Answer(answer.stdout, re.sub(ours, "", answer.stderr, flags=re.MULTILINE), answer.code)


class Client:
    """One of the programs on one simulator, with its accounts in an auth file.

    What it prints has SERVER, and HOST1, HOST2, ... of a vCenter, in place of addresses and ports.
    """

    def __init__(self, program: Program, simulator: Simulator, directory: str | Path) -> None:
        self._program = program
        self.simulator = simulator
        self.directory = Path(directory)
        self._auth = self.directory / "auth.conf"
        self.log_in_as(simulator.username)

    def log_in_as(self, username: str) -> None:
        """Use another account."""
        main = self.simulator.host
        self._auth.write_text(
            f"[credentials-main]\nusername={username}\npassword={self.simulator.password}\n"
            f"[credentials-host]\nusername=root\npassword={self.simulator.password}\n"
            f"[auth-esx-{main}]\ncredentials=main\n[auth-vpx-{main}]\ncredentials=main\n"
            "[auth-esx-default]\ncredentials=host\n",
            encoding="utf-8",
        )
        self._auth.chmod(0o600)

    def __call__(self, *arguments: str, uri: str | None = None, stdin: str = "", **environment: str) -> Answer:
        """Run a command; `uri` is the simulator's unless another is given."""
        line = ["-c", self.simulator.uri if uri is None else uri, *arguments]
        answer = self._program(line, stdin, LIBVIRT_AUTH_FILE=str(self._auth), **environment)
        return Answer(self._plain(answer.stdout), self._plain(answer.stderr), answer.code)

    def file(self, name: str, text: str) -> str:
        """Write a file for a command, and return its path, which is the same for both programs' errors: its name."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def _plain(self, text: str) -> str:
        names = {f"{self.simulator.host}:{self.simulator.port}": "SERVER", self.simulator.host: "SERVER"}
        if self.simulator.profile.is_vcenter:
            names |= {host.address: f"HOST{number}" for number, host in enumerate(self.simulator.site.hosts, 1)}
        for address in sorted(names, key=len, reverse=True):
            text = text.replace(address, names[address])
        return text.replace(f"{self.directory}/", "")


def on_each(make: Callable[[], AbstractContextManager[Simulator]], act: Callable[[Client], _Found]) -> _Found:
    """Have both programs act, each on a simulator of its own, and return what ours found, which virsh found, too."""
    found = []
    for program in (virsh, esxvirsh):
        with make() as simulator, TemporaryDirectory() as directory:
            found.append(act(Client(program, simulator, directory)))
    assert found[1] == found[0], found
    return found[1]


def alike(simulator: Simulator, act: Callable[[Client], _Found]) -> _Found:
    """Have both programs act on one simulator, which they only look at."""
    found = []
    for program in (virsh, esxvirsh):
        with TemporaryDirectory() as directory:
            found.append(act(Client(program, simulator, directory)))
    assert found[1] == found[0], found
    return found[1]


def require_standard_ports(simulator: Simulator) -> None:
    """Skip the test unless a vCenter is found by its hosts, which tell its address but no port."""
    if simulator.port not in {80, 443}:
        missing("the standard ports may not be bound here, and a host knows no port of its vCenter")
