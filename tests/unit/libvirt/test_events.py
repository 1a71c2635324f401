import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt import events as module


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> module._Registered:
    found = module._Registered()
    monkeypatch.setattr(module, "_registered", found)
    return found


@pytest.fixture
def default_loop(registered: module._Registered) -> Iterator[None]:
    assert libvirt.virEventRegisterDefaultImpl() == 0
    yield
    assert registered.loop is not None
    registered.loop._wake_reader.close()
    registered.loop._wake_writer.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.mark.usefixtures("default_loop")
class TestDefaultLoop:
    def test_a_descriptor_is_watched(self, pipe: tuple[int, int]) -> None:
        reader, writer = pipe
        found: list[Any] = []
        watch = libvirt.virEventAddHandle(
            reader, libvirt.VIR_EVENT_HANDLE_READABLE, lambda *arguments: found.append(arguments), "opaque"
        )
        libvirt.virEventRunDefaultImpl()  # it was told of the watch
        assert found == []
        os.write(writer, b"x")
        assert libvirt.virEventRunDefaultImpl() == 0
        assert found == [(watch, reader, libvirt.VIR_EVENT_HANDLE_READABLE, "opaque")]

    def test_what_it_is_watched_for_can_change(self, pipe: tuple[int, int]) -> None:
        _, writer = pipe
        found: list[int] = []
        watch = libvirt.virEventAddHandle(writer, 0, lambda _watch, _fd, events, _: found.append(events), None)
        libvirt.virEventRunDefaultImpl()
        libvirt.virEventUpdateHandle(watch, libvirt.VIR_EVENT_HANDLE_WRITABLE)
        libvirt.virEventRunDefaultImpl()
        assert found == [libvirt.VIR_EVENT_HANDLE_WRITABLE]

    def test_a_removed_watch_is_not_called_even_by_one_that_is_ready_at_once(self, pipe: tuple[int, int]) -> None:
        reader, writer = pipe
        os.write(writer, b"x")
        called: list[int] = []
        watches: list[int] = []

        def remove_all(watch: int, *_: Any) -> None:
            called.append(watch)
            for each in watches:
                libvirt.virEventRemoveHandle(each)

        watches += [
            libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_READABLE, remove_all, None) for _ in "ab"
        ]
        libvirt.virEventRunDefaultImpl()
        assert called == watches[:1]
        assert [libvirt.virEventRemoveHandle(each) for each in watches] == [-1, -1]

    def test_a_timer_comes_again_until_it_is_stopped(self) -> None:
        found: list[Any] = []
        timer = libvirt.virEventAddTimeout(0, lambda *arguments: found.append(arguments), "opaque")
        while len(found) < 2:
            libvirt.virEventRunDefaultImpl()
        assert set(found) == {(timer, "opaque")}
        assert libvirt.virEventRemoveTimeout(timer) == 0
        assert libvirt.virEventRemoveTimeout(timer) == -1

    def test_a_timer_of_negative_interval_waits_to_be_updated(self) -> None:
        found: list[int] = []
        timer = libvirt.virEventAddTimeout(-1, lambda timer, _: found.append(timer), None)
        libvirt.virEventRunDefaultImpl()
        assert found == []
        libvirt.virEventUpdateTimeout(timer, 0)
        while not found:
            libvirt.virEventRunDefaultImpl()
        assert found == [timer]

    def test_another_thread_wakes_the_loop(self) -> None:
        found: list[int] = []
        libvirt.virEventAddTimeout(-1, lambda *_: None, None)
        libvirt.virEventRunDefaultImpl()
        thread = threading.Thread(
            target=lambda: libvirt.virEventAddTimeout(0, lambda timer, _: found.append(timer), None)
        )
        thread.start()
        while not found:
            libvirt.virEventRunDefaultImpl()
        thread.join()
        assert len(found) == 1

    def test_only_the_first_registration_counts(self) -> None:
        def other(*_: Any) -> Any:
            raise AssertionError

        assert libvirt.virEventRegisterImpl(other, other, other, other, other, other) == 0
        assert libvirt.virEventAddTimeout(-1, lambda *_: None, None) > 0


def test_a_programs_own_loop_is_used() -> None:
    calls: list[Any] = []

    def function(name: str) -> Any:
        def note(*arguments: Any) -> int:
            calls.append((name, *arguments))
            return 7

        return note

    names = ("add", "update", "remove", "add timer", "update timer", "remove timer")
    assert libvirt.virEventRegisterImpl(*map(function, names)) == 0

    def callback(*_: Any) -> None:
        raise AssertionError

    assert libvirt.virEventAddHandle(3, 1, callback, "o") == 7
    libvirt.virEventUpdateHandle(7, 2)
    assert libvirt.virEventRemoveHandle(7) == 7
    assert libvirt.virEventAddTimeout(100, callback, "o") == 7
    libvirt.virEventUpdateTimeout(7, 200)
    assert libvirt.virEventRemoveTimeout(7) == 7
    assert calls == [
        ("add", 3, 1, callback, "o"),
        ("update", 7, 2),
        ("remove", 7),
        ("add timer", 100, callback, "o"),
        ("update timer", 7, 200),
        ("remove timer", 7),
    ]
    with pytest.raises(libvirt.libvirtError):
        libvirt.virEventRunDefaultImpl()


def test_without_a_loop_there_is_nothing_to_watch_with() -> None:
    with pytest.raises(libvirt.libvirtError):
        libvirt.virEventAddTimeout(0, lambda *_: None, None)
    with pytest.raises(libvirt.libvirtError):
        libvirt.virEventRunDefaultImpl()


def test_what_is_given_to_be_freed_is_freed() -> None:
    freed: list[Any] = []
    libvirt.virEventInvokeFreeCallback(("callback", "opaque", freed.append))
    libvirt.virEventInvokeFreeCallback(("callback", "opaque", None))
    libvirt.virEventInvokeFreeCallback(None)
    assert freed == ["opaque"]
