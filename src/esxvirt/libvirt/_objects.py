"""What libvirt-python's objects have in common: the object they belong to, and through it their connection.

The classes here know nothing of libvirt-python's own, which derive from them: so no module of a class has to import
that of the connection. Users have the precise types from the package's stub.
"""

from typing import TYPE_CHECKING, Any, NoReturn, Self

from esxvirt.libvirt._methods import ClosedError

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.domain.handles import DomainHandle

__all__ = ["AnyConnection", "AnyDomain", "OfConnection", "OfDomain", "OfNetwork"]


class AnyConnection:
    """What objects need of their connection, which is a `virConnect`."""

    _o: "Connection | None"

    @property
    def _driver(self) -> "Connection":
        if self._o is None:
            raise ClosedError
        return self._o

    def _pool(self, handle: Any) -> "OfConnection":
        """Return a `virStoragePool`, for a volume that knows its pool."""
        raise NotImplementedError


class _Object:
    """Any of them: `_o` is what the driver knows it by."""

    _conn: AnyConnection
    _o: Any

    @property
    def _driver(self) -> "Connection":
        return self._conn._driver  # noqa: SLF001  the classes of this package are each other's friends

    def connect(self) -> AnyConnection:
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

    def __init__(self, conn: AnyConnection, _obj: Any = None) -> None:
        self._conn = conn
        self._o = _obj


class AnyDomain(OfConnection):
    """What the parts of `virDomain`, and the objects that belong to one, need of it."""

    _o: "DomainHandle"


class OfNetwork(_Object):
    """What is looked up on a network."""

    def __init__(self, net: OfConnection, _obj: Any = None) -> None:
        self._conn = net.connect()
        self._net = net
        self._o = _obj

    def network(self) -> OfConnection:
        """Return the network that the object belongs to."""
        return self._net


class OfDomain(_Object):
    """What is looked up on a domain."""

    def __init__(self, dom: AnyDomain, _obj: Any = None) -> None:
        self._conn = dom.connect()
        self._dom = dom
        self._o = _obj

    def domain(self) -> AnyDomain:
        """Return the domain that the object belongs to."""
        return self._dom

    def getConnect(self) -> AnyConnection:
        """Return the connection that the object belongs to."""
        return self._conn

    def getDomain(self) -> AnyDomain:
        """Return the domain that the object belongs to."""
        return self._dom
