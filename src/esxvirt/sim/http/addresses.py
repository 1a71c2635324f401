"""Where servers listen.

A vCenter and its hosts get addresses of their own in 127.0.0.0/8 with the standard ports where that is allowed, because
clients that follow a host to its vCenter know the address only. Elsewhere each gets a free port of 127.0.0.1.
"""

import contextlib
import random
import socket

__all__ = ["BACKLOG", "bind", "bind_site"]

_TRIES = 50
BACKLOG = 512


def bind(address: str, port: int, *, listening: bool = True) -> socket.socket:
    """Return a socket that listens on `address`:`port` (0: any free port), or only holds it; OSError if it cannot."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        if listening:
            listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def bind_site(hosts: int, port: int, main: tuple[str, int] | None) -> list[socket.socket]:
    """Return listeners for a vCenter, at `main` if that is given, and for its `hosts`, in that order.

    `port` is the standard port. Nobody else's addresses are taken: a range in use is left alone.
    """
    first = [bind(*main)] if main else []
    try:
        return first + _own_addresses(0 if main else 1, hosts, port)
    except OSError:
        pass
    return first + [bind("127.0.0.1", 0) for _ in range(hosts + 1 - len(first))]


def _own_addresses(vcenters: int, hosts: int, port: int) -> list[socket.socket]:
    chance = random.SystemRandom()
    for _ in range(_TRIES):
        net = f"127.{chance.randrange(1, 255)}"
        third = chance.randrange(1, 250)
        numbers = [*([1] if vcenters else []), *range(11, 11 + hosts)]
        with contextlib.ExitStack() as stack:
            found = []
            try:
                for number in numbers:
                    listener = bind(f"{net}.{third + number // 250}.{number % 250}", port)
                    found.append(stack.enter_context(listener))
            except PermissionError:
                raise
            except OSError as error:
                last = error
                continue
            stack.pop_all()
            return found
    raise last
