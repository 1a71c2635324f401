"""Whatever a server answers: an error of libvirt's kind or none, in time, and in little memory.

A fixed part of `make answers`, which tries many more.
"""

import resource

import pytest

from esxvirt.sim import Simulator
from tests.fuzz.answers import ASKED, PROFILES, run

CASES = 120
MOST_MEMORY = 200 << 10  # KiB


@pytest.mark.parametrize("profile", PROFILES)
def test_only_errors_of_ours(profile: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Simulator(profile, transport="http", vms=3) as server:
        server.tasks.seconds = 0.0
        outcomes = {case: run(server, case) for case in range(CASES)}
    assert {case: outcome for case, outcome in outcomes.items() if outcome.wrong} == {}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY
    assert {outcome.asked for outcome in outcomes.values()} == set(ASKED)
    assert sum(bool(outcome.error) for outcome in outcomes.values()) > CASES // 10
