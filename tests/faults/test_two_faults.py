"""Two faults in a row: at every request of every operation a first, and at each of the three requests after it another.

Afterwards nothing is lost or left over, and all that was said is so; the same command, given again, ends the work or
says why not.
"""

import functools
from functools import partial

import pytest

from tests.faults.interceptor import Request
from tests.faults.operations import OPERATIONS
from tests.faults.stage import hurry, stage
from tests.faults.trials import Result, conclude, is_chosen, run_all
from tests.faults.verdict import Clean, Complaint, judge, judge_both
from tests.faults.world import World

FIRST = ("lost", "slow", "late", "fault", "denied", "reset", "503", "expired")
SECOND = ("lost", "fault", "denied", "reset", "503", "expired")
REACH = 3
# Of the places for a first fault, and of the second faults after each, every so manieth is always tried.
PLACES, SECONDS = 12, 6


@functools.cache
def _clean(profile: str, name: str) -> tuple[Clean, tuple[Request, ...]]:
    """What the operation does where nothing goes wrong, and its requests."""
    operation = OPERATIONS[name]
    with stage(profile, operation) as site:
        with site.client(operation) as client:
            before = World.of(site.simulator)
            assert operation.is_done(site.simulator) is not True
            site.simulator.calls.clear()
            client.interceptor.arm()
            attempt = client.run(operation)
            client.interceptor.disarm()
            client.interceptor.end_all()
            assert attempt.error is None, attempt.error
            assert operation.is_done(site.simulator) is not False
            after, calls = World.of(site.simulator), tuple(site.simulator.calls.methods())
        site.once_more(operation)
        twice = World.of(site.simulator)
        assert site.simulator.sessions == []
    return Clean(before, after, twice, calls), tuple(client.interceptor.passed)


def _try(profile: str, name: str, plan: dict[int, str]) -> tuple[Result, tuple[Request, ...]]:
    """Run the operation with these faults at the requests of these numbers; what is wrong, and what was requested."""
    operation, (clean, _) = OPERATIONS[name], _clean(profile, name)
    complaints: list[Complaint] = []
    with stage(profile, operation) as site:
        with site.client(operation) as client:
            before = World.of(site.simulator)
            site.simulator.calls.clear()
            client.interceptor.arm(plan)
            attempt = client.run(operation)
            client.interceptor.disarm()
            client.interceptor.end_all()
            complaints += judge(operation, clean, before, site.simulator, attempt)
        passed = tuple(client.interceptor.passed)
        again = site.once_more(operation)
        complaints += judge_both(operation, clean, before, site.simulator, (attempt, again))
        lost_logins = sum(
            fault == "lost" and number < len(passed) and passed[number].name == "Login"
            for number, fault in plan.items()
        )
        if len(site.simulator.sessions) > lost_logins:
            complaints.append(Complaint("session", f"{len(site.simulator.sessions)} are left"))
    faults = ", ".join(
        f"{fault} at {number} {passed[number].name if number < len(passed) else '(never)'}"
        for number, fault in plan.items()
    )
    said = " | ".join((attempt.text, f"again: {again.text or 'done'}"))
    return Result(f"{profile}, {name}: {faults}", said, tuple(dict.fromkeys(complaints))), passed


def _from(profile: str, name: str, number: int, first: str) -> list[Result]:
    """The trials whose first fault is this: it alone, and with each second one."""
    alone, passed = _try(profile, name, {number: first})
    results = [alone]
    for place in range(number + 1, min(number + 1 + REACH, len(passed))):
        for second in SECOND:
            trial = f"two faults, {profile}, {name}, {number}, {first}, {place}, {second}"
            if passed[place].differs(second) and is_chosen(trial, SECONDS):
                results.append(_try(profile, name, {number: first, place: second})[0])
    return results


@pytest.mark.parametrize(
    ("profile", "name"), [(profile, name) for name, found in OPERATIONS.items() for profile in found.profiles]
)
def test_nothing_is_lost(profile: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    _, requests = _clean(profile, name)
    places = [
        partial(_from, profile, name, number, first)
        for number, request in enumerate(requests)
        for first in FIRST
        if request.differs(first) and is_chosen(f"two faults, {profile}, {name}, {number}, {first}", PLACES)
    ]
    conclude("two_faults", f"{profile}, {name}", [result for found in run_all(places) for result in found])
