"""A machine whose SCSI and SATA disks have the same target: each command says which it means, or refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file

MACHINE = """\
<domain type='vmware'>
  <name>two</name>
  <memory>65536</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file'><source file='[local-storage] web/web.vmdk'/><target dev='sda' bus='scsi'/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
  </devices>
</domain>
"""
SAYS_WHICH = "error: There are 2 disks with target 'sda': say which by its bus, 'scsi:sda'"


class Two:
    """The machine on a simulator, and commands on it."""

    def __init__(self, server: Simulator, auth: Path) -> None:
        self._server = server
        self._auth = auth

    def run(self, *command: str) -> tuple[str, str]:
        answer = esxvirsh("-c", self._server.uri, *command, auth_file=self._auth)
        return answer.stdout, answer.stderr

    @property
    def disks(self) -> str:
        return self.run("domblklist", "two")[0]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with Simulator("esx-7.0", transport="http") as server:
        machine = Two(server, write_auth_file(tmp_path, server.username, server.password))
        file = tmp_path / "two.xml"
        file.write_text(MACHINE)
        assert "defined from" in machine.run("define", str(file))[0]
        yield machine


@pytest.mark.parametrize("name", ["sata:sda", "sata0:0", "sata:0.0.0"])
def test_the_one_that_is_meant_is_detached(two: Two, name: str) -> None:
    assert two.disks.count("sda") == 2
    output, errors = two.run("detach-disk", "two", "sda", "--config")
    assert SAYS_WHICH in errors
    assert two.disks.count("sda") == 2
    output, errors = two.run("detach-disk", "two", name, "--config")
    assert (output, errors) == ("Disk detached successfully\n\n", "")
    assert two.disks.count("sda") == 1
    assert "web.vmdk" in two.disks


def test_media_are_changed_in_the_one_that_has_some(two: Two) -> None:
    for name in ("sda", "sata:sda", "sata0:0"):
        output, errors = two.run("change-media", "two", name, "[local-storage] iso/install.iso", "--update", "--config")
        assert "Successfully updated media" in output, errors
        assert "install.iso" in two.disks


def test_no_disk_is_made_beside_one_of_its_name_unawares(two: Two) -> None:
    assert "Disk detached" in two.run("detach-disk", "two", "scsi0:0", "--config")[0]
    attach = ("attach-disk", "two", "[local-storage] web/web.vmdk")
    _output, errors = two.run(*attach, "sda", "--config")
    assert "target sda already exists on SATA; name the bus of the new disk" in errors
    output, errors = two.run(*attach, "scsi:sda", "--config")
    assert "Disk attached" in output, errors
    assert two.disks.count("sda") == 2


def test_the_other_ones_volume_is_not_deleted(two: Two) -> None:
    _output, errors = two.run("undefine", "two", "--storage", "sda")
    assert SAYS_WHICH in errors
    assert "web.vmdk" in two.disks


def test_a_device_without_a_bus_is_refused(two: Two, tmp_path: Path) -> None:
    file = tmp_path / "disk.xml"
    file.write_text("<disk type='file' device='cdrom'><target dev='sda'/></disk>")
    for command in ("detach-device", "update-device"):
        assert "say which by its bus" in two.run(command, "two", str(file), "--config")[1]
