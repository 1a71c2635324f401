"""The stub of `esxvirt.libvirt`: what a type checker knows of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GOOD = """
from esxvirt import libvirt, libvirt_esx

def use(conn: libvirt.virConnect) -> None:
    domain = conn.lookupByName("a")
    domain.connect().lookupByName("b").XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
    domain.snapshotCurrent().getDomain().connect().storageVolLookupByPath("p").storagePoolLookupByVolume().refresh()
    domain.migrate(conn).name().upper()
    domain.memoryPeek(0, 1, 2)
    for host in libvirt_esx.hosts(conn):
        print(host["name"])
"""
BAD = [
    "conn.nosuch()",
    "conn.hosts()",
    "conn.lookupByName(1)",
    "conn.lookupByName('a').connect().nosuch()",
    "conn.lookupByName('a').UUIDString().nosuch()",
    "conn.lookupByName('a').memoryPeek('x')",
    "libvirt.nativeToXML",
    "libvirt_esx.hosts(conn.lookupByName('a'))",
]


def test_the_stub_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "stub.py"), "--check"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_a_type_checker_finds_what_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is a tool of `make check`")
    program = tmp_path / "program.py"
    program.write_text(GOOD + "".join(f"    {line}\n" for line in BAD), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(program)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    first = GOOD.count("\n") + 1
    found = {int(line.split(":")[1]) for line in answer.stdout.splitlines() if ": error:" in line}
    assert found == set(range(first, first + len(BAD))), answer.stdout
