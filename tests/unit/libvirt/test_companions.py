"""The private names of libvirt-python that the modules beside it use."""

from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt import _companions
from esxvirt.libvirt._dispatching import KINDS

METHODS = [
    (owner, kind, f"_dispatch{owner}Event{kind}Callback") for owner, (_, kinds) in KINDS.items() for kind in kinds
]


def test_all_are_there_and_told() -> None:
    names = set(vars(_companions)["__all__"])
    assert {"_T", "_EventCB", "_TimerCB"} <= names <= set(dir(libvirt))
    assert names <= vars(libvirt).keys()


@pytest.mark.parametrize(("owner", "kind", "method"), METHODS)
def test_an_event_is_handed_to_its_callback(owner: str, kind: str, method: str) -> None:
    connection, handle, got = libvirt.virConnect(), object(), []
    data = {"cb": lambda *arguments: got.append(arguments), "opaque": "mine"}
    assert getattr(connection, method)(handle, 1, "two", data) == 0
    ((conn, thing, *details),) = got
    assert conn is connection
    assert (type(thing).__name__, thing._o) == (f"vir{owner}", handle)
    assert details == [1, "two", "mine"], kind


def test_callbacks_of_old_close_and_streams() -> None:
    connection, got = libvirt.virConnect(), list[Any]()
    data = {"cb": lambda *arguments: got.append(arguments[1:]), "opaque": "mine"}
    connection._dispatchDomainEventCallbacks(object(), 1, 2)  # type: ignore[attr-defined]  # nobody is registered
    connection.domainEventCallbacks = {data["cb"]: "mine"}  # type: ignore[attr-defined]
    connection._dispatchDomainEventCallbacks(object(), 1, 2)  # type: ignore[attr-defined]
    connection._dispatchCloseCallback(3, data)  # type: ignore[attr-defined]
    libvirt.virStream(connection)._dispatchStreamEventCallback(4, data)  # type: ignore[attr-defined]
    assert [arguments[-3:] if len(arguments) > 2 else arguments for arguments in got] == [
        (1, 2, "mine"),
        (3, "mine"),
        (4, "mine"),
    ]


def test_callbacks_of_event_loops() -> None:
    got = list[Any]()

    def callback(*arguments: Any) -> None:
        got.append(arguments)

    data = {"cb": callback, "opaque": "mine"}
    assert _companions._dispatchEventHandleCallback(1, 2, 3, data) == 0
    assert _companions._dispatchEventTimeoutCallback(1, data) == 0
    _companions._eventInvokeHandleCallback(1, 2, 3, (callback, "mine", None))
    _companions._eventInvokeHandleCallback(1, 2, 3, callback, "mine")
    _companions._eventInvokeTimeoutCallback(1, (callback, "mine", None))
    _companions._eventInvokeTimeoutCallback(1, callback, "mine")
    handle, timeout = (1, 2, 3, "mine"), (1, "mine")
    assert got == [handle, timeout, handle, handle, timeout, timeout]
