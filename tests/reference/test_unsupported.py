"""Commands whose functions neither driver has, beside the real virsh: all in one run of each."""

from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness


@pytest.mark.parametrize("options", [[], ["-r"]])
@pytest.mark.parametrize("domain", ["web", "archive", "nope"])
def test_what_is_said(options: list[str], domain: str, esx: Simulator, auth_file: Path) -> None:
    # libvirt names another function for what is off, and says of these two that they show secrets.
    apart = {"archive": {"vcpuinfo"}, "-r": {"managedsave-dumpxml", "managedsave-edit"}}
    left_out = set().union(*(apart.get(word, set()) for word in (domain, *options)))
    lines = [line for line in harness.lines("unsupported") if line.split()[0] not in left_out]
    arguments = [*options, "-c", esx.uri, "; ".join(lines).replace(" web", f" {domain}")]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours.stderr.splitlines() == theirs.stderr.splitlines()
    assert ours == theirs
    assert len(theirs.stderr.splitlines()) >= len(lines)
