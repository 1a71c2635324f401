"""What may come next on a command line, beside the real virsh."""

from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness


@pytest.mark.parametrize("line", harness.lines("completing"))
def test_esxvirsh_completes_as_virsh(line: str, esx: Simulator, auth_file: Path) -> None:
    arguments = ["-c", esx.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, esx.profile.name, theirs, harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
    assert esx.sessions == []
