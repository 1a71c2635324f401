"""A call on its way through the stages."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from esxvirt.records import record
from esxvirt.sim.wire.encode import Encoder
from esxvirt.sim.wire.schema import Method
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.sessions import Session

__all__ = ["CURRENT", "Call", "Peer"]


@record(frozen=True)
class Peer:
    """Who calls: its address, its user agent and the session cookie that it shows."""

    address: str = "in-process"
    agent: str = ""
    cookie: str | None = None


@record
class Call:
    """One call of method `name` on `this`. `arguments` are by name on the wire; `encoder` writes the answer.

    `session` is None before login; Login sets it, and whoever carries the call hands its cookie to the caller.
    """

    endpoint: "Endpoint"
    name: str
    this: Ref
    arguments: dict[str, Any]
    peer: Peer
    encoder: Encoder
    session: "Session | None" = None
    method: Method | None = None
    decode: Any = None
    # Whether nobody waits for the answer any more.
    abandoned: Callable[[], bool] = lambda: False


# The call that is being carried out, for the few properties that depend on who asks.
CURRENT: ContextVar[Call | None] = ContextVar("CURRENT", default=None)
