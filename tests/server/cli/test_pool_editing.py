from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import write_auth_file
from tests.program import esxvirsh


@pytest.mark.parametrize(
    ("editor", "pool", "output", "error", "code"),
    [
        ("true", "local-storage", b"Pool local-storage XML configuration not changed.\n\n", b"", 0),
        # Nobody can be asked whether to try again.
        ("sed -i s/local-storage/other/", "local-storage", b"", b"error: Failed.\n", 1),
        ("true", "nope", b"", b"error: failed to get pool 'nope'\n", 1),
    ],
)
def test_editing_a_pool(editor: str, pool: str, output: bytes, error: bytes, code: int, tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        file = write_auth_file(tmp_path, simulator.username, simulator.password)
        environment = {"LIBVIRT_AUTH_FILE": str(file), "EDITOR": editor, "VISUAL": ""}
        answer = esxvirsh("-c", simulator.uri, "pool-edit", pool, environment=environment)
        assert simulator.sessions == []
    assert answer.stdout.strip() == output.strip()
    assert error in answer.stderr
    assert answer.returncode == code
