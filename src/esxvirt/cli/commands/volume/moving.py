"""What ``vol-upload`` and ``vol-download`` share."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from esxvirt.cli._late import hashlib
from esxvirt.cli.arguments import UNSIGNED_LONG_LONG
from esxvirt.cli.declare import flag
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Stream
    from esxvirt.cli.virsh import Virsh

__all__ = ["PIECE", "VERBOSE", "abandon", "digest_of", "leaving_word", "range_of"]

PIECE = 1 << 20
"""Bytes that are moved at once."""
VERBOSE = flag("verbose", "print the SHA-256 of what was transferred")


def range_of(arguments: Arguments) -> tuple[int, int]:
    """Return where to begin, and how much; 0 is all."""
    # As in C, a negative number counts down from the largest there is.
    limits = (-UNSIGNED_LONG_LONG[1], UNSIGNED_LONG_LONG[1])
    offset, length = (arguments.number(name, limits) or 0 for name in ("offset", "length"))
    return offset & UNSIGNED_LONG_LONG[1], length & UNSIGNED_LONG_LONG[1]


def digest_of(arguments: Arguments) -> Any:
    """Return what takes the SHA-256 of what goes by, if somebody wants to see it: it costs a quarter of the time."""
    if not arguments.flag("verbose"):
        return None

    return hashlib.sha256()


def abandon(virsh: Virsh, stream: Stream) -> str | None:
    """Break a stream off; what there is of an upload's volume then, as far as the library tells."""
    try:
        if virsh.esx is not None:
            return virsh.esx.abandon(stream)
        stream.abort()
    except virsh.libvirt.libvirtError:
        pass
    return None


@contextmanager
def leaving_word(leave: Callable[[BaseException], str | None]) -> Iterator[None]:
    """Let an error of the body, Ctrl-C included, say as well what `leave` returns."""
    try:
        yield
    except Failed as failure:
        said = leave(failure)
        if said is None:
            raise
        cause = [str(failure.cause)] if failure.cause is not None else []
        raise Failed(*failure.messages, *cause, said) from failure
    except KeyboardInterrupt as interrupt:
        said = leave(interrupt)
        interrupt.args = (*(text for text in interrupt.args if isinstance(text, str)), *([said] if said else []))
        raise
    except BaseException as error:
        leave(error)
        raise
