"""The simulator's server: whatever is called, however senseless, the answer is a value or a fault of the API."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.soap_calls import Caller
from tests.unit.sim.inside import Inside

_CALLS = 8


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-7.0"])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_senseless_calls(profile: str, seed: int) -> None:
    inside = Inside(profile, hosts=2 if profile.startswith("vcenter") else 1, vms=2)
    caller = Caller(inside, random.Random(seed))
    for _ in range(_CALLS):
        request, answer = caller.call()
        # An accident in the simulator's own code is a SystemError, as the product calls them.
        assert b"SystemError" not in answer, (request, answer)
        assert b"Response xmlns" in answer or b"<faultcode>" in answer
    for task in inside.endpoint.tasks.recent:
        assert task.error is None or task.error.data.type_name != "SystemError", (task.kind, task.error)
    # It lives, and everything can still be read, or says why not.
    inside.call("RetrieveServiceContent", inside.endpoint.registry.lasting["ServiceInstance"].ref)
    for machine in list(inside.endpoint.machines.values()):
        assert inside.read(inside.endpoint.ids.of(machine), "name", "config", "summary", "runtime", "guest")
