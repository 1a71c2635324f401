"""Tests of this folder start no server: those that do are in `tests/server`."""

import socket
from typing import Any, NoReturn

import pytest


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing listen."""

    def listen(*_: Any) -> NoReturn:
        raise AssertionError("a test that starts a server belongs into tests/server")

    monkeypatch.setattr(socket.socket, "listen", listen)
