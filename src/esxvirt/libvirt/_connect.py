"""virConnect: a connection, and the domains on it."""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from esxvirt.constants import connect as flags_
from esxvirt.constants import errors as codes
from esxvirt.constants.domains import VIR_DOMAIN_DEFINE_VALIDATE, VIR_DOMAIN_START_VALIDATE
from esxvirt.constants.node import VIR_STREAM_NONBLOCK
from esxvirt.libvirt._connect_events import Events
from esxvirt.libvirt._connect_host import Host
from esxvirt.libvirt._connect_networks import Networks
from esxvirt.libvirt._connect_storage import Storage
from esxvirt.libvirt._dispatching import Dispatching
from esxvirt.libvirt._domain import virDomain
from esxvirt.libvirt._errors import ErrorTuple, report, report_argument, virGetLastError, virResetLastError
from esxvirt.libvirt._late import (
    creation,
    definition,
    domain_listing,
    domain_stats,
    host_facts,
    lookup,
    native,
    vmx,
    weakref,
)
from esxvirt.libvirt._methods import check_flags, offers, to_int, to_text
from esxvirt.libvirt._stream import virStream
from esxvirt.libvirt._uuids import from_bytes, from_text
from esxvirt.libvirt._version import LIBRARY_VERSION

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection

__all__ = ["virConnect"]

_RUNNING = flags_.VIR_CONNECT_LIST_DOMAINS_RUNNING
_NOT_RUNNING = (
    flags_.VIR_CONNECT_LIST_DOMAINS_PAUSED
    | flags_.VIR_CONNECT_LIST_DOMAINS_SHUTOFF
    | flags_.VIR_CONNECT_LIST_DOMAINS_OTHER
)
_ALL_LIST_FLAGS = (1 << 16) - 1  # VIR_CONNECT_LIST_DOMAINS_*
_STATS_FILTERS = (1 << 8) - 1  # VIR_CONNECT_GET_ALL_DOMAINS_STATS_*: of these, the same bits mean the same
_STATS_ENFORCE = flags_.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS
_STATS_FLAGS = (
    _STATS_FILTERS
    | flags_.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    | flags_.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING
    | _STATS_ENFORCE
)

_DOMAIN_TYPE = "vmware"
_ALL_BITS = 0xFFFFFFFF  # of C's unsigned int

CloseCallback = Callable[["virConnect", int, Any], None]


@offers
class virConnect(Host, Networks, Storage, Events, Dispatching):
    """A connection, made by `open`, `openReadOnly` or `openAuth`; a context manager that closes itself.

    Methods without a body here raise VIR_ERR_NO_SUPPORT. All raise `libvirtError`.
    """

    def __init__(self, _obj: "Connection | None" = None) -> None:
        self._o = _obj
        self._closed: tuple[CloseCallback, Any] | None = None
        self._callbacks = {}
        self._domain_callbacks = {}
        self._callback_numbers = 0

    def __reduce__(self) -> NoReturn:
        # copy.deepcopy, too: a copy that is dropped would end the session for both.
        raise TypeError("cannot pickle 'virConnect' object: its session is this process's")

    def __copy__(self) -> Self:
        return self

    def __del__(self) -> None:
        if getattr(self, "_o", None) is not None:
            self._disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type_: type[BaseException] | None,
        exc_value_: BaseException | None,
        traceback_: TracebackType | None,
    ) -> None:
        self.close()

    def _disconnect(self) -> None:
        driver, self._o = self._o, None
        if driver is not None:
            driver.close()

    def c_pointer(self) -> int:
        """Return a number of this object's own."""
        return id(self)

    def close(self) -> int:
        """Log out and end all traffic; 0. Domains of the connection keep what they know, and can do nothing more."""
        _ = self._driver
        self._disconnect()
        return 0

    # the connection

    def getType(self) -> str:
        """Return ``"ESX"``, for all products as in libvirt."""
        _ = self._driver
        return "ESX"

    def getVersion(self) -> int:
        """Return the product's version: major * 1,000,000 + minor * 1,000 + release."""
        return host_facts.version(self._driver)

    def getLibVersion(self) -> int:
        """Return the version of libvirt's API that this module has."""
        _ = self._driver
        return LIBRARY_VERSION

    def getHostname(self) -> str:
        """Return the host's own name, with its domain."""
        return host_facts.hostname(self._driver)

    def getURI(self) -> str:
        """Return the URI of the connection, in its normal form."""
        return self._driver.uri.text

    def isAlive(self) -> int:
        """Return 1 while the session is known to the server, else 0."""
        driver = self._driver
        return int(not driver.is_lost and driver.session.is_alive())

    def setKeepAlive(self, interval: int, count: int) -> int:
        """Have the server asked for a sign of life after `interval` seconds of silence; 0.

        The session does not expire then. Where `count` + 1 questions in a row have no answer, `isAlive` is 0 and the
        callback of `registerCloseCallback` is called. An `interval` of 0 or less asks no more. libvirt's ESX driver has
        no such function.
        """
        owner = weakref.ref(self)

        def lost() -> None:
            connection = owner()
            if connection is not None and connection._closed is not None:  # noqa: SLF001  it is this class
                callback, opaque = connection._closed  # noqa: SLF001  it is this class
                callback(connection, flags_.VIR_CONNECT_CLOSE_REASON_KEEPALIVE, opaque)

        self._driver.keep_alive(to_int(interval), to_int(count), lost)
        return 0

    def isEncrypted(self) -> int:
        """Return 1 over HTTPS, 0 over HTTP."""
        return int(self._driver.is_encrypted)

    def isSecure(self) -> int:
        """Return 1 over HTTPS, 0 over HTTP."""
        return int(self._driver.is_encrypted)

    def virConnGetLastError(self) -> ErrorTuple | None:
        """Return the last error of this thread."""
        return virGetLastError()

    def virConnResetLastError(self) -> None:
        """Forget the last error of this thread."""
        virResetLastError()

    def registerCloseCallback(self, cb: CloseCallback, opaque: Any) -> int:
        """Have ``cb(conn, reason, opaque)`` called when `setKeepAlive` finds the server gone; 0.

        The reason is VIR_CONNECT_CLOSE_REASON_KEEPALIVE. Otherwise, as in libvirt's driver, it is never called.
        """
        _ = self._driver
        self._closed = (cb, opaque)
        return 0

    def unregisterCloseCallback(self) -> None:
        """Forget the callback of `registerCloseCallback`."""
        _ = self._driver
        self._closed = None

    # domains

    def lookupByID(self, id: int) -> virDomain:
        """Return the active domain of this id."""
        number = to_int(id)
        if number < 0:
            raise report_argument("id in virDomainLookupByID must be zero or greater", "virDomainLookupByID", "id")
        return virDomain(self, lookup.lookup_by_id(self._driver, number))

    def lookupByName(self, name: str) -> virDomain:
        """Return the domain of this name."""
        return virDomain(self, lookup.lookup_by_name(self._driver, to_text(name, "virDomainLookupByName", "name")))

    def lookupByUUID(self, uuid: bytes) -> virDomain:
        """Return the domain of this UUID, given as its 16 bytes."""
        return virDomain(self, lookup.lookup_by_uuid(self._driver, from_bytes(uuid, "virDomainLookupByUUID")))

    def lookupByUUIDString(self, uuidstr: str) -> virDomain:
        """Return the domain of this UUID: 32 hexadecimal digits, with dashes anywhere or nowhere between them."""
        digits = from_text(uuidstr, "virDomainLookupByUUIDString", "Invalid UUID")
        return virDomain(self, lookup.lookup_by_uuid(self._driver, digits))

    def listAllDomains(self, flags: int = 0) -> list[virDomain]:
        """Return the domains that fit the filters VIR_CONNECT_LIST_DOMAINS_*."""
        check_flags(flags, _ALL_LIST_FLAGS, "esxConnectListAllDomains")
        return [virDomain(self, handle) for handle in domain_listing.list_domains(self._driver, flags)]

    def listDomainsID(self) -> list[int]:
        """Return the ids of the running domains; suspended ones are no part of it, as in libvirt's driver."""
        return [handle.id for handle in domain_listing.list_domains(self._driver, _RUNNING)]

    def numOfDomains(self) -> int:
        """Return how many domains run."""
        return len(self.listDomainsID())

    def listDefinedDomains(self) -> list[str]:
        """Return the names of the domains that do not run; suspended ones are among them, as in libvirt's driver."""
        return [handle.name for handle in domain_listing.list_domains(self._driver, _NOT_RUNNING)]

    def numOfDefinedDomains(self) -> int:
        """Return how many domains do not run."""
        return len(self.listDefinedDomains())

    def getAllDomainStats(self, stats: int = 0, flags: int = 0) -> list[tuple[virDomain, dict[str, Any]]]:
        """Return the statistics of all domains that fit the filters in `flags`.

        Args:
            stats: VIR_DOMAIN_STATS_*; 0 for all there are.
            flags: VIR_CONNECT_GET_ALL_DOMAINS_STATS_*; with ENFORCE_STATS a group that VMware has not is an error.
        """
        flags = check_flags(flags, _STATS_FLAGS, "esxConnectGetAllDomainStats") & _ALL_BITS
        groups = to_int(stats) & _ALL_BITS
        found = domain_stats.all_stats(
            self._driver, groups, flags & _STATS_FILTERS, enforce=bool(flags & _STATS_ENFORCE)
        )
        return [(virDomain(self, handle), values) for handle, values in found]

    def domainListGetStats(
        self, doms: Iterable[Any], stats: int = 0, flags: int = 0
    ) -> list[tuple[virDomain, dict[str, Any]]]:
        """Return the statistics of these domains, in their order; for the rest see `getAllDomainStats`."""
        # As libvirt-python does, leave out what is no domain.
        domains = [domain for domain in doms if isinstance(domain, virDomain)]
        if not domains:
            message = "doms array in virDomainListGetStats must contain at least one domain"
            raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_DOMAIN, message)
        if any(domain.connect() is not self for domain in domains):
            message = "domains in 'doms' array must belong to a single connection"
            raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_DOMAIN, message)
        flags = check_flags(flags, _STATS_FLAGS, "esxConnectGetAllDomainStats") & _ALL_BITS
        handles = [domain._o for domain in domains]  # noqa: SLF001  the classes of this package are each other's friends
        found = domain_stats.stats_of(
            self._driver, handles, to_int(stats) & _ALL_BITS, enforce=bool(flags & _STATS_ENFORCE)
        )
        return [(domain, values) for domain, (_, values) in zip(domains, found, strict=True)]

    # native configurations

    def domainXMLFromNative(self, nativeFormat: str, nativeConfig: str | bytes, flags: int = 0) -> str:
        """Return the domain XML of a native configuration.

        Args:
            nativeFormat: ``vmware-vmx``.
            nativeConfig: The text of the file; its bytes are taken, too.
            flags: None are known.
        """
        check_flags(flags, 0, "esxConnectDomainXMLFromNative")
        name = "virConnectDomainXMLFromNative"
        text = nativeConfig if isinstance(nativeConfig, bytes) else to_text(nativeConfig, name, "nativeConfig")
        return native.from_native(self._driver, to_text(nativeFormat, name, "nativeFormat"), text, report=vmx.Report())

    def domainXMLToNative(self, nativeFormat: str, domainXml: str | bytes, flags: int = 0) -> str:
        """Return the native configuration of domain XML; arguments as in `domainXMLFromNative`."""
        check_flags(flags, 0, "esxConnectDomainXMLToNative")
        name = "virConnectDomainXMLToNative"
        text = domainXml if isinstance(domainXml, bytes) else to_text(domainXml, name, "domainXml")
        return native.to_native(self._driver, to_text(nativeFormat, name, "nativeFormat"), text, report=vmx.Report())

    # defining

    def defineXML(self, xml: str) -> virDomain:
        """Define a domain: a new one, or one that is off anew, by its UUID. Its VMX file stands beside its first disk.

        What a VMX file has and XML cannot say stays as it is. What fails leaves nothing behind.
        """
        return self._define(to_text(xml, "virDomainDefineXML", "xml"), 0)

    def defineXMLFlags(self, xml: str, flags: int = 0) -> virDomain:
        """Define a domain as `defineXML`; with VIR_DOMAIN_DEFINE_VALIDATE only XML that fits libvirt's schema."""
        return self._define(to_text(xml, "virDomainDefineXMLFlags", "xml"), flags)

    def _define(self, xml: str, flags: int) -> virDomain:

        check_flags(flags, VIR_DOMAIN_DEFINE_VALIDATE, "esxDomainDefineXMLFlags")
        validate = bool(flags & VIR_DOMAIN_DEFINE_VALIDATE)
        return virDomain(self, definition.define(self._driver, xml, validate=validate))

    def createXML(self, xmlDesc: str, flags: int = 0) -> virDomain:
        """Define a domain as `defineXML`, and start it; if that fails nothing of it is left, or the error names it.

        VMware knows no other domains than defined ones: it stays when it is stopped. One that is there, off, and what
        the XML says is started. VIR_DOMAIN_START_VALIDATE is taken. libvirt's driver has no such function.
        """
        return self._create(to_text(xmlDesc, "virDomainCreateXML", "xmlDesc"), flags)

    def createLinux(self, xmlDesc: str, flags: int = 0) -> virDomain:
        """Define a domain and start it: the older name of `createXML`."""
        return self._create(to_text(xmlDesc, "virDomainCreateXML", "xmlDesc"), flags)

    def _create(self, xml: str, flags: int) -> virDomain:
        check_flags(flags, VIR_DOMAIN_START_VALIDATE, "esxDomainCreateXML")
        validate = bool(flags & VIR_DOMAIN_START_VALIDATE)
        return virDomain(self, creation.create(self._driver, xml, validate=validate))

    # streams

    def newStream(self, flags: int = 0) -> virStream:
        """Return a stream, for the functions that fill or empty one."""
        check_flags(flags, VIR_STREAM_NONBLOCK, "virStreamNew")
        _ = self._driver
        return virStream(self, flags)
