"""What libvirt-python's objects have in common: the object they belong to, and through it their connection."""

from typing import TYPE_CHECKING, Any, NoReturn, Self

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.libvirt._connect import virConnect
    from esxvirt.libvirt._domain import virDomain
    from esxvirt.libvirt._network import virNetwork

__all__ = ["OfConnection", "OfDomain", "OfNetwork"]


class _Object:
    """Any of them: `_o` is what the driver knows it by."""

    _conn: "virConnect"
    _o: Any

    if TYPE_CHECKING:  # the methods without a body

        def __getattr__(self, name: str) -> Any: ...

    @property
    def _driver(self) -> "Connection":
        return self._conn._driver  # noqa: SLF001  the classes of this package are each other's friends

    def connect(self) -> "virConnect":
        """Return the connection that the object belongs to."""
        return self._conn

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object: it belongs to a connection of this process")

    def __copy__(self) -> Self:
        return self

    def c_pointer(self) -> int:
        """Return a number of this object's own."""
        return id(self)


class OfConnection(_Object):
    """What is looked up on a connection."""

    def __init__(self, conn: "virConnect", _obj: Any = None) -> None:
        self._conn = conn
        self._o = _obj


class OfNetwork(_Object):
    """What is looked up on a network."""

    def __init__(self, net: "virNetwork", _obj: Any = None) -> None:
        self._conn = net.connect()
        self._net = net
        self._o = _obj

    def network(self) -> "virNetwork":
        """Return the network that the object belongs to."""
        return self._net


class OfDomain(_Object):
    """What is looked up on a domain."""

    def __init__(self, dom: "virDomain", _obj: Any = None) -> None:
        self._conn = dom.connect()
        self._dom = dom
        self._o = _obj

    def domain(self) -> "virDomain":
        """Return the domain that the object belongs to."""
        return self._dom

    def getConnect(self) -> "virConnect":
        """Return the connection that the object belongs to."""
        return self._conn

    def getDomain(self) -> "virDomain":
        """Return the domain that the object belongs to."""
        return self._dom
