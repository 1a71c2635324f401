"""The page docs/driver.md: every heading of libvirt's manual has its place in it, and every example runs."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vmx import from_xml
from tests.manual.sections import headings
from tests.tools import ROOT, missing, require

PAGE = (ROOT / "docs" / "driver.md").read_text(encoding="utf-8")

PLACES = {
    "VMware ESX hypervisor driver": "Products and versions",
    "Project Links": "Further reading",
    "Deployment pre-requisites": "What a server needs",
    "Connections to the VMware ESX driver": "Connections",
    "URI Format": "URIs",
    "Extra parameters": "Parameters",
    "Authentication": "Accounts",
    "Certificates for HTTPS": "Certificates",
    "Connection problems": "When a connection fails",
    "Questions blocking tasks": "Questions",
    "Specialities in the domain XML config": "Domain XML for VMware",
    "Restrictions": "Limits",
    "Datastore references": "Files on datastores",
    "MAC addresses": "MAC addresses",
    "Available hardware": "Hardware",
    "SCSI controller models": "SCSI controllers",
    "Network card models": "Network cards",
    "Import and export of domain XML configs": "VMX files",
    "Converting from VMware VMX config to domain XML config": "From a VMX file to XML",
    "Converting from domain XML config to VMware VMX config": "From XML to a VMX file",
    "Example domain XML configs": "Examples of domains",
    "Fedora11 on x86_64": "A small server on x86_64",
    "Migration": "Migration",
    "Scheduler configuration": "Scheduler",
    "VMware tools": "VMware Tools",
    "Links": "Further reading",
}

# What the page calls the servers, and which they are here.
_NAMES = ("vc.example.com", "esx1.example.com", "esx2.example.com")


class Example(NamedTuple):
    """A block of the page: its kind, the comment before it, and its text."""

    kind: str
    note: str
    text: str


def examples() -> list[Example]:
    """All fenced blocks, in order."""
    found = re.findall(r"(?:^<!-- (.*?) -->\n)?^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [Example(kind, note, text) for note, kind, text in found]


def sessions() -> list[list[tuple[str, str]]]:
    """The commands of each `console` block, each with what it prints."""
    blocks = [example.text for example in examples() if example.kind == "console"]
    parts = [re.split(r"^\$ ", text, flags=re.MULTILINE) for text in blocks]
    assert not any(before for before, *_ in parts)
    return [[(part.partition("\n")[0], part.partition("\n")[2]) for part in block[1:]] for block in parts]


class Lab:
    """A vCenter and two hosts under the names of the page, and a directory with the page's files."""

    def __init__(self, simulator: Simulator, directory: Path) -> None:
        hosts = [host.address for host in simulator.site.hosts]
        self._addresses = dict(zip(_NAMES, [simulator.host, *hosts], strict=True))
        self._directory = directory
        auth = directory / "auth.conf"
        auth.write_text(
            f"[credentials-vcenter]\nusername={simulator.username}\npassword={simulator.password}\n"
            f"[credentials-host]\nusername=root\npassword={simulator.password}\n"
            "[auth-vpx-default]\ncredentials=vcenter\n[auth-esx-default]\ncredentials=host\n",
            encoding="utf-8",
        )
        auth.chmod(0o600)
        path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
        # Its CA is one that this machine trusts.
        self._variables = {
            **os.environ, "LIBVIRT_AUTH_FILE": str(auth), "SSL_CERT_FILE": str(simulator.cacert), "PATH": path
        }  # fmt: skip
        for example in examples():
            if example.note.startswith("file: "):
                (directory / example.note.removeprefix("file: ")).write_text(example.text, encoding="utf-8")

    def run(self, command: str) -> str:
        """What a command prints, on either stream."""
        for name, address in self._addresses.items():
            command = re.sub(rf"(?<=://){re.escape(name)}", address, command)
        answer = subprocess.run(
            [require("bash"), "-c", f"({command}) 2>&1"],
            env=self._variables, cwd=self._directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        printed = answer.stdout
        for name, address in sorted(self._addresses.items(), key=lambda item: -len(item[1])):
            printed = printed.replace(address, name)
        return printed


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Simulator("vcenter-7.0", hosts=2, vms=4, shared=True) as simulator:
        if simulator.port != 443:
            missing("the standard ports may not be bound here, and a host knows no port of its vCenter")
        simulator.trouble("archive", "moved")
        yield Lab(simulator, tmp_path_factory.mktemp("page"))


# What libvirt's driver cannot do, and its manual does not speak of.
MORE = {"From KVM", "Storage pools"}


def test_every_heading_of_the_manual_has_its_place(shared: Path) -> None:
    assert list(PLACES) == headings(shared)
    there = re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE)
    assert set(PLACES.values()) | MORE == set(there)
    assert len(there) == len(set(there))


def test_every_example_is_of_a_kind_that_is_run() -> None:
    kinds = {(example.kind, example.note.partition(":")[0]) for example in examples()}
    # A snippet's comment is a line that the VMX file has.
    assert {kind for kind in kinds if not kind[1].startswith(("ethernet0.", "scsi0.", "snippet"))} == {
        ("console", ""), ("xml", "file"), ("ini", "file"),
    }  # fmt: skip
    assert len(sessions()) > 10


def test_every_uri_is_one() -> None:
    uris = re.findall(r"^    ((?:esx|gsx|vpx)://\S+)", PAGE, re.MULTILINE)
    assert len(uris) > 5
    assert [parse(uri).scheme for uri in uris] == [uri.partition(":")[0] for uri in uris]


@pytest.mark.parametrize("session", sessions(), ids=[session[0][0] for session in sessions()])
def test_an_example(session: list[tuple[str, str]], lab: Lab) -> None:
    for command, expected in session:
        printed = lab.run(command).strip("\n")
        pattern = ".*?".join(map(re.escape, expected.strip("\n").split("...")))
        if not re.fullmatch(pattern, printed, re.DOTALL):
            assert printed == expected, command


@pytest.mark.parametrize(
    ("line", "devices"),
    [(found.note.removeprefix("snippet: "), found.text) for found in examples() if found.note.startswith("snippet: ")],
)
def test_a_snippet(line: str, devices: str) -> None:
    head = "<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os><devices>"
    assert line in from_xml(f"{head}{devices}</devices></domain>", virtual_hw_version=7).splitlines()
