"""Deadlines: of all of a call, of each step of a transfer, and of what drips."""

from typing import Any

import pytest

from esxvirt.errors import DeadlineError
from esxvirt.vsphere.deadline import Deadline, IdleDeadline, SteadyDeadline
from esxvirt.vsphere.sockets import GuardedSocket


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


class Line:
    """A connected socket that takes and gives so many bytes a step, each of which takes so many seconds."""

    def __init__(self, clock: Clock, count: int, seconds: float) -> None:
        self._clock, self._count, self._seconds = clock, count, seconds
        self._timeout: float | None = None
        self.sent = bytearray()
        self.steps = 0

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def _step(self) -> None:
        self.steps += 1
        if self._timeout is not None and self._seconds > self._timeout:
            self._clock.now += self._timeout
            raise TimeoutError
        self._clock.now += self._seconds

    def send(self, data: Any) -> int:
        self._step()
        taken = bytes(data[: self._count])
        self.sent += taken
        return len(taken)

    def recv_into(self, buffer: Any) -> int:
        self._step()
        count = min(self._count, len(buffer))
        buffer[:count] = b"x" * count
        return count


def over(line: Line, deadline: Deadline) -> GuardedSocket:
    return GuardedSocket(line, deadline)  # type: ignore[arg-type]  # as much of a socket as is used


CONTENT = bytes(range(256)) * 4096


@pytest.mark.parametrize("data", [CONTENT, bytearray(CONTENT), memoryview(CONTENT)])
@pytest.mark.parametrize("kind", [IdleDeadline, SteadyDeadline])
def test_what_is_slow_but_goes_on_is_not_cut(clock: Clock, kind: type[Deadline], data: Any) -> None:
    line = Line(clock, 100_000, 29)
    over(line, kind(30)).sendall(data)
    assert bytes(line.sent) == CONTENT
    assert line.steps == 11
    assert clock.now == 1000 + 11 * 29  # ten times what a call may take


def test_a_call_has_its_deadline_for_all_of_it(clock: Clock) -> None:
    line = Line(clock, 100_000, 29)
    with pytest.raises(TimeoutError):
        over(line, Deadline(30)).sendall(CONTENT)
    assert clock.now == 1030


@pytest.mark.parametrize("kind", [IdleDeadline, SteadyDeadline])
def test_what_stands_still_is_given_up(clock: Clock, kind: type[Deadline]) -> None:
    with pytest.raises(TimeoutError):
        over(Line(clock, 100_000, 31), kind(30)).sendall(CONTENT)
    assert clock.now == 1030


def drain(connection: GuardedSocket, size: int) -> None:
    buffer = memoryview(bytearray(size))
    while buffer:
        buffer = buffer[connection.recv_into(buffer) :]


def test_what_drips_is_given_up(clock: Clock) -> None:
    with pytest.raises((DeadlineError, TimeoutError)):
        drain(over(Line(clock, 1, 29), SteadyDeadline(30)), 4096)
    assert 1060 <= clock.now < 1061  # twice the 30 seconds, and a moment for what came: hours otherwise


def test_what_drips_fast_enough_is_not(clock: Clock) -> None:
    deadline = SteadyDeadline(30)
    drain(over(Line(clock, 1024, 1), deadline), 1 << 20)
    assert clock.now == 1000 + 1024
    assert not deadline.expired()


def test_after_a_drip_it_is_over(clock: Clock) -> None:
    deadline = SteadyDeadline(30)
    deadline.moved(10)
    assert deadline.remaining() == 30
    clock.now += 59
    assert 1 <= (deadline.remaining() or 0) < 1.1
    clock.now += 2
    assert deadline.expired()
    with pytest.raises(DeadlineError, match="no more than 10 bytes in 61 seconds"):
        deadline.remaining()


def test_none_is_for_ever(clock: Clock) -> None:
    for deadline in (Deadline(None), IdleDeadline(None), SteadyDeadline(None)):
        clock.now += 1e9
        assert deadline.remaining() is None
        assert not deadline.expired()
