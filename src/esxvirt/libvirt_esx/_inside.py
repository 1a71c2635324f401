"""Where this package looks inside libvirt-python's objects: no other module of it does."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection

__all__ = ["driver_of", "drop", "handle_of", "replace_handle", "sink_of", "source_of", "take_sink"]


def driver_of(owner: object) -> "Connection":
    """Return the driver's connection of a `virConnect`, or of what belongs to one."""
    driver: Connection = cast("Any", owner)._driver  # noqa: SLF001  what this module is for
    return driver


def handle_of(owner: object) -> Any:
    """Return what the driver knows an object by."""
    return cast("Any", owner)._o  # noqa: SLF001  as above


def replace_handle(owner: object, handle: Any) -> None:
    """Change what the driver knows an object by."""
    cast("Any", owner)._o = handle  # noqa: SLF001  as above


def source_of(stream: object) -> Any:
    """Return what a stream reads from, or None."""
    return cast("Any", stream)._source  # noqa: SLF001  as above


def sink_of(stream: object) -> Any:
    """Return what a stream writes to, or None."""
    return cast("Any", stream)._sink  # noqa: SLF001  as above


def take_sink(stream: object) -> Any:
    """Return what a stream writes to, or None; the stream has none any more."""
    sink, cast("Any", stream)._sink = sink_of(stream), None  # noqa: SLF001  as above
    return sink


def drop(stream: object) -> None:
    """Abort a stream, if it is open."""
    cast("Any", stream)._drop()  # noqa: SLF001  as above
