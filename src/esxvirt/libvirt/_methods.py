"""How a class comes by all of libvirt-python's methods: from its own bodies, and for the rest from `SURFACE`."""

import functools
import operator
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol, TypeVar, cast

from esxvirt.constants import errors as codes
from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._arguments import check_arguments, names_of, to_int
from esxvirt.libvirt._errors import libvirtError, report, report_argument, translate, virResetLastError
from esxvirt.libvirt._late import ast, inspect
from esxvirt.libvirt._misfits import MISFITS, as_bad_answer
from esxvirt.libvirt._moved import missing
from esxvirt.libvirt._surface import INSTEAD, SURFACE

if TYPE_CHECKING:
    from types import FunctionType

    from esxvirt.driver.connection.connection import Connection

__all__ = [
    "ClosedError",
    "Method",
    "check_flags",
    "domain_of",
    "methods",
    "offers",
    "refuse",
    "reports",
    "to_int",
    "to_text",
]

_Class = TypeVar("_Class", bound=type)
_Function = TypeVar("_Function", bound=Callable[..., Any])

_CHANGES_NOTHING = frozenset(
    {
        "virConnectDomainXMLFromNative",
        "virConnectDomainXMLToNative",
        "virConnectGetDomainCapabilities",
        "virConnectFindStoragePoolSources",
        "virDomainOpenConsole",
        "virDomainScreenshot",
        "virStorageVolDownload",
        "virStorageVolUpload",  # which its stream does
    }
)
"""Functions that libvirt refuses on a read-only connection, too."""

# What says, in a function's name, whose errors it raises; the first that fits. All others are VIR_FROM_DOMAIN's.
_DOMAINS = (
    ("virDomainSnapshot", codes.VIR_FROM_DOMAIN_SNAPSHOT),
    ("virDomainListAllSnapshots", codes.VIR_FROM_DOMAIN_SNAPSHOT),
    ("virDomainRevertToSnapshot", codes.VIR_FROM_DOMAIN_SNAPSHOT),
    ("virDomainCheckpoint", codes.VIR_FROM_DOMAIN_CHECKPOINT),
    ("virDomainListAllCheckpoints", codes.VIR_FROM_DOMAIN_CHECKPOINT),
    ("virDomain", codes.VIR_FROM_DOMAIN),
    ("NWFilter", codes.VIR_FROM_NWFILTER),
    ("Network", codes.VIR_FROM_NETWORK),
    ("Interface", codes.VIR_FROM_INTERFACE),
    ("Storage", codes.VIR_FROM_STORAGE),
    ("NodeDevice", codes.VIR_FROM_NODEDEV),
    ("virNodeNumOfDevices", codes.VIR_FROM_NODEDEV),
    ("Secret", codes.VIR_FROM_SECRET),
    ("virStream", codes.VIR_FROM_STREAMS),
)


class ClosedError(Exception):
    """The connection is closed. A method's wrapper makes libvirt's error of it, with the function's name."""


class HasDriver(Protocol):
    """What `offers` needs of a class."""

    @property
    def _driver(self) -> "Connection":
        """The driver's connection; raises `ClosedError`."""


class Method(NamedTuple):
    """A line of `SURFACE`: the method, its parameters as written, libvirt's function, whether it writes."""

    name: str
    parameters: str
    function: str
    writes: bool

    @property
    def domain(self) -> int:
        """Whose errors the function raises."""
        return domain_of(self.function)


def domain_of(function: str) -> int:
    """Return whose errors (VIR_FROM_*) a function of libvirt raises."""
    return next((domain for part, domain in _DOMAINS if part in function), codes.VIR_FROM_DOMAIN)


def methods(name: str) -> list[Method]:
    """Return what `SURFACE` says of a class."""
    found = []
    for line in SURFACE[name].splitlines():
        head, parenthesis, tail = line.strip().partition(")")
        if parenthesis:
            method, _, parameters = head.partition("(")
            function, *marks = tail.split()
            found.append(Method(method, parameters, function, bool(marks)))
    return found


def offers(cls: _Class) -> _Class:
    """Give a class all methods of its `SURFACE`: own or inherited bodies in a wrapper, NO_SUPPORT for the rest."""
    for method in methods(cls.__name__):
        body = next((base.__dict__[method.name] for base in cls.__mro__ if method.name in base.__dict__), None)
        setattr(cls, method.name, _Unsupported(method, cls) if body is None else _supported(body, method))
    setattr(cls, "__getattr__", _say_where_it_is)  # noqa: B010  type checkers must not know of it
    return cls


def reports(function: str, *, writes: bool = False) -> Callable[[_Function], _Function]:
    """Let a function of ours, whose first argument is an object of libvirt's, fail as that object's methods do.

    Args:
        function: What errors and refusals call it; it says whose errors they are, too.
        writes: Whether a read-only connection is refused.
    """

    def wrap(body: _Function) -> _Function:
        code = cast("FunctionType", body).__code__
        parameters = ", ".join(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
        return cast("_Function", _supported(body, Method(body.__name__, parameters, function, writes)))

    return wrap


def check_flags(flags: int, allowed: int, function: str) -> int:
    """Return the flags; those that `allowed` has not are libvirt's error, which names the driver's function."""
    unknown = operator.index(flags) & ~allowed & 0xFFFFFFFF
    if unknown:
        message = f"unsupported flags (0x{unknown:x}) in function {function}"
        raise report_argument(message, function, "flags", codes.VIR_FROM_ESX)
    return flags


def to_text(value: Any, function: str, argument: str) -> str:
    """Return a text, or raise: libvirt's error for None, TypeError as libvirt-python does for what is no text."""
    if value is None:
        message = f"{argument} in {function} must not be NULL"
        raise report_argument(message, function, argument, domain_of(function))
    if not isinstance(value, str):
        raise TypeError(f"{function}() argument 2 must be str or None, not {type(value).__name__}")
    return value


def _say_where_it_is(self: object, name: str) -> NoReturn:
    raise missing(f"'{type(self).__name__}' object", type(self).__mro__, name, self)


def _supported(body: Callable[..., Any], method: Method) -> Callable[..., Any]:
    """Wrap a body: errors become libvirt's, and a read-only connection is left in peace."""
    names = names_of(method.parameters)
    changes = method.writes and method.function not in _CHANGES_NOTHING

    @functools.wraps(body)
    def call(self: HasDriver, *args: Any, **kwargs: Any) -> Any:
        virResetLastError()
        try:
            if args or kwargs:
                check_arguments(method.name, method.function, names, args, kwargs)
            if not method.writes:
                return body(self, *args, **kwargs)
            _refuse_if_read_only(self, method)
            result = body(self, *args, **kwargs)
            self._driver.changes += changes
        except EsxvirtError as error:
            raise translate(error, method.domain) from error
        except MISFITS as error:
            misfit = as_bad_answer(error)
            if misfit is None:
                raise
            raise translate(misfit, method.domain) from error
        except ClosedError:
            raise _closed(method) from None
        except KeyboardInterrupt as interrupt:
            if changes and not interrupt.args:  # where nothing was under way that could tell
                interrupt.args = ("interrupted; whether it was done is not known: look before you try again",)
            raise
        return result

    return call


class _Unsupported:
    """A method that the driver has not. It has a signature, checks its arguments, and raises VIR_ERR_NO_SUPPORT."""

    def __init__(self, method: Method, cls: type) -> None:
        self._method = method
        self.__name__ = method.name
        self.__qualname__ = f"{cls.__name__}.{method.name}"
        self.__doc__ = f"{method.function}: not supported by this driver."

    @property
    def __signature__(self) -> "inspect.Signature":
        return _signature(self._method.parameters)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __call__(self, instance: HasDriver, *args: Any, **kwargs: Any) -> Any:
        try:
            self.__signature__.bind(instance, *args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.__qualname__}() {error}") from None
        virResetLastError()
        method = self._method
        try:
            check_arguments(method.name, method.function, names_of(method.parameters), args, kwargs)
            _ = instance._driver  # noqa: SLF001  raises if the connection is closed
            if method.writes:
                _refuse_if_read_only(instance, method)
        except ClosedError:
            raise _closed(method) from None
        instead = INSTEAD.get(method.function)
        message = method.function if instead is None else f"{method.function}: {instead}"
        raise report(codes.VIR_ERR_NO_SUPPORT, method.domain, message)


def refuse(instance: Any, function: str) -> NoReturn:
    """Refuse what is another hypervisor's own, as libvirt does: not at all on a closed or a read-only connection.

    Args:
        instance: The object that it was asked of.
        function: libvirt's name of it.
    """
    virResetLastError()
    try:
        is_read_only = instance._driver.read_only  # noqa: SLF001  as below
    except ClosedError:
        raise report(codes.VIR_ERR_INVALID_CONN, codes.VIR_FROM_NONE, function) from None
    if is_read_only:
        message = f"read only access prevents {function}"
        raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_NONE, message)
    raise report(codes.VIR_ERR_NO_SUPPORT, codes.VIR_FROM_NONE, function)


def _refuse_if_read_only(instance: HasDriver, method: Method) -> None:
    if instance._driver.read_only:  # noqa: SLF001  the classes of this package are each other's friends
        message = f"read only access prevents {method.function}"
        raise report(codes.VIR_ERR_OPERATION_DENIED, method.domain, message)


def _closed(method: Method) -> libvirtError:
    # libvirt gives no domain for this one function.
    domain = codes.VIR_FROM_NONE if method.function == "virConnectClose" else method.domain
    return report(codes.VIR_ERR_INVALID_CONN, domain, method.function)


def _signature(parameters: str) -> "inspect.Signature":
    """Make a signature of ``self`` and parameters as written in `SURFACE`: names, with or without a plain default."""
    made = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for parameter in parameters.split(", ") if parameters else ():
        name, equals, default = parameter.partition("=")
        made.append(
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=ast.literal_eval(default) if equals else inspect.Parameter.empty,
            )
        )
    return inspect.Signature(made)
