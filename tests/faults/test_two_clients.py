"""Two clients at once: at every request of one's operation the other does the whole of its own.

What both report as done is what comes of one after the other, in either order. An error says what is so, and changes
nothing that it does not name. To hold a request before it is passed on is to hold the answer of the one before it; so
each is held once, and once more where a task goes on meanwhile.
"""

import dataclasses
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import pytest

from esxvirt import libvirt
from tests.faults.interceptor import Hold
from tests.faults.operation import Operation
from tests.faults.operations import OPERATIONS
from tests.faults.relevant import Relevant, relevant
from tests.faults.stage import Attempt, Client, Stage, hurry, stage
from tests.faults.trials import Result, conclude, is_chosen, run_all
from tests.faults.verdict import DONE, HALF, UNKNOWN, Complaint, is_named, of_file
from tests.faults.world import World

# Of the pairs, and of the trials of each, every so manieth is always tried.
PAIRS, TRIALS = 24, 3
_PATIENCE = 60.0
# What each kind of things can get into the way of.
_RIVALS = {
    "machine": {"machine", "snapshots"},
    "snapshots": {"machine", "snapshots"},
    "demo": {"demo", "machine", "snapshots"},
    "migration": {"migration", "machine", "snapshots"},
    "volume": {"volume"},
    "network": {"network"},
    "pool": {"pool"},
}


# What comes of two done at once and of none of the orders, and loses nothing: VMware renames a machine that runs; and
# what is created is there before it runs, when a snapshot has no memory.
_NO_MEMORY = ("file local-storage Fedora11/demo-Snapshot1.vmem",)
_HARMLESS = {
    "domrename and start": ("an update of machine renamed power", "an update of machine renamed restarted"),
    "create again and domrename": ("not said of machine renamed power", "not said of machine renamed restarted"),
    "create and snapshot-create": _NO_MEMORY,
    "create again and snapshot-create": _NO_MEMORY,
    "create nameless and snapshot-create": _NO_MEMORY,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two operations on the same thing, and what a server is prepared for: both, if that can be."""

    profile: str
    first: Operation
    second: Operation
    prepared: tuple[Operation, ...]

    def stage(self) -> AbstractContextManager[Stage]:
        """A server of its own."""
        return stage(self.profile, *self.prepared)


@dataclasses.dataclass(frozen=True, slots=True)
class Serial:
    """What comes of the operations alone, and one after the other.

    Attributes:
        before: The state before.
        first: After the first alone.
        second: After the second alone.
        both: After both, in either order.
        requests: How many the first makes; where each is not the first after the start of a task, 0.
        tasks: The numbers of its requests before which a task has begun.
        meet: Whether the second is ever done.
        tell: Whether each is known to be done where it comes last: the other may change what it is known by.
    """

    before: Relevant
    first: Relevant
    second: Relevant
    both: tuple[Relevant, Relevant]
    requests: int
    tasks: frozenset[int]
    meet: bool
    tell: tuple[bool, bool]


def _pair(profile: str, first: Operation, second: Operation) -> Pair:
    if first.machine:
        second = dataclasses.replace(second, machine=first.machine) if second.machine else second
    try:
        with stage(profile, first, second):
            prepared: tuple[Operation, ...] = (first, second)
    except libvirt.libvirtError:
        prepared = (first,)
    return Pair(profile, first, second, prepared)


def _run_first(client: Client, pair: Pair, site: Stage) -> Attempt:
    attempt = client.run(pair.first)
    client.interceptor.end_all()
    site.gate.open(wide=True)
    return attempt


def _serially(pair: Pair) -> Serial:
    """Run one after the other: the first looks up what it is on before the second begins, as in the trials."""
    with pair.stage() as site, site.client(pair.first) as client:
        before = relevant(site.simulator)
        client.interceptor.arm()
        _run_first(client, pair, site)
        passed = client.interceptor.passed
        tasks = {
            number + 1
            for number, request in enumerate(passed)
            if request.name.endswith("_Task") and not request.reads and number + 1 < len(passed)
        }
        first = relevant(site.simulator)
        second_after = site.once_more(pair.second)
        one = relevant(site.simulator)
        second_tells = pair.second.is_done(site.simulator) is True
    with pair.stage() as site, site.client(pair.first) as client:
        second_alone = site.once_more(pair.second)
        second = relevant(site.simulator)
        _run_first(client, pair, site)
        other = relevant(site.simulator)
        first_tells = pair.first.is_done(site.simulator) is True
    meet = second_alone.error is None or second_after.error is None
    tell = first_tells, second_tells
    return Serial(before, first, second, (one, other), len(passed), frozenset(tasks), meet, tell)


def _try(pair: Pair, serial: Serial, name: str, number: int, *, parked: bool) -> Result:
    """Hold the first's request of that number while the second runs; with `parked` its task goes on meanwhile."""
    attempts: list[Attempt] = []
    with pair.stage() as site:
        with site.client(pair.first) as client:
            site.simulator.calls.clear()
            hold = Hold(number, answer=False)
            client.interceptor.arm(hold=hold)
            thread = threading.Thread(target=lambda: attempts.append(client.run(pair.first)))
            thread.start()
            assert hold.reached.wait(_PATIENCE)
            with site.gate.parked() if parked else nullcontext():
                second = site.once_more(pair.second)
            hold.released.set()
            thread.join(_PATIENCE)
            [first] = attempts
            client.interceptor.disarm()
            client.interceptor.end_all()
        harmless = next((texts for names, texts in _HARMLESS.items() if f", {names}:" in name), ())
        found = _compare(serial, site, first, second)
        complaints = [each for each in found if not each.text.startswith(harmless)]
        complaints += _of_files(site, first, second)
        said = f"{first.text or 'done'} | {second.text or 'done'}"
        ends = ((pair.first, first, serial.tell[0]), (pair.second, second, serial.tell[1]))
        for operation, attempt, tells in ends:
            if attempt.error is not None:
                again = site.once_more(operation)
                said += f" | again: {again.text or 'done'}"
                complaints += _again(operation, site, again, tells=tells)
        if site.simulator.sessions:
            complaints.append(Complaint("session", f"{len(site.simulator.sessions)} are left"))
    return Result(name, said, tuple(dict.fromkeys(complaints)))


def _compare(serial: Serial, site: Stage, first: Attempt, second: Attempt) -> Iterator[Complaint]:
    """Whether the state is one of those that what was said can come of."""
    now = relevant(site.simulator)
    wanted = _possible(serial, first, second)
    text = f"{first.text}\n{second.text}"
    # What is named is told, and so is all that a half may be, or what is not known.
    told = {key for key in _differing({}, now) | _differing(serial.before, {}) if _is_told(key, text)}
    for one, alone in ((first, serial.first), (second, serial.second)):
        if one.error is not None and (HALF.search(one.text) or UNKNOWN.search(one.text)):
            told |= _differing(serial.before, alone)
    nearest = min((_differing(state, now) - told for state in wanted), key=len)
    done = [found.error is None for found in (first, second)]
    if nearest and not all(done) and now in (*serial.both, serial.first, serial.second):
        yield Complaint("false", "not done, it was said, and it is")
        return
    for key in sorted(nearest):
        what = " ".join(key)
        if key not in now:
            yield Complaint("lost", what)
        elif not any(key in state for state in wanted):
            yield Complaint("left", what)
        elif all(done):
            yield Complaint("lost", f"an update of {what}, which is {now[key]!r}")
        else:
            yield Complaint("false", f"not said of {what}, which is {now[key]!r}")


def _is_told(key: tuple[str, ...], text: str) -> bool:
    return key[0] == "file" and is_named((key[1], key[2]), text)


def _possible(serial: Serial, first: Attempt, second: Attempt) -> list[Relevant]:
    """The states that there can be, as far as the two told the truth."""
    ends = [_ends(first), _ends(second)]
    states: list[Relevant] = []
    for one in ends[0]:
        for other in ends[1]:
            if one and other:
                states += serial.both
            else:
                states.append(serial.first if one else serial.second if other else serial.before)
    return states


def _ends(attempt: Attempt) -> tuple[bool, ...]:
    """Whether it was done: both where that is said not to be known."""
    if attempt.error is None or DONE.search(attempt.text):
        return (True,)
    return (True, False) if UNKNOWN.search(attempt.text) else (False,)


def _differing(wanted: Relevant, now: Relevant) -> set[tuple[str, ...]]:
    return {key for key in wanted.keys() | now.keys() if key not in wanted or key not in now or wanted[key] != now[key]}


def _of_files(site: Stage, *attempts: Attempt) -> Iterator[Complaint]:
    world = World.of(site.simulator)
    text = "\n".join(attempt.text for attempt in attempts)
    for found in world.machines.values():
        yield from of_file(found, world, text)


def _again(operation: Operation, site: Stage, again: Attempt, *, tells: bool) -> Iterator[Complaint]:
    """What is wrong once who failed has tried again, alone."""
    if again.error is None and tells and operation.is_done(site.simulator) is False:
        yield Complaint("false", "given again: no error, and not done")
    if UNKNOWN.search(again.text):
        yield Complaint("false", "given again: not known, on a healthy server")
    for complaint in _of_files(site, again):
        yield Complaint(complaint.kind, f"given again: {complaint.text}")


def _trials(profile: str, name: str, other: str) -> list[Result]:
    """All trials of a pair."""
    pair = _pair(profile, OPERATIONS[name], OPERATIONS[other])
    serial = _serially(pair)
    if not serial.meet:
        return []
    wanted: list[Callable[[], Result]] = []
    for number in range(serial.requests):
        for parked in (False, True):
            trial = f"{profile}, {name} and {other}: at {number}{', a task goes on' * parked}"
            if (not parked or number in serial.tasks) and is_chosen(trial, TRIALS):
                wanted.append(partial(_try, pair, serial, trial, number, parked=parked))
    return [trial() for trial in wanted]


@functools.cache
def _pairs() -> dict[tuple[str, str], list[str]]:
    """What gets into each operation's way, by server and operation."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, first in OPERATIONS.items():
        for other, second in OPERATIONS.items():
            if second.topic not in _RIVALS[first.topic]:
                continue
            moving = "migration" in {first.topic, second.topic}
            found.setdefault(("vcenter-7.0" if moving else "esx-7.0", name), []).append(other)
    return found


@pytest.mark.parametrize(("profile", "name"), _pairs())
def test_nothing_is_lost(profile: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    pairs = [
        partial(_trials, profile, name, other)
        for other in _pairs()[profile, name]
        if is_chosen(f"two clients, {profile}, {name}, {other}", PAIRS)
    ]
    conclude("two_clients", f"{profile}, {name}", [result for found in run_all(pairs) for result in found])
