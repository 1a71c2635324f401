"""The libvirt that is on record, on our simulator, and ours beside it: what each makes of a file."""

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from esxvirt.errors import EsxvirtError, VmxError
from esxvirt.vmx import VmxContext, from_xml, to_domain
from esxvirt.xml.domain import format_domain
from tests.conformance.generators import DATASTORE
from tests.tools import NEWEST, require

STORAGE = "local-storage"


class Oracle:
    """The real libvirt in a process of its own, started again when it crashes."""

    def __init__(self, uri: str, username: str, password: str) -> None:
        script = Path(__file__).with_name("libvirt_oracle.py")
        self.command = [require(f"libvirt-python-{NEWEST}"), str(script), uri, username, password]
        self.process: subprocess.Popen[str] | None = None

    def ask(self, direction: str, data: bytes) -> tuple[str, str]:
        """Give what libvirt says: "ok" and the text, "error" and the message, or "crash"."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        line = ""
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps([direction, base64.b64encode(data).decode()]) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line:
            self.close()
            return "crash", ""
        answer: list[Any] = json.loads(line)
        return answer[0], base64.b64decode(answer[1]).decode() if answer[0] == "ok" else answer[1]

    def close(self) -> None:
        if self.process is not None:
            for pipe in (self.process.stdin, self.process.stdout):
                assert pipe is not None
                with suppress(BrokenPipeError):
                    pipe.close()
            self.process.wait()
            self.process = None


@contextmanager
def serve() -> Iterator[Oracle]:
    """Connect the real libvirt to the simulator for as long as the block lasts."""
    from esxvirt.sim import Simulator  # noqa: PLC0415  what is on record is checked without a server

    with Simulator("esx-7.0", transport="http") as sim:
        oracle = Oracle(sim.uri, sim.username, sim.password)
        try:
            yield oracle
        finally:
            oracle.close()


def parse_file_name(file_name: str, allow_missing: bool) -> str | None:
    """What libvirt's ESX driver does on the simulator."""
    if file_name.startswith("/vmfs/volumes/"):
        datastore, _slash, path = file_name.removeprefix("/vmfs/volumes/").partition("/")
        if datastore not in {DATASTORE, STORAGE}:
            if allow_missing:
                return None
            raise VmxError(f"File name '{file_name}' refers to non-existing datastore '{datastore}'")
        return f"[{STORAGE}] {path}"
    if file_name.startswith("/"):
        return file_name
    if "/" in file_name or "\\" in file_name:
        raise VmxError(f"Could not handle file name '{file_name}'")
    return f"[?] ?/{file_name}"


def format_file_name(source: str) -> str:
    """What libvirt's ESX driver does on the simulator."""
    if source.startswith("["):
        datastore, _bracket, path = source[1:].partition("] ")
        if datastore != STORAGE:
            raise VmxError(f"Could not find datastore with name '{datastore}'")
        return f"/vmfs/volumes/{DATASTORE}/{path}"
    if source.startswith("/"):
        return source
    raise VmxError(f"Could not handle file name '{source}'")


def convert_vmx(data: bytes) -> str:
    """Ours, as libvirt's driver calls its own."""
    domain = to_domain(data, VmxContext(parse_file_name=parse_file_name), strict=True)
    return format_domain(domain, inactive=True)


def convert_xml(text: str, version: int) -> str:
    """Ours, as libvirt's driver calls its own."""
    context = VmxContext(format_file_name=format_file_name)
    return from_xml(text, virtual_hw_version=version, context=context, strict=True)


def our_xml(data: bytes) -> tuple[str, str]:
    """Ours, in the oracle's form."""
    try:
        return "ok", convert_vmx(data)
    except EsxvirtError as error:
        return "error", str(error)


def our_vmx(text: str, version: int) -> tuple[str, str]:
    """Ours, in the oracle's form."""
    try:
        return "ok", convert_xml(text, version)
    except EsxvirtError as error:
        return "error", str(error)
