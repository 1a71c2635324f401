import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt import _events as module


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
        timer = libvirt.virEventAddTimeout(0, lambda *_: None, None)
        libvirt.virEventRunDefaultImpl()
        assert found == []
        libvirt.virEventRemoveTimeout(timer)
        os.write(writer, b"x")
        assert libvirt.virEventRunDefaultImpl() == 0
        assert found == [(watch, reader, libvirt.VIR_EVENT_HANDLE_READABLE, "opaque")]

    def test_what_it_is_watched_for_can_change(self, pipe: tuple[int, int]) -> None:
        _, writer = pipe
        found: list[int] = []
        watch = libvirt.virEventAddHandle(writer, 0, lambda _watch, _fd, events, _: found.append(events), None)
        timer = libvirt.virEventAddTimeout(0, lambda *_: None, None)
        libvirt.virEventRunDefaultImpl()
        assert found == []
        libvirt.virEventRemoveTimeout(timer)
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
        for each in watches:
            with pytest.raises(libvirt.libvirtError, match=r"^virEventRemoveHandle\(\) failed$"):
                libvirt.virEventRemoveHandle(each)

    def test_a_timer_comes_again_until_it_is_stopped(self) -> None:
        found: list[Any] = []
        timer = libvirt.virEventAddTimeout(0, lambda *arguments: found.append(arguments), "opaque")
        while len(found) < 2:
            libvirt.virEventRunDefaultImpl()
        assert set(found) == {(timer, "opaque")}
        assert libvirt.virEventRemoveTimeout(timer) == 0
        with pytest.raises(libvirt.libvirtError, match=r"^virEventRemoveTimeout\(\) failed$") as caught:
            libvirt.virEventRemoveTimeout(timer)
        assert caught.value.err is None

    def test_a_timer_of_negative_interval_waits_to_be_updated(self) -> None:
        found: list[int] = []
        timer = libvirt.virEventAddTimeout(-1, lambda timer, _: found.append(timer), None)
        other = libvirt.virEventAddTimeout(0, lambda *_: None, None)
        libvirt.virEventRunDefaultImpl()
        assert found == []
        libvirt.virEventRemoveTimeout(other)
        libvirt.virEventUpdateTimeout(timer, 0)
        while not found:
            libvirt.virEventRunDefaultImpl()
        assert found == [timer]

    def test_another_thread_wakes_the_loop(self) -> None:
        found: list[int] = []
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

    def test_a_callback_that_fails_ends_nothing(
        self, pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
    ) -> None:
        reader, writer = pipe
        os.write(writer, b"x")
        called: list[Any] = []

        def fail(*arguments: Any) -> None:
            called.append(arguments[-1])
            raise ValueError("mine")

        timer = libvirt.virEventAddTimeout(0, fail, "timer")
        watch = libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_READABLE, fail, "handle")
        while set(called) != {"timer", "handle"}:
            assert libvirt.virEventRunDefaultImpl() == 0
        assert capsys.readouterr().err.count("ValueError: mine") == len(called)
        assert libvirt.virEventRemoveTimeout(timer) == libvirt.virEventRemoveHandle(watch) == 0

    def test_a_hangup_is_told_whatever_was_asked_for(self) -> None:
        reader, writer = os.pipe()
        os.close(writer)
        found: list[int] = []
        libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_READABLE, lambda *a: found.append(a[2]), None)
        libvirt.virEventAddHandle(reader, libvirt.VIR_EVENT_HANDLE_HANGUP, lambda *a: found.append(a[2]), None)
        libvirt.virEventRunDefaultImpl()
        assert found == [libvirt.VIR_EVENT_HANDLE_HANGUP] * 2
        os.close(reader)

    def test_descriptors_that_are_none_disturb_no_others(self, tmp_path: Path) -> None:
        found: list[Any] = []

        def note(_watch: int, _fd: int, events: int, name: str) -> None:
            found.append((name, events))

        with (tmp_path / "file").open("w+b") as file:
            libvirt.virEventAddHandle(-1, libvirt.VIR_EVENT_HANDLE_READABLE, note, "none")
            libvirt.virEventAddHandle(file.fileno(), libvirt.VIR_EVENT_HANDLE_READABLE, note, "file")
            gone = os.dup(file.fileno())
            os.close(gone)
            libvirt.virEventAddHandle(gone, libvirt.VIR_EVENT_HANDLE_READABLE, note, "closed")
            libvirt.virEventRunDefaultImpl()
        assert found == [("file", libvirt.VIR_EVENT_HANDLE_READABLE), ("closed", libvirt.VIR_EVENT_HANDLE_ERROR)]

    def test_only_numbers_are_taken(self) -> None:
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            libvirt.virEventAddHandle("x", 1, print, None)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            libvirt.virEventAddTimeout(1.5, print, None)  # type: ignore[arg-type]
        with pytest.raises(OverflowError):
            libvirt.virEventAddTimeout(1 << 40, print, None)


def test_a_programs_own_loop_is_used() -> None:
    calls: list[Any] = []

    def function(name: str) -> Any:
        def note(*arguments: Any) -> int:
            calls.append((name, *arguments))
            return 7

        return note

    names = ("add", "update", "remove", "add timer", "update timer", "remove timer")
    assert libvirt.virEventRegisterImpl(*map(function, names)) == 0

    called: list[Any] = []

    def callback(*arguments: Any) -> None:
        called.append(arguments)

    assert libvirt.virEventAddHandle(3, 1, callback, "o") == 7
    libvirt.virEventUpdateHandle(7, 2)
    assert libvirt.virEventRemoveHandle(7) == 7
    assert libvirt.virEventAddTimeout(100, callback, "o") == 7
    libvirt.virEventUpdateTimeout(7, 200)
    assert libvirt.virEventRemoveTimeout(7) == 7
    (*_, handle, watched), (*_, timer, timed) = calls[0], calls[3]
    handle(7, 3, 1, watched)
    handle(7, 3, 1, watched[0], watched[1])  # as of old
    timer(7, timed)
    timer(7, timed[0], timed[1])
    libvirt.virEventInvokeFreeCallback(watched)
    assert called == [(7, 3, 1, "o")] * 2 + [(7, "o")] * 2
    assert calls == [
        ("add", 3, 1, handle, watched),
        ("update", 7, 2),
        ("remove", 7),
        ("add timer", 100, timer, timed),
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


def test_a_programs_own_loop_that_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: Any) -> int:
        raise ValueError("mine")

    with pytest.raises(TypeError, match="six functions"):
        libvirt.virEventRegisterImpl(fail, fail, fail, fail, fail, None)  # type: ignore[arg-type]
    assert libvirt.virEventRegisterImpl(fail, fail, lambda *_: None, lambda *_: -1, fail, fail) == 0  # type: ignore[arg-type]
    with pytest.raises(libvirt.libvirtError, match=r"^virEventAddHandle\(\) failed$"):
        libvirt.virEventAddHandle(3, 1, print, None)
    assert "ValueError: mine" in capsys.readouterr().err
    with pytest.raises(libvirt.libvirtError, match=r"^virEventAddTimeout\(\) failed$"):
        libvirt.virEventAddTimeout(3, print, None)
    assert libvirt.virEventRemoveHandle(3) == 0
