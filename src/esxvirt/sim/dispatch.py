"""The one way into a server, for HTTP and for callers in the same process.

A call passes the stages in the order of `STAGES`, each around the next: what latency delays, faults spoil, and so on.
"""

import time
from collections.abc import Callable
from typing import Any

from esxvirt.sim import licences
from esxvirt.sim.calls import CURRENT, Call
from esxvirt.sim.holds import StoppedError, stopping
from esxvirt.sim.log import CallRecord
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Fault

__all__ = ["STAGES", "invoke"]

Next = Callable[[Call], Any]
# Methods that need no session: they tell who is there and let one in.
OPEN_METHODS = frozenset({"RetrieveServiceContent", "Login", "LoginBySSPI", "LoginByToken", "CloneSession"})
# Types whose properties anybody may read.
OPEN_PROPERTIES = frozenset({"ServiceInstance", "PropertyCollector", "SessionManager"})
# Reads that are open, too, as long as they read nothing but those types.
_READS_BEFORE_LOGIN = frozenset({"RetrieveProperties", "RetrievePropertiesEx"})


def invoke(call: Call) -> Any:
    """Carry out a call: the method's value, or the `Fault` that it raises. Every call is logged."""
    start = time.perf_counter()
    fault: str | None = None
    try:
        return _through(0)(call)
    except Fault as raised:
        fault = raised.data.type_name
        raise
    finally:
        key = call.session.key if call.session else None
        seconds = time.perf_counter() - start
        call.endpoint.calls.append(CallRecord(call.name, str(call.this), key, seconds, fault, call.endpoint.name))


def _through(index: int) -> Next:
    if index == len(STAGES):
        return _run
    return lambda call: STAGES[index](call, _through(index + 1))


def latency(call: Call, proceed: Next) -> Any:
    """Delay the call by the endpoint's latency."""
    if call.endpoint.latency > 0:
        time.sleep(call.endpoint.latency)
    return proceed(call)


def holds(call: Call, proceed: Next) -> Any:
    """Hold the call, or its answer, until a test lets it go."""
    session = call.endpoint.sessions.find(call.peer.cookie)
    claim = call.endpoint.holds.claim("call", call.name, str(call.this), session.key if session else None)
    if claim is None:
        return proceed(call)
    try:
        return claim.around(lambda: proceed(call))
    except StoppedError:
        raise stopping() from None


def faults(call: Call, proceed: Next) -> Any:
    """Answer with a fault that a test has asked for."""
    fault = call.endpoint.faults.soap(call.name, call.this)
    if fault is not None:
        raise fault
    return proceed(call)


def version_gate(call: Call, proceed: Next) -> Any:
    """Refuse what the server's API version does not know, and read the arguments as that version does."""
    encoder = call.endpoint.encoder
    versions = schema.wire_method_versions(call.name)
    if not any(encoder.sees(version) for version in versions):
        raise Fault("InvalidRequest", f"Unable to resolve WSDL method name {call.name} for {call.this.type}")
    try:
        managed = schema.managed_type(call.this.type)
    except schema.UnknownTypeError:
        raise Fault("InvalidRequest", f'Unable to resolve type name "{call.this.type}"') from None
    method = managed.methods.get(call.name)
    if method is None or not encoder.sees(method.version):
        raise Fault(
            "MethodNotFound", f"{call.this.type} has no method {call.name}.", receiver=call.this, method=call.name
        )
    call.method = method
    if call.decode is not None:
        call.arguments = call.decode(method)
    return proceed(call)


def authentication(call: Call, proceed: Next) -> Any:
    """Find the caller's session; without one only a few calls are open."""
    call.session = call.endpoint.sessions.find(call.peer.cookie)
    if call.session is not None:
        call.session.call_count += 1
        with call.endpoint.sessions.use(call.session):
            return proceed(call)
    if call.name not in OPEN_METHODS and not _reads_service(call):
        raise Fault(
            "NotAuthenticated", "The session is not authenticated.", object=call.this, privilegeId="System.View"
        )
    return proceed(call)


def _reads_service(call: Call) -> bool:
    """Return whether the call only reads what any caller may see.

    ESX shows the service instance's properties to all.
    """
    if call.name == "Fetch":
        return call.this.type in OPEN_PROPERTIES
    if call.name not in _READS_BEFORE_LOGIN:
        return False
    objects = [spec.obj.type for filters in call.arguments.get("specSet", ()) for spec in filters.objectSet]
    return bool(objects) and all(name in OPEN_PROPERTIES for name in objects)


def permission(call: Call, proceed: Next) -> Any:
    """Refuse what the caller's role has no privilege for: on the object, and on those that are arguments."""
    if call.session is not None and call.method is not None:
        check = call.endpoint.access.check
        check(call.session.username, call.method.privilege, call.this)
        for param in call.method.params:
            if param.kind == "ref" and param.privilege:
                given = call.arguments.get(param.name) or ()
                for ref in given if isinstance(given, list) else [given] if given else ():
                    check(call.session.username, param.privilege, ref)
    return proceed(call)


def licence(call: Call, proceed: Next) -> Any:
    """Refuse what changes anything where the licence is that of the free ESXi."""
    if call.endpoint.access.restricted and licences.writes(call.this.type, call.name):
        text = "Current license or ESXi version prohibits execution of the requested operation."
        raise Fault("RestrictedVersion", text)
    return proceed(call)


def locking(call: Call, proceed: Next) -> Any:
    """Return one call at a time changes or reads the site; a call that waits for changes lets the others in."""
    with call.endpoint.site.lock:
        return proceed(call)


STAGES: tuple[Callable[[Call, Next], Any], ...] = (
    latency, holds, faults, version_gate, authentication, permission, licence, locking,
)  # fmt: skip


def _run(call: Call) -> Any:
    target = call.endpoint.find(call.this, call.session)
    if target is None:
        raise Fault(
            "ManagedObjectNotFound",
            f"The object '{call.this}' has already been deleted or has not been completely created",
            obj=call.this,
        )
    method = getattr(target, call.name, None)
    if method is None or not callable(method):
        raise Fault("NotSupported", f"The operation {call.name} is not supported on the object {call.this}.")
    target.check_callable(call.name)
    token = CURRENT.set(call)
    try:
        return method(call, **call.arguments)
    finally:
        CURRENT.reset(token)
