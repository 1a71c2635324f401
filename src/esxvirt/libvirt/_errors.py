"""libvirtError, the last error of a thread, error handlers, and what an error of ours becomes in libvirt's terms.

`ERRORS` and `FAULTS` are the one table: they give the code and the domain for each class of `esxvirt.errors` and for
vSphere's faults; the text around a message goes by the code (libvirt's virErrorMsg).
"""

import sys
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from esxvirt import errors
from esxvirt.constants import errors as codes
from esxvirt.libvirt._late import traceback

__all__ = [
    "libvirtError",
    "registerErrorHandler",
    "virGetLastError",
    "virGetLastErrorCode",
    "virGetLastErrorDomain",
    "virGetLastErrorMessage",
    "virResetLastError",
]

#: Code, domain, message, level, three texts, two numbers; as libvirt-python's `virGetLastError` gives it.
ErrorTuple: TypeAlias = tuple[int, int, str, int, str | None, str | None, str | None, int, int]


class Meaning(NamedTuple):
    """What an error is to libvirt. A domain of None is that of the function called, for what libvirt's API refuses."""

    code: int
    domain: int | None = codes.VIR_FROM_ESX


ERRORS: Final[dict[type[BaseException], Meaning]] = {
    errors.EsxvirtError: Meaning(codes.VIR_ERR_INTERNAL_ERROR),
    errors.InvalidArgumentError: Meaning(codes.VIR_ERR_INVALID_ARG),
    errors.UriServerError: Meaning(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_NONE),
    errors.UriSyntaxError: Meaning(codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_FROM_URI),
    errors.UnsupportedError: Meaning(codes.VIR_ERR_NO_SUPPORT, None),
    errors.ArgumentUnsupportedError: Meaning(codes.VIR_ERR_ARGUMENT_UNSUPPORTED),
    errors.ConfigUnsupportedError: Meaning(codes.VIR_ERR_CONFIG_UNSUPPORTED),
    errors.XmlError: Meaning(codes.VIR_ERR_XML_ERROR, None),
    errors.XmlSchemaError: Meaning(codes.VIR_ERR_XML_INVALID_SCHEMA, codes.VIR_FROM_XML),
    errors.XmlSyntaxError: Meaning(codes.VIR_ERR_XML_DETAIL, None),
    errors.FirmwareError: Meaning(codes.VIR_ERR_XML_DETAIL, codes.VIR_FROM_DOMAIN),
    errors.TooLargeError: Meaning(codes.VIR_ERR_OVERFLOW, codes.VIR_FROM_NONE),
    errors.NoNameError: Meaning(codes.VIR_ERR_NO_NAME, None),
    errors.NoSourceError: Meaning(codes.VIR_ERR_NO_SOURCE, None),
    errors.NoTargetError: Meaning(codes.VIR_ERR_NO_TARGET, None),
    errors.DomainNotFoundError: Meaning(codes.VIR_ERR_NO_DOMAIN),
    errors.SnapshotNotFoundError: Meaning(codes.VIR_ERR_NO_DOMAIN_SNAPSHOT),
    errors.NetworkNotFoundError: Meaning(codes.VIR_ERR_NO_NETWORK),
    errors.NetworkExistsError: Meaning(codes.VIR_ERR_NETWORK_EXIST),
    errors.InterfaceNotFoundError: Meaning(codes.VIR_ERR_NO_INTERFACE),
    errors.NodeDeviceNotFoundError: Meaning(codes.VIR_ERR_NO_NODE_DEVICE),
    errors.PoolNotFoundError: Meaning(codes.VIR_ERR_NO_STORAGE_POOL),
    errors.VolumeNotFoundError: Meaning(codes.VIR_ERR_NO_STORAGE_VOL),
    errors.MetadataNotFoundError: Meaning(codes.VIR_ERR_NO_DOMAIN_METADATA),
    errors.DeviceNotFoundError: Meaning(codes.VIR_ERR_DEVICE_MISSING),
    errors.OperationInvalidError: Meaning(codes.VIR_ERR_OPERATION_INVALID),
    errors.AmbiguousError: Meaning(codes.VIR_ERR_OPERATION_INVALID),
    errors.OperationFailedError: Meaning(codes.VIR_ERR_OPERATION_FAILED),
    errors.OperationUnsupportedError: Meaning(codes.VIR_ERR_OPERATION_UNSUPPORTED),
    errors.ReadOnlyError: Meaning(codes.VIR_ERR_OPERATION_DENIED, None),
    errors.AuthenticationError: Meaning(codes.VIR_ERR_AUTH_FAILED, codes.VIR_FROM_AUTH),
    errors.AuthCancelledError: Meaning(codes.VIR_ERR_AUTH_CANCELLED, codes.VIR_FROM_AUTH),
    errors.AuthFileError: Meaning(codes.VIR_ERR_CONF_SYNTAX, codes.VIR_FROM_NONE),
    errors.NoAnswerError: Meaning(codes.VIR_ERR_OPERATION_FAILED, codes.VIR_FROM_AUTH),
    errors.NoQuestionError: Meaning(codes.VIR_ERR_OPERATION_UNSUPPORTED, codes.VIR_FROM_AUTH),
    errors.NoCredentialsError: Meaning(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_AUTH),
    errors.DeadlineError: Meaning(codes.VIR_ERR_OPERATION_TIMEOUT),
    errors.MissingPrivilegeError: Meaning(codes.VIR_ERR_ACCESS_DENIED),
    errors.TaskCancelledError: Meaning(codes.VIR_ERR_OPERATION_ABORTED),
    errors.VmxSyntaxError: Meaning(codes.VIR_ERR_CONF_SYNTAX, codes.VIR_FROM_CONF),
    errors.UnavailableError: Meaning(codes.VIR_ERR_NO_CONNECT, codes.VIR_FROM_NONE),
}
"""By class; a class that is not here has its nearest ancestor's."""

FAULTS: Final[dict[str, Meaning]] = {
    "NoPermission": Meaning(codes.VIR_ERR_ACCESS_DENIED),
    "RestrictedVersion": Meaning(codes.VIR_ERR_OPERATION_DENIED),
}
"""By a fault's name on the wire; all others are VIR_ERR_INTERNAL_ERROR, as in libvirt."""

_PLACE: Final = "%1$s"
TEXTS: Final[dict[int, str]] = {
    codes.VIR_ERR_INTERNAL_ERROR: "internal error: %1$s",
    codes.VIR_ERR_NO_SUPPORT: "this function is not supported by the connection driver: %1$s",
    codes.VIR_ERR_NO_CONNECT: "no connection driver available for %1$s",
    codes.VIR_ERR_INVALID_CONN: "invalid connection pointer in %1$s",
    codes.VIR_ERR_INVALID_STORAGE_VOL: "invalid storage volume pointer in %1$s",
    codes.VIR_ERR_INVALID_DOMAIN_SNAPSHOT: "Invalid domain snapshot: %1$s",
    codes.VIR_ERR_INVALID_STREAM: "invalid stream pointer in %1$s",
    codes.VIR_ERR_INVALID_ARG: "invalid argument: %1$s",
    codes.VIR_ERR_OPERATION_FAILED: "operation failed: %1$s",
    codes.VIR_ERR_XML_ERROR: "XML error: %1$s",
    codes.VIR_ERR_OPERATION_DENIED: "operation forbidden: %1$s",
    codes.VIR_ERR_CONF_SYNTAX: "configuration file syntax error: %1$s",
    codes.VIR_ERR_XML_DETAIL: "%1$s",
    codes.VIR_ERR_NO_DOMAIN: "Domain not found: %1$s",
    codes.VIR_ERR_NO_NETWORK: "Network not found: %1$s",
    codes.VIR_ERR_AUTH_FAILED: "authentication failed: %1$s",
    codes.VIR_ERR_NO_STORAGE_POOL: "Storage pool not found: %1$s",
    codes.VIR_ERR_NO_STORAGE_VOL: "Storage volume not found: %1$s",
    codes.VIR_ERR_NO_DOMAIN_METADATA: "metadata not found: %1$s",
    codes.VIR_ERR_OPERATION_INVALID: "Requested operation is not valid: %1$s",
    codes.VIR_ERR_NO_INTERFACE: "Interface not found: %1$s",
    codes.VIR_ERR_NO_NODE_DEVICE: "Node device not found: %1$s",
    codes.VIR_ERR_CONFIG_UNSUPPORTED: "unsupported configuration: %1$s",
    codes.VIR_ERR_NETWORK_EXIST: "network %1$s exists already",
    codes.VIR_ERR_OPERATION_TIMEOUT: "Timed out during operation: %1$s",
    codes.VIR_ERR_NO_DOMAIN_SNAPSHOT: "Domain snapshot not found: %1$s",
    codes.VIR_ERR_XML_INVALID_SCHEMA: "XML document failed to validate against schema: %1$s",
    codes.VIR_ERR_OVERFLOW: "numerical overflow: %1$s",
    codes.VIR_ERR_ARGUMENT_UNSUPPORTED: "argument unsupported: %1$s",
    codes.VIR_ERR_OPERATION_UNSUPPORTED: "Operation not supported: %1$s",
    codes.VIR_ERR_DEVICE_MISSING: "device not found: %1$s",
    codes.VIR_ERR_OPERATION_ABORTED: "operation aborted: %1$s",
    codes.VIR_ERR_AUTH_CANCELLED: "authentication cancelled: %1$s",
    codes.VIR_ERR_ACCESS_DENIED: "access denied: %1$s",
}
"""libvirt's text for a code; ``%1$s`` is where the message goes."""

_WHOLE: Final[dict[int, str]] = {
    codes.VIR_ERR_NO_NAME: "missing name information in %1$s",
    codes.VIR_ERR_NO_SOURCE: "missing source information for device %1$s",
    codes.VIR_ERR_NO_TARGET: "missing target information for device %1$s",
}
"""The same for codes whose message is the whole text: libvirt has another for them where there is nothing to add."""

SOURCES: Final[dict[int, str]] = {
    codes.VIR_FROM_NONE: "",
    codes.VIR_FROM_CONF: "Config File",
    codes.VIR_FROM_STORAGE: "Storage Driver",
    codes.VIR_FROM_NETWORK: "Network Driver",
    codes.VIR_FROM_XML: "XML Util",
    codes.VIR_FROM_DOMAIN: "Domain Config",
    codes.VIR_FROM_NODEDEV: "Node Device Driver",
    codes.VIR_FROM_INTERFACE: "Network Interface Driver",
    codes.VIR_FROM_ESX: "ESX Driver",
    codes.VIR_FROM_SECRET: "Secrets Driver",
    codes.VIR_FROM_NWFILTER: "Network Filter Driver",
    codes.VIR_FROM_DOMAIN_SNAPSHOT: "Domain Snapshot",
    codes.VIR_FROM_STREAMS: "I/O Stream Utils",
    codes.VIR_FROM_URI: "URI Utils",
    codes.VIR_FROM_AUTH: "Authentication Utils",
    codes.VIR_FROM_DOMAIN_CHECKPOINT: "Domain Checkpoint",
}
"""A domain's name in what is printed."""

ErrorHandler: TypeAlias = Callable[[Any, ErrorTuple], None]

_last = threading.local()
_handlers: list[tuple[ErrorHandler, Any]] = []


class libvirtError(Exception):  # libvirt-python's name
    """An error of this module; libvirt-python's class.

    Attributes:
        err: `virGetLastError` as of the making of this error; None if there was none.
    """

    err: ErrorTuple | None

    def __init__(self, defmsg: str) -> None:
        err = virGetLastError()
        super().__init__(defmsg if err is None else err[2])
        self.err = err

    def get_error_code(self) -> int | None:
        """Return the VIR_ERR_* code."""
        return None if self.err is None else self.err[0]

    def get_error_domain(self) -> int | None:
        """Return the VIR_FROM_* domain: who raised it."""
        return None if self.err is None else self.err[1]

    def get_error_message(self) -> str | None:
        """Return the text, with libvirt's prefix for the code."""
        return None if self.err is None else self.err[2]

    def get_error_level(self) -> int | None:
        """Return the level, VIR_ERR_ERROR or VIR_ERR_WARNING."""
        return None if self.err is None else self.err[3]

    def get_str1(self) -> str | None:
        """Return libvirt's text for the code, with ``%1$s`` where the message goes."""
        return None if self.err is None else self.err[4]

    def get_str2(self) -> str | None:
        """Return the message without libvirt's text around it."""
        return None if self.err is None else self.err[5]

    def get_str3(self) -> str | None:
        """Return nothing: a text that libvirt keeps for some other drivers."""
        return None if self.err is None else self.err[6]

    def get_int1(self) -> int | None:
        """Return -1: a number that libvirt keeps for some other drivers."""
        return None if self.err is None else self.err[7]

    def get_int2(self) -> int | None:
        """Return -1, as `get_int1`."""
        return None if self.err is None else self.err[8]


def registerErrorHandler(f: ErrorHandler | None, ctx: Any) -> int:
    """Have errors handed to ``f(ctx, error)`` instead of printed to stderr; None prints them again. Returns 1."""
    _handlers[:] = [] if f is None else [(f, ctx)]
    return 1


def virGetLastError() -> ErrorTuple | None:
    """Return this thread's last error; None since its last call that went well."""
    return getattr(_last, "error", None)


def virGetLastErrorCode() -> int:
    """Return the code of this thread's last error, 0 if there is none."""
    error = virGetLastError()
    return 0 if error is None else error[0]


def virGetLastErrorDomain() -> int:
    """Return the domain of this thread's last error, 0 if there is none."""
    error = virGetLastError()
    return 0 if error is None else error[1]


def virGetLastErrorMessage() -> str:
    """Return the text of this thread's last error, "no error" if there is none."""
    error = virGetLastError()
    return "no error" if error is None else error[2]


def virResetLastError() -> None:
    """Forget this thread's last error. Every call of the API begins with it."""
    _last.error = None


def report(code: int, domain: int, message: str) -> libvirtError:
    """Return the error to raise for a code, a domain and a message without libvirt's text around it."""
    if code in _WHOLE:
        text = _WHOLE[code]
        begin = text.removesuffix(_PLACE)
        detail = message.removeprefix(begin) if message.startswith(begin) else None
        text = message if detail is None else text
        return _report((code, domain, message, codes.VIR_ERR_ERROR, text, detail, None, -1, -1))
    text = TEXTS[code]
    return _report((code, domain, text.replace(_PLACE, message), codes.VIR_ERR_ERROR, text, message, None, -1, -1))


def report_argument(message: str, function: str, argument: str, domain: int = codes.VIR_FROM_DOMAIN) -> libvirtError:
    """Return the error for an argument that libvirt's API itself refuses: its text has no prefix."""
    return _report((codes.VIR_ERR_INVALID_ARG, domain, message, codes.VIR_ERR_ERROR, function, argument, None, 0, 0))


def translate(error: errors.EsxvirtError, domain: int) -> libvirtError:
    """Return the error to raise for one of ours; `domain` is that of the function called."""
    # A class that says more than "a fault" says more than the fault's name, too.
    meaning = FAULTS.get(error.name) if isinstance(error, errors.ServerFault) and type(error) not in ERRORS else None
    if meaning is None:
        meaning = next(ERRORS[ancestor] for ancestor in type(error).__mro__ if ancestor in ERRORS)
    return report(meaning.code, domain if meaning.domain is None else meaning.domain, str(error))


def _report(error: ErrorTuple) -> libvirtError:
    _last.error = error
    if _handlers:
        handler, context = _handlers[0]
        try:
            handler(context, error)
        except Exception:  # noqa: BLE001  as in libvirt-python: a handler that breaks hides no error
            traceback.print_exc()
    else:
        sys.stderr.write(f"libvirt: {SOURCES.get(error[1], '')} error : {error[2]}\n")
    return libvirtError(error[2])
