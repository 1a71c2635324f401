"""What streams are filled from and emptied into: contents that come and go piece by piece, never whole in memory."""

from typing import Any, Protocol

__all__ = ["Sink", "Source"]


class Source(Protocol):
    """Where the bytes of a download come from: `esxvirt.vsphere.file_streams.FileReader`, or a binary file."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end.

        Raises:
            TransportError: The server broke off.
        """

    def close(self) -> None:
        """End it, whether it was read to its end or not."""


class Sink(Protocol):
    """Where the bytes of an upload go: such as `esxvirt.vsphere.file_streams.FileWriter`."""

    def write(self, data: Any, /) -> None:
        """Take bytes, or a buffer of bytes, all of them.

        Raises:
            TransportError: The server refused, or broke off.
        """

    def finish(self) -> None:
        """All bytes are there: have the server keep them.

        Raises:
            EsxvirtError: It does not.
        """

    def abort(self) -> None:
        """No more will come: leave nothing behind. Never raises."""
