"""vSphere faults, as they come in a SOAP answer or as a task's error, to `esxvirt.errors`."""

from typing import Any, Final

from esxvirt.errors import BadAnswerError, MissingPrivilegeError, ServerFault, TaskCancelledError
from esxvirt.vsphere.api_schema import is_a
from esxvirt.vsphere.decode import Data, decode_as
from esxvirt.vsphere.soap import BODY, TYPE, parse

__all__ = ["SoapFault", "decode_fault", "describe", "describe_task_error", "is_missing_privilege", "lacking"]

_FAULT: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Fault"
_ANY: Final = "MethodFault"
"""What a fault of a type that we do not know is, too."""


class SoapFault(Exception):  # noqa: N818  SOAP's word for it
    """The server's refusal of a call.

    Attributes:
        name: The fault's type, such as ``"InvalidPowerState"``; ``"MethodFault"`` if we do not know it.
        code: SOAP's `faultcode`.
        text: What the server says; "" if it says nothing.
        detail: The fault's fields, None if the answer has none.
        body: The whole answer; None if the call was not sent.
    """

    def __init__(self, name: str, code: str, text: str, detail: Data | None = None, body: bytes | None = None) -> None:
        super().__init__(text or name)
        self.name = name
        self.code = code
        self.text = text
        self.detail = detail
        self.body = body

    def is_a(self, kind: str) -> bool:
        """Return whether the fault's type is `kind`, or is derived from it."""
        return is_a(self.name, kind)


def decode_fault(body: bytes, method: str) -> SoapFault:
    """Return the fault in a SOAP answer with status 500.

    Raises:
        BadAnswerError: The body is no SOAP fault.
    """
    try:
        found = parse(body).find(f"{BODY}/{_FAULT}")
    except ValueError as error:
        raise BadAnswerError(f"the server answered '{method}' with an error that is no SOAP fault") from error
    if found is None:
        raise BadAnswerError(f"the server answered '{method}' with status 500 and no fault")
    code = (found.findtext("faultcode") or "").strip() or "ServerFaultCode"
    text = found.findtext("faultstring") or ""
    element = found.find("detail/*")
    if element is None:
        return SoapFault("RuntimeFault", code, text, body=body)
    kind = (element.get(TYPE) or "").rpartition(":")[2] or element.tag.rpartition("}")[2].removesuffix("Fault")
    if not is_a(kind, _ANY):
        kind = _ANY
    return SoapFault(kind, code, text, decode_as(element, kind), body)


def describe(fault: SoapFault, method: str) -> ServerFault:
    """Return the error for a fault; its first sentence is libvirt's (`esxVI_Context_Execute`), then what helps.

    Raises nothing itself: the caller raises what this returns.
    """
    text = (fault.text or fault.name).strip()
    message = f"HTTP response code 500 for call to '{method}'. Fault: {fault.code} - {text}"
    if is_missing_privilege(fault.name):
        return MissingPrivilegeError(message + lacking(fault.detail), name=fault.name, detail=fault.detail)
    return ServerFault(message, name=fault.name, detail=fault.detail)


def describe_task_error(error: Any) -> ServerFault:
    """Return the error for what a task failed with, in libvirt's words (esxVI_WaitForTaskCompletion).

    Args:
        error: A decoded `LocalizedMethodFault`, or None.
    """
    fault = error.fault if error is not None else None
    if fault is None:
        return ServerFault("An unknown error occurred", name=_ANY)
    name = fault.kind if is_a(fault.kind, _ANY) else _ANY
    message = f"{name} - {error.localizedMessage}" if error.localizedMessage else name
    if is_missing_privilege(name):
        return MissingPrivilegeError(message + lacking(fault), name=name, detail=fault)
    if is_a(name, "RequestCanceled"):
        return TaskCancelledError(message, name=name, detail=fault)
    return ServerFault(message, name=name, detail=fault)


def is_missing_privilege(name: str) -> bool:
    """Return whether a fault of a type says that the account may not do something; that a session ended is another."""
    return is_a(name, "NoPermission") and not is_a(name, "NotAuthenticated")


def lacking(fault: Any, on: str = "") -> str:
    """The end of a message that says which privilege is missing, and `on` what (by default the fault's reference).

    Args:
        fault: A decoded `NoPermission`, or None.
        on: What the account lacks it on.
    """
    if fault is None or not fault.privilegeId:
        return ""
    on = on or (f"'{fault.object.value}'" if fault.object is not None else "")
    return f"; the account lacks the privilege '{fault.privilegeId}'" + (f" on {on}" if on else "")
