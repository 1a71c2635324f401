from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import write_auth_file
from tests.program import esxvirsh


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("web", "domain-active"), b""),
        (("archive", "domain-inactive", "--timeout", "1"), b""),
        (("web", "guest-agent-available"), b""),
        (
            ("web", "domain-inactive", "1"),
            b"error: Timed out during operation: the domain did not come to 'domain-inactive' within 1 seconds\n",
        ),
        (("web", "domain-paused"), b"error: unsupported condition 'domain-paused': there are domain-inactive, "),
        (("web", "domain-active", "0"), b"error: a timeout of 0 seconds is no time to wait: give 1 or more\n"),
        (("nope", "domain-active"), b"error: failed to get domain 'nope'\n"),
    ],
)
def test_waiting_ends_or_says_why_not(words: tuple[str, ...], error: bytes, tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        file = write_auth_file(tmp_path, simulator.username, simulator.password)
        environment = {"LIBVIRT_AUTH_FILE": str(file)}
        answer = esxvirsh("-c", simulator.uri, "await", *words, environment=environment)
        assert simulator.sessions == []
    assert answer.stderr.startswith(error) if error else answer.stderr == b""
    assert answer.returncode == bool(error)
