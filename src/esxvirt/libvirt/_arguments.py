"""What kinds of values libvirt-python's methods take, by the names of their parameters; others are refused as it does.

libvirt-python hands its arguments to C one after the other, and C's rules hold for all methods alike, whether the
driver has them or not: what is no integer or no text is a TypeError before anything is asked of the server, and so is
not taken for something else.
"""

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from esxvirt.constants import errors as codes
from esxvirt.libvirt._errors import report, report_argument

__all__ = ["INTEGERS", "OBJECTS", "TEXT", "check_arguments", "check_connection", "names_of", "to_int", "to_int32"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INT32: Final = range(-(1 << 31), 1 << 31)
_INT64: Final = range(-(1 << 63), 1 << 64)  # as signed or as unsigned: C takes either for some of them

_SIGNED: Final = _words(
    """
    autostart callbackID cellNum codeset cpuNum eventID events fd holdtime id interval iothread_val nbytes parentIndex
    period startCell state usageType vcpu
    """
)
_LONG: Final = _words(
    """
    bandwidth cacheSize capacity downtime duration length memory minimum offset pid_value size start threshold
    """
)
# C takes the lowest 32 bits of these, whatever there is above them: the bodies say what is too large.
_UNSIGNED: Final = _words(
    """
    action algorithm cellCount command count dumpformat flags idx iothread_id nkeycodes nvcpus section signum source
    stats target types
    """
)
INTEGERS: Final = _SIGNED | _LONG | _UNSIGNED
TEXT: Final = _words(
    """
    alias arch backupXML base cap checkpointXML destxml dev_name device disk dname driverName dumpxml duri dconnuri dxml
    emulator emulatorbin file frm group key mac machine macstr metadata miguri mountPoint name nativeFormat new_name
    password path portdev srcSpec to top uri usageID user uuidstr vcpumap virttype wwnn wwpn xml xmlCPU xmlDesc xmldesc
    """
)
# Not here: what is of one kind for one method and of another for the next, and what is ours alone.


class _Wanted(NamedTuple):
    """A class of ours, and libvirt's error for None in its place."""

    name: str
    code: int
    domain: int


_STREAM: Final = _Wanted("virStream", codes.VIR_ERR_INVALID_STREAM, codes.VIR_FROM_STREAMS)
OBJECTS: Final = {
    "stream": _STREAM,
    "st": _STREAM,
    "clonevol": _Wanted("virStorageVol", codes.VIR_ERR_INVALID_STORAGE_VOL, codes.VIR_FROM_STORAGE),
    "snap": _Wanted("virDomainSnapshot", codes.VIR_ERR_INVALID_DOMAIN_SNAPSHOT, codes.VIR_FROM_DOMAIN_SNAPSHOT),
}


def names_of(parameters: str) -> tuple[str, ...]:
    """Return the names of parameters as `SURFACE` writes them."""
    return tuple(part.partition("=")[0] for part in parameters.split(", ")) if parameters else ()


def check_arguments(
    method: str, function: str, names: Sequence[str], args: Sequence[Any], kwargs: dict[str, Any]
) -> None:
    """Refuse values that are of no kind that the parameters take.

    Args:
        method: libvirt-python's name of it.
        function: libvirt's.
        names: Of the parameters, without ``self``.
        args: What is given by position; what is too much is not looked at.
        kwargs: What is given by name.

    Raises:
        TypeError: No integer, text or object where one is wanted.
        OverflowError: An integer that C has no room for.
        libvirtError: None in the place of an object.
    """
    given: Iterable[tuple[str, Any]] = zip(names, args, strict=False)
    for name, value in (*given, *kwargs.items()) if kwargs else given:
        if name in _UNSIGNED:
            to_int(value)
        elif name in _SIGNED:
            to_int32(value)
        elif name in _LONG:
            _to_long(value)
        elif name in OBJECTS:
            _check_object(method, function, name, value)
        elif name in TEXT and name in names and value is not None and not isinstance(value, str):
            position, kind = names.index(name) + 2, type(value).__name__  # C's first is the object
            raise TypeError(f"{function}() argument {position} must be str or None, not {kind}")


def _check_object(method: str, function: str, name: str, value: Any) -> None:
    wanted = OBJECTS[name]
    if value is None:
        raise report(wanted.code, wanted.domain, function)
    if all(one.__name__ != wanted.name for one in type(value).__mro__):
        raise TypeError(f"{method}() takes a {wanted.name}, not {type(value).__name__}")


def check_connection(connection: Any, given: Any, message: str, function: str, argument: str, domain: int) -> None:
    """Refuse an object of another connection: what it is known by may be something else on this server.

    Raises:
        libvirtError: It is of another connection.
    """
    if given.connect() is not connection:
        raise report_argument(message, function, argument, domain)


def to_int(value: Any) -> int:
    """Return an integer, or raise TypeError as libvirt-python does for what is none."""
    return operator.index(value)


def to_int32(value: Any) -> int:
    """Return an integer of C's type int; OverflowError for what is none."""
    return _in_range(value, _INT32, "signed integer")


def _to_long(value: Any) -> int:
    return _in_range(value, _INT64, "Python int")


def _in_range(value: Any, allowed: range, kind: str) -> int:
    number = to_int(value)
    if number not in allowed:
        size = "less than minimum" if number < 0 else "greater than maximum"
        raise OverflowError(f"{kind} is {size}" if allowed is _INT32 else f"{kind} too large to convert to C long")
    return number
