"""Streams of files: how much is to come, of what file, and what is left of one that ends early."""

from typing import TYPE_CHECKING

from esxvirt.libvirt._methods import reports
from esxvirt.libvirt_esx._inside import driver_of, drop, sink_of, source_of, take_sink

if TYPE_CHECKING:
    from esxvirt.libvirt import virStream

__all__ = ["abandon", "file_facts", "remaining", "wanted"]


@reports("virStreamRecv")
def remaining(stream: "virStream", /) -> int | None:
    """Return how many bytes of a download are still to come, None if nobody knows."""
    left: int | None = getattr(source_of(stream), "left", None)
    return left


@reports("virStreamRecv")
def file_facts(stream: "virStream", /) -> dict[str, int | str | None] | None:
    """Return what the server says of the whole file that a download comes from, None if there is none.

    ``{"size": bytes, "modified": text, "etag": text}``, each None where it is not told. Two downloads with the same
    facts, of which size and one of the others are known, are of the same content.
    """
    facts = getattr(source_of(stream), "facts", None)
    if facts is None:
        return None
    return {"size": facts.size, "modified": facts.modified, "etag": facts.etag}


@reports("virStreamSend")
def wanted(stream: "virStream", /) -> int | None:
    """Return how many bytes an upload takes to be whole, None for as many as come."""
    bytes_: int | None = getattr(sink_of(stream), "wanted", None)
    return bytes_


@reports("virStreamAbort")
def abandon(stream: "virStream", /) -> str | None:
    """Abort a stream, and return what there is of an upload's volume, in words; None if that is known."""
    _ = driver_of(stream)
    sink = take_sink(stream)
    drop(stream)
    if sink is None:
        return None
    tell = getattr(sink, "abandon", None)
    if tell is None:
        sink.abort()
        return None
    said: str | None = tell()
    return said
