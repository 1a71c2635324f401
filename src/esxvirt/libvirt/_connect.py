"""virConnect: a connection, and what is asked of the host."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded with the first connection

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from esxvirt.libvirt._connect_networks import Networks
from esxvirt.libvirt._connect_storage import Storage
from esxvirt.libvirt._domain import virDomain
from esxvirt.libvirt._errors import ErrorTuple, report, report_argument, virGetLastError, virResetLastError
from esxvirt.libvirt._many_hosts import ManyHosts
from esxvirt.libvirt._methods import ClosedError, check_flags, offers, to_int, to_text
from esxvirt.libvirt._stream import virStream
from esxvirt.libvirt._uuids import from_bytes, from_text
from esxvirt.libvirt._version import LIBRARY_VERSION
from esxvirt.libvirt.constants import connect as flags_
from esxvirt.libvirt.constants import errors as codes
from esxvirt.libvirt.constants.domains import VIR_DOMAIN_DEFINE_VALIDATE
from esxvirt.libvirt.constants.node import VIR_STREAM_NONBLOCK

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.domain.handles import DomainHandle
    from esxvirt.driver.tasks.questions import Question

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

_ALL_BITS = 0xFFFFFFFF  # of C's unsigned int

CloseCallback = Callable[["virConnect", int, Any], None]
QuestionCallback = Callable[["virConnect", virDomain, "Question", Any], str | None]
ProgressCallback = Callable[["virConnect", int, Any], None]


@offers
class virConnect(ManyHosts, Networks, Storage):
    """A connection, made by `open`, `openReadOnly` or `openAuth`; a context manager that closes itself.

    Methods without a body here raise VIR_ERR_NO_SUPPORT. All raise `libvirtError`.
    """

    if TYPE_CHECKING:  # the methods without a body

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, _obj: "Connection | None" = None) -> None:
        self._o = _obj
        self._closed: tuple[CloseCallback, Any] | None = None

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

    @property
    def _driver(self) -> "Connection":
        if self._o is None:
            raise ClosedError
        return self._o

    def _disconnect(self) -> None:
        driver, self._o = self._o, None
        if driver is not None:
            driver.close()

    @property
    def vim(self) -> Any:
        """The `vim.ServiceInstance` of pyVmomi, logged in: for what libvirt has no function for."""
        return self._driver.vim

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
        from esxvirt.driver.host import host

        return host.version(self._driver)

    def getLibVersion(self) -> int:
        """Return the version of libvirt's API that this module has."""
        _ = self._driver
        return LIBRARY_VERSION

    def getHostname(self) -> str:
        """Return the host's own name, with its domain."""
        from esxvirt.driver.host import host

        return host.hostname(self._driver)

    def getURI(self) -> str:
        """Return the URI of the connection, in its normal form."""
        return self._driver.uri.text

    def changesMade(self) -> int:
        """Return how many changes were made by way of this connection. esxvirt's own."""
        return self._driver.changes

    def definitionNotes(self) -> list[str]:
        """Return what the last definition of a domain left out or guessed, an item a note. esxvirt's own."""
        return list(self._driver.notes)

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
        import weakref

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

    # the host

    def getCapabilities(self) -> str:
        """Return the XML of what the host and its guests can be."""
        from esxvirt.driver.host import host
        from esxvirt.xml.capabilities import Capabilities, format_capabilities

        facts = host.capabilities_facts(self._driver)
        arch = "x86_64" if facts.long_mode else "i686"
        return format_capabilities(Capabilities(uuid=facts.uuid or None, arch=arch))

    def getInfo(self) -> list[Any]:
        """Return CPU model, memory in MiB, CPUs, MHz, NUMA nodes, sockets a node, cores a socket, threads a core."""
        info = self.getInfoKiB()
        return [info[0], info[1] >> 10, *info[2:]]

    def getInfoKiB(self) -> list[Any]:
        """Return what `getInfo` returns, but the memory in KiB, as C's virNodeGetInfo has it. esxvirt's own."""
        from esxvirt.driver.host import host

        info = host.node_info(self._driver)
        return [info.model, info.memory, info.cpus, info.mhz, info.nodes, info.sockets, info.cores, info.threads]

    def domainTitles(self, doms: "list[virDomain]") -> list[str | None]:
        """Return the titles of domains, None for those without: of all at once, unlike `virDomain.metadata`.

        esxvirt's own.
        """
        from esxvirt.driver.domain.metadata import titles

        return titles(self._driver, [domain._o for domain in doms])  # noqa: SLF001  friends

    def getFreeMemory(self) -> int:
        """Return the host's free memory in bytes."""
        from esxvirt.driver.host import host

        return host.free_memory(self._driver)

    # domains

    def lookupByID(self, id: int) -> virDomain:
        """Return the active domain of this id."""
        from esxvirt.driver.domain import lookup

        number = to_int(id)
        if number < 0:
            raise report_argument("id in virDomainLookupByID must be zero or greater", "virDomainLookupByID", "id")
        return virDomain(self, lookup.lookup_by_id(self._driver, number))

    def lookupByName(self, name: str) -> virDomain:
        """Return the domain of this name."""
        from esxvirt.driver.domain import lookup

        return virDomain(self, lookup.lookup_by_name(self._driver, to_text(name, "virDomainLookupByName", "name")))

    def lookupByUUID(self, uuid: bytes) -> virDomain:
        """Return the domain of this UUID, given as its 16 bytes."""
        from esxvirt.driver.domain import lookup

        return virDomain(self, lookup.lookup_by_uuid(self._driver, from_bytes(uuid, "virDomainLookupByUUID")))

    def lookupByUUIDString(self, uuidstr: str) -> virDomain:
        """Return the domain of this UUID: 32 hexadecimal digits, with dashes anywhere or nowhere between them."""
        from esxvirt.driver.domain import lookup

        digits = from_text(uuidstr, "virDomainLookupByUUIDString", "Invalid UUID")
        return virDomain(self, lookup.lookup_by_uuid(self._driver, digits))

    def listAllDomains(self, flags: int = 0) -> list[virDomain]:
        """Return the domains that fit the filters VIR_CONNECT_LIST_DOMAINS_*."""
        from esxvirt.driver.domain.listing import list_domains

        check_flags(flags, _ALL_LIST_FLAGS, "esxConnectListAllDomains")
        return [virDomain(self, handle) for handle in list_domains(self._driver, flags)]

    def listDomainsID(self) -> list[int]:
        """Return the ids of the running domains; suspended ones are no part of it, as in libvirt's driver."""
        from esxvirt.driver.domain.listing import list_domains

        return [handle.id for handle in list_domains(self._driver, _RUNNING)]

    def numOfDomains(self) -> int:
        """Return how many domains run."""
        return len(self.listDomainsID())

    def listDefinedDomains(self) -> list[str]:
        """Return the names of the domains that do not run; suspended ones are among them, as in libvirt's driver."""
        from esxvirt.driver.domain.listing import list_domains

        return [handle.name for handle in list_domains(self._driver, _NOT_RUNNING)]

    def numOfDefinedDomains(self) -> int:
        """Return how many domains do not run."""
        return len(self.listDefinedDomains())

    def getAllDomainStats(self, stats: int = 0, flags: int = 0) -> list[tuple[virDomain, dict[str, Any]]]:
        """Return the statistics of all domains that fit the filters in `flags`.

        Args:
            stats: VIR_DOMAIN_STATS_*; 0 for all there are.
            flags: VIR_CONNECT_GET_ALL_DOMAINS_STATS_*; with ENFORCE_STATS a group that VMware has not is an error.
        """
        from esxvirt.driver.stats.stats import all_stats

        flags = check_flags(flags, _STATS_FLAGS, "esxConnectGetAllDomainStats") & _ALL_BITS
        groups = to_int(stats) & _ALL_BITS
        found = all_stats(self._driver, groups, flags & _STATS_FILTERS, enforce=bool(flags & _STATS_ENFORCE))
        return [(virDomain(self, handle), values) for handle, values in found]

    def domainListGetStats(
        self, doms: Iterable[Any], stats: int = 0, flags: int = 0
    ) -> list[tuple[virDomain, dict[str, Any]]]:
        """Return the statistics of these domains, in their order; for the rest see `getAllDomainStats`."""
        from esxvirt.driver.stats.stats import stats_of

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
        found = stats_of(self._driver, handles, to_int(stats) & _ALL_BITS, enforce=bool(flags & _STATS_ENFORCE))
        return [(domain, values) for domain, (_, values) in zip(domains, found, strict=True)]

    # native configurations

    def domainXMLFromNative(self, nativeFormat: str, nativeConfig: str, flags: int = 0) -> str:
        """Return the domain XML of a native configuration.

        Args:
            nativeFormat: ``vmware-vmx``.
            nativeConfig: The text of the file; its bytes are taken, too.
            flags: None are known.
        """
        check_flags(flags, 0, "esxConnectDomainXMLFromNative")
        return self.nativeToXML(nativeFormat, nativeConfig)[0]

    def domainXMLToNative(self, nativeFormat: str, domainXml: str, flags: int = 0) -> str:
        """Return the native configuration of domain XML; arguments as in `domainXMLFromNative`."""
        check_flags(flags, 0, "esxConnectDomainXMLToNative")
        return self.xmlToNative(nativeFormat, domainXml)[0]

    def nativeToXML(
        self,
        nativeFormat: str,
        nativeConfig: str | bytes,
        strict: bool = False,
        lenient: bool = False,
        fileName: str | None = None,
    ) -> tuple[str, list[str]]:
        """Return the domain XML of a native configuration, and what was lost or guessed; not libvirt's.

        With `strict` what libvirt refuses is refused; with `lenient` files are taken that are on datastores which the
        server has not. Errors name `fileName`. `esxvirt.libvirt.nativeToXML` needs no connection.
        """
        from esxvirt.libvirt._native import convert_from

        name = "virConnectDomainXMLFromNative"
        text = nativeConfig if isinstance(nativeConfig, bytes) else to_text(nativeConfig, name, "nativeConfig")
        native = to_text(nativeFormat, name, "nativeFormat")
        return convert_from(self._driver, native, text, strict=strict, lenient=lenient, file_name=fileName)

    def xmlToNative(
        self,
        nativeFormat: str,
        domainXml: str | bytes,
        strict: bool = False,
        lenient: bool = False,
        fileName: str | None = None,
    ) -> tuple[str, list[str]]:
        """Return the native configuration of domain XML, and what was lost; see `nativeToXML`."""
        from esxvirt.libvirt._native import convert_to

        name = "virConnectDomainXMLToNative"
        text = domainXml if isinstance(domainXml, bytes) else to_text(domainXml, name, "domainXml")
        native = to_text(nativeFormat, name, "nativeFormat")
        return convert_to(self._driver, native, text, strict=strict, lenient=lenient, file_name=fileName)

    # defining

    def defineXML(self, xml: str) -> virDomain:
        """Define a domain: a new one, or one that is off anew, by its UUID. Its VMX file stands beside its first disk.

        What a VMX file has and XML cannot say stays as it is. What fails leaves nothing behind.
        """
        return self._define(to_text(xml, "virDomainDefineXML", "xml"), 0)

    def defineXMLFlags(self, xml: str, flags: int = 0) -> virDomain:
        """Define a domain as `defineXML`; with VIR_DOMAIN_DEFINE_VALIDATE only XML that fits libvirt's schema."""
        return self._define(to_text(xml, "virDomainDefineXMLFlags", "xml"), flags)

    def defineXMLOn(self, xml: str, host: str, flags: int = 0) -> virDomain:
        """Define a domain as `defineXMLFlags`, a new one on the host of that name or path. esxvirt's own."""
        name = "virDomainDefineXMLOn"
        return self._define(to_text(xml, name, "xml"), flags, to_text(host, name, "host"))

    def _define(self, xml: str, flags: int, host: str | None = None) -> virDomain:
        from esxvirt.driver.definition.define import define

        check_flags(flags, VIR_DOMAIN_DEFINE_VALIDATE, "esxDomainDefineXMLFlags")
        validate = bool(flags & VIR_DOMAIN_DEFINE_VALIDATE)
        return virDomain(self, define(self._driver, xml, host, validate=validate))

    # tasks, and the questions that block them: libvirt has no functions for it

    def setQuestionCallback(self, cb: "QuestionCallback | None", opaque: Any = None) -> int:
        """Have questions that block a task answered by ``cb(conn, dom, question, opaque)``; 0.

        It is given an object with the `id` and the `text` of the question, its `choices` (pairs of key and label) and
        the key of the `default`, or None there. It returns the key, or the label, of the answer; None cancels the task,
        as without a callback. With `auto_answer` in the URI, 0 or 1, nobody is asked. `cb` None asks nobody any more.
        """
        if cb is None:
            self._driver.policy.ask = None
            return 0

        def ask(handle: "DomainHandle", question: "Question") -> str | None:
            from esxvirt.driver.tasks.questions import find_key

            choice = cb(self, virDomain(self, handle), question, opaque)
            return None if choice is None else find_key(question, choice)

        self._driver.policy.ask = ask
        return 0

    def setProgressCallback(self, cb: "ProgressCallback | None", opaque: Any = None) -> int:
        """Have ``cb(conn, percent, opaque)`` told how far a task is, whenever that changes; None for no more. 0."""
        self._driver.policy.progress = None if cb is None else lambda percent: cb(self, percent, opaque)
        return 0

    def setTaskDeadline(self, seconds: float | None) -> int:
        """Cancel tasks that take longer than so many seconds: VIR_ERR_OPERATION_TIMEOUT; None lets them. 0."""
        if seconds is not None and seconds <= 0:
            raise report_argument("seconds in virConnectSetTaskDeadline must be greater than zero", "", "seconds")
        self._driver.policy.seconds = seconds
        return 0

    # streams

    def newStream(self, flags: int = 0) -> virStream:
        """Return a stream, for the functions that fill or empty one."""
        check_flags(flags, VIR_STREAM_NONBLOCK, "virStreamNew")
        _ = self._driver
        return virStream(self, flags)
