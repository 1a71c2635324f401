"""virConnect's callbacks for events: who is to be told of what happens to domains, networks, pools and devices.

They are kept, as libvirt keeps them, and numbered; the driver tells of nothing so far, so none is ever called.
"""

from typing import Any, Final, NamedTuple

from esxvirt.constants import errors as codes
from esxvirt.constants import events
from esxvirt.libvirt._arguments import check_connection, to_int32
from esxvirt.libvirt._errors import libvirtError, report, report_argument, virResetLastError
from esxvirt.libvirt._events import has_implementation
from esxvirt.libvirt._methods import domain_of
from esxvirt.libvirt._objects import AnyConnection, OfConnection

__all__ = ["Events"]


class _Kind(NamedTuple):
    """A kind of objects: what functions, messages and the parameter call it, and the last of its events."""

    word: str
    noun: str
    argument: str
    last: int

    @property
    def register(self) -> str:
        return f"virConnect{self.word}EventRegisterAny"

    @property
    def deregister(self) -> str:
        return f"virConnect{self.word}EventDeregisterAny"


_DOMAIN: Final = _Kind("Domain", "domain", "dom", events.VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE)
_NETWORK: Final = _Kind("Network", "network", "net", events.VIR_NETWORK_EVENT_ID_METADATA_CHANGE)
_POOL: Final = _Kind("StoragePool", "storage pool", "pool", events.VIR_STORAGE_POOL_EVENT_ID_REFRESH)
_DEVICE: Final = _Kind("NodeDevice", "node device", "dev", events.VIR_NODE_DEVICE_EVENT_ID_UPDATE)


class _Callback(NamedTuple):
    """What a program has registered: of which kind, for which object (None: all) and event, and what is called."""

    kind: _Kind
    subject: OfConnection | None
    event: int
    function: Any
    opaque: Any

    def means(self, kind: _Kind, subject: OfConnection | None, event: int) -> bool:
        """Return whether it is for the same.

        Libvirt-python calls one function of its own for all callbacks of an event.
        """
        return (self.kind, self.event, _identity(self.subject)) == (kind, event, _identity(subject))


class Events(AnyConnection):
    """The methods, for virConnect alone."""

    _callbacks: dict[int, _Callback]
    _domain_callbacks: dict[Any, Any]
    _callback_numbers: int

    def domainEventRegister(self, cb: Any, opaque: Any) -> None:
        """Keep ``cb(conn, dom, event, detail, opaque)`` for domains' lifecycles; the driver tells of nothing yet."""
        _check_loop(self)
        self._domain_callbacks[cb] = opaque

    def domainEventDeregister(self, cb: Any) -> None:
        """Forget a callback of `domainEventRegister`; one that is not known is no error, as in libvirt-python."""
        _ = self._driver
        self._domain_callbacks.pop(cb, None)

    def domainEventRegisterAny(self, dom: Any, eventID: int, cb: Any, opaque: Any) -> int:
        """Keep a callback for an event VIR_DOMAIN_EVENT_ID_* of a domain, or of all with None; return its number.

        As libvirt does, it wants an event loop to be registered first. The driver tells of nothing yet.
        """
        return _register(self, _DOMAIN, dom, eventID, cb, opaque)

    def domainEventDeregisterAny(self, callbackID: int) -> None:
        """Forget the callback of this number."""
        _deregister(self, _DOMAIN, callbackID)

    def networkEventRegisterAny(self, net: Any, eventID: int, cb: Any, opaque: Any) -> int:
        """Keep a callback for an event VIR_NETWORK_EVENT_ID_* as `domainEventRegisterAny`; return its number."""
        return _register(self, _NETWORK, net, eventID, cb, opaque)

    def networkEventDeregisterAny(self, callbackID: int) -> None:
        """Forget the callback of this number."""
        _deregister(self, _NETWORK, callbackID)

    def storagePoolEventRegisterAny(self, pool: Any, eventID: int, cb: Any, opaque: Any) -> int:
        """Keep a callback for an event VIR_STORAGE_POOL_EVENT_ID_* as `domainEventRegisterAny`; return its number."""
        return _register(self, _POOL, pool, eventID, cb, opaque)

    def storagePoolEventDeregisterAny(self, callbackID: int) -> None:
        """Forget the callback of this number."""
        _deregister(self, _POOL, callbackID)

    def nodeDeviceEventRegisterAny(self, dev: Any, eventID: int, cb: Any, opaque: Any) -> int:
        """Keep a callback for an event VIR_NODE_DEVICE_EVENT_ID_* as `domainEventRegisterAny`; return its number."""
        return _register(self, _DEVICE, dev, eventID, cb, opaque)

    def nodeDeviceEventDeregisterAny(self, callbackID: int) -> None:
        """Forget the callback of this number."""
        _deregister(self, _DEVICE, callbackID)


def _register(
    connection: Events, kind: _Kind, subject: OfConnection | None, event: int, function: Any, opaque: Any
) -> int:
    _check_loop(connection)
    if to_int32(event) not in range(kind.last + 1):
        virResetLastError()  # libvirt-python says no more than this
        raise libvirtError(f"{kind.register}() failed")
    if subject is not None:
        message = f"{kind.noun} '{subject._o.name}' must match connection"  # noqa: SLF001  friends, as elsewhere
        check_connection(connection, subject, message, kind.register, kind.argument, domain_of(kind.register))
    if any(known.means(kind, subject, event) for known in connection._callbacks.values()):  # noqa: SLF001  as above
        raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_NONE, "event callback already tracked")
    number = connection._callback_numbers  # noqa: SLF001  as above
    connection._callback_numbers += 1  # noqa: SLF001  as above
    connection._callbacks[number] = _Callback(kind, subject, event, function, opaque)  # noqa: SLF001  as above
    return number


def _deregister(connection: Events, kind: _Kind, number: int) -> None:
    _ = connection._driver  # noqa: SLF001  the classes of this package are each other's friends
    if to_int32(number) < 0:
        message = f"callbackID in {kind.deregister} must be zero or greater"
        raise report_argument(message, kind.deregister, "callbackID", domain_of(kind.deregister))
    known = connection._callbacks.get(number)  # noqa: SLF001  as above
    if known is None or known.kind is not kind:
        message = f"could not find event callback {number} for deletion"
        raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_NONE, message)
    del connection._callbacks[number]  # noqa: SLF001  as above


def _check_loop(connection: Events) -> None:
    """Refuse, as libvirt does, to keep what no event loop could ever call."""
    _ = connection._driver  # noqa: SLF001  the classes of this package are each other's friends
    if not has_implementation():
        message = "could not initialize domain event timer"
        raise report(codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_FROM_NONE, message)


def _identity(subject: OfConnection | None) -> Any:
    handle = None if subject is None else subject._o  # noqa: SLF001  as above
    return None if handle is None else getattr(handle, "uuid", None) or getattr(handle, "name", None)
