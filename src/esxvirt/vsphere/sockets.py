"""Sockets that heed a deadline in each of their steps; with TLS, they read in large pieces.

`ssl.SSLSocket` asks the system twice for every 16 KiB, which is a third of what a large download costs.
"""

import contextlib
import socket
from typing import Any, Final

from esxvirt.vsphere._late import ssl
from esxvirt.vsphere.deadline import Deadline

__all__ = ["READ_AHEAD", "GuardedSocket", "TlsSocket"]

READ_AHEAD: Final = 64 * 1024
"""Bytes that somebody reads who wants to have what there is; whoever asks for more wants all of it."""

_PIECE: Final = 256 * 1024
"""Bytes that TLS takes from the system at once: sixteen of its largest records."""


class GuardedSocket:
    """A connected socket whose steps end with a deadline.

    Attributes:
        deadline: By when.
        impatient: Nothing is waited for at all: what cannot be done now raises BlockingIOError.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self.deadline = deadline
        self.impatient = False
        self._socket = connected
        self._armed: float | None = -1.0
        # An answer may outlive the connection that it came by: what is closed then is only the connection's half.
        self._users = 1

    def recv_into(self, buffer: Any) -> int:
        """Fill a buffer with what there is; wait if there is nothing; 0 at the end."""
        self._arm()
        count = self._socket.recv_into(buffer)
        self.deadline.moved(count)
        return count

    def sendall(self, data: Any) -> None:
        """Send all of it; each part that the system takes is a step of its own.

        A socket's own `sendall` has its timeout for the whole, which would cut a slow line off that is at work.
        """
        left = memoryview(data).cast("B")
        while left:
            self._arm()
            count = self._socket.send(left)
            self.deadline.moved(count)
            left = left[count:]

    def fileno(self) -> int:
        """Return the socket's number."""
        return self._socket.fileno()

    def hold(self) -> None:
        """Have it stay open for one more `close`."""
        self._users += 1

    def close(self) -> None:
        """Close it, when everybody has who holds it."""
        self._users -= 1
        if self._users <= 0:
            self._socket.close()

    def abandon(self) -> None:
        """Close it, whoever holds it."""
        self._users = 0
        self._socket.close()

    def _arm(self) -> None:
        left = 0.0 if self.impatient else self.deadline.remaining()
        if left != self._armed:
            self._socket.settimeout(left)
            self._armed = left


class TlsSocket:
    """TLS over a `GuardedSocket`, as the client. `shake_hands` before all else."""

    def __init__(self, below: GuardedSocket, context: "ssl.SSLContext", server: str | bytes) -> None:
        self._below = below
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server)
        self._piece = memoryview(bytearray(_PIECE))

    def shake_hands(self) -> None:
        """Agree with the server.

        Raises:
            OSError: The connection broke, or nothing came in time.
            ssl.SSLError: They cannot agree; `ssl.SSLCertVerificationError` if it is about the certificate.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send()
                self._receive()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._send()  # the alert that tells the server why
                raise
            else:
                self._send()
                return

    def recv_into(self, buffer: Any) -> int:
        """Fill a buffer with what there is, or whole if it is larger than `READ_AHEAD`; 0 at the end."""
        read = self._tls.read
        size = len(buffer)
        enough = size if size > READ_AHEAD else 1
        view = memoryview(buffer)
        done = 0
        while done < enough:
            try:
                # The type of what is read into a buffer is its length.
                got: Any = read(size - done, view[done:])
            except ssl.SSLWantReadError:
                self._send()  # TLS itself may have something to answer
                self._receive()
                continue
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                break
            if not got:
                break
            done += got
        return done

    def sendall(self, data: Any) -> None:
        """Send all of it."""
        self._tls.write(data)
        self._send()

    def certificate(self) -> bytes | None:
        """Return the server's, in DER."""
        return self._tls.getpeercert(binary_form=True)

    def _send(self) -> None:
        if self._outgoing.pending:
            self._below.sendall(self._outgoing.read())

    def _receive(self) -> None:
        got = self._below.recv_into(self._piece)
        if got:
            self._incoming.write(self._piece[:got])
        else:
            self._incoming.write_eof()
