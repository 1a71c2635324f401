"""A stand-in for `esxvirt.libvirt` that fails where a test wants it to; constants and errors are the real ones."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.cli import grammar
from esxvirt.cli.output import Output
from esxvirt.cli.settings import Settings
from esxvirt.cli.virsh import Virsh


def error(code: int, text: str) -> "libvirt.libvirtError":
    """A libvirtError of this code and text."""
    found = libvirt.libvirtError(text)
    found.err = (code, libvirt.VIR_FROM_ESX, text, libvirt.VIR_ERR_ERROR, None, None, None, 0, 0)
    return found


def failing(code: int, text: str = "it failed") -> Callable[..., Any]:
    """A function that raises such an error."""

    def fail(*_: object, **__: object) -> Any:
        raise error(code, text)

    return fail


def unsupported(name: str) -> Callable[..., Any]:
    """A function that the driver does not have."""
    return failing(libvirt.VIR_ERR_NO_SUPPORT, f"this function is not supported by the connection driver: {name}")


def answering(value: Any) -> Callable[..., Any]:
    """A function that gives this value whatever it is asked."""
    return lambda *_, **__: value


def domain(name: str, number: int = -1, state: int = libvirt.VIR_DOMAIN_SHUTOFF, **methods: Any) -> Any:
    """A domain of this name, id and state."""
    return SimpleNamespace(
        **{
            "name": answering(name),
            "ID": answering(number),
            "UUIDString": answering("00000000-0000-0000-0000-00000000000a"),
            "state": answering([state, 0]),
            **methods,
        }
    )


class Run:
    """A run of the program against a connection made of functions."""

    def __init__(self, capsys: pytest.CaptureFixture[str], **methods: Any) -> None:
        settings = Settings()
        self._capsys = capsys
        self._virsh = Virsh(settings, Output(settings))
        self._virsh._libvirt = libvirt  # and nothing of our own: these are no objects of ours
        self._virsh._connection = SimpleNamespace(close=answering(0), **methods)

    def __call__(self, line: str) -> tuple[str, str, bool]:
        """Run a line; gives standard output, standard error and whether it succeeded."""
        succeeded = self._virsh.run_line(grammar.words_of_string(line))
        self._virsh.output.flush()
        captured = self._capsys.readouterr()
        return captured.out, captured.err, succeeded
