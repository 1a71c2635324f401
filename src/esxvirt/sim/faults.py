"""Faults on purpose: what a test asks a server to do wrong.

sim.faults.add(fault="NotAuthenticated", method="RetrieveProperties", count=1)
sim.faults.add(socket="hang", method="Login")
sim.faults.add(socket="lost", http="PUT", path="/folder/iso")
sim.faults.add(socket="reset", before_tls=True, count=2)
"""

import random
import threading
from collections.abc import Callable

from esxvirt.records import record
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["SOCKET_FAULTS", "FaultPlan", "Rule"]

# Nothing is done: hang never answers, refuse closes the connection at once, http503 is an HTML page.
# What was asked for is done, its answer is not right: reset breaks off in the body, truncate ends it early, garbage is
# no SOAP, drip sends it byte by byte, lost resets the connection before the first byte, mute never answers. An upload
# that is reset breaks off in the middle, too, and leaves the file as far as it came.
# Before TLS: refuse without a count lets nobody listen; tls lets the handshake fail, with TLS's own alert.
SOCKET_FAULTS = ("refuse", "hang", "reset", "truncate", "garbage", "drip", "http503", "tls", "lost", "mute")
_BEFORE_TLS = ("refuse", "hang", "reset", "garbage", "tls")


@record(eq=False)
class Rule:
    """One rule; None matches everything. `left` counts down, None is for ever; `seen` counts what it has hit."""

    fault: Fault | None
    socket: str | None
    method: str | None
    object: str | None
    probability: float
    left: int | None
    before_tls: bool
    http: str | None = None
    path: str | None = None
    seen: int = 0


class FaultPlan:
    """The rules in force, oldest first; the first that matches acts. Thread-safe; `seed` makes chances repeatable."""

    def __init__(self, seed: int = 0) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        # Whoever must know when rules come and go.
        self.on_change: Callable[[], None] | None = None

    def add(
        self,
        *,
        fault: str | Fault | None = None,
        socket: str | None = None,
        method: str | None = None,
        object: str | Ref | None = None,  # noqa: A002  # the word that `sim.calls` uses, too
        count: int | None = None,
        probability: float = 1.0,
        before_tls: bool = False,
        http: str | None = None,
        path: str | None = None,
    ) -> Rule:
        """Add a rule: a SOAP `fault` (a type's name or a `Fault`) or a `socket` fault, one of `SOCKET_FAULTS`.

        `method` and `object` ("VirtualMachine:1", or the identifier alone) narrow it; without them a socket fault hits
        downloads and uploads, too, which `http` ("GET", "PUT") and the start of a URL's `path` narrow. `count` hits and
        it is spent; `before_tls` acts on a new connection, before a byte is read, as "tls" always does. A "refuse"
        before TLS that has no count really refuses connections until it is removed. ValueError for what cannot be.
        """
        if (fault is None) == (socket is None):
            raise ValueError("give either a fault or a socket fault")
        if socket is not None and socket not in SOCKET_FAULTS:
            raise ValueError(f"no socket fault {socket!r}: choose one of {', '.join(SOCKET_FAULTS)}")
        before_tls = before_tls or socket == "tls"
        if before_tls and (socket not in _BEFORE_TLS or method or object or http or path):
            raise ValueError(
                f"before TLS there is no request yet: one of {', '.join(_BEFORE_TLS)}, for all methods and paths"
            )
        if fault is not None and (http or path):
            raise ValueError("http and path choose requests for socket faults; a fault has a method and an object")
        if not 0.0 <= probability <= 1.0 or (count is not None and count < 1):
            raise ValueError("probability is from 0 to 1, count at least 1")
        if isinstance(fault, str):
            if not schema.is_a(fault, "MethodFault"):
                raise ValueError(f"{fault!r} is no fault of the vSphere API")
            fault = Fault(fault)
        target = str(object) if object is not None else None
        rule = Rule(fault, socket, method, target, probability, count, before_tls, http and http.upper(), path)
        with self._lock:
            self._rules.append(rule)
        self._changed()
        return rule

    def remove(self, rule: Rule) -> None:
        """Take a rule out, if it is still there."""
        with self._lock:
            self._rules = [other for other in self._rules if other is not rule]
        self._changed()

    def clear(self) -> None:
        """Take all rules out."""
        with self._lock:
            self._rules.clear()
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    @property
    def refusing(self) -> bool:
        """Whether nobody shall listen."""
        return any(rule.before_tls and rule.socket == "refuse" and rule.left is None for rule in self._rules)

    def soap(self, method: str, this: Ref) -> Fault | None:
        """Return the fault that the next call of `method` on `this` gets, if any."""
        rule = self._hit(lambda rule: rule.fault is not None and self._matches(rule, method, this))
        return rule.fault if rule else None

    def socket(self, method: str | None, this: Ref | None, http: str = "POST", path: str = "/sdk") -> str | None:
        """Return the socket fault that a request gets, if any; `method` is None for what is no SOAP call."""
        rule = self._hit(
            lambda rule: (
                rule.socket is not None
                and not rule.before_tls
                and self._matches(rule, method, this)
                and rule.http in {None, http}
                and (rule.path is None or path.startswith(rule.path))
            )
        )
        return rule.socket if rule else None

    def connection(self) -> str | None:
        """Return the socket fault that a new connection gets, if any."""
        rule = self._hit(lambda rule: rule.before_tls)
        return rule.socket if rule else None

    @staticmethod
    def _matches(rule: Rule, method: str | None, this: Ref | None) -> bool:
        if rule.method is not None and rule.method != method:
            return False
        return rule.object is None or (this is not None and rule.object in {str(this), this.value})

    def _hit(self, matches: Callable[[Rule], bool]) -> Rule | None:
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if not matches(rule) or (rule.probability < 1.0 and self._random.random() >= rule.probability):
                    continue
                rule.seen += 1
                if rule.left is not None:
                    rule.left -= 1
                    if rule.left == 0:
                        self._rules.remove(rule)
                return rule
        return None
