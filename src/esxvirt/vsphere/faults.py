"""vSphere faults, as they come in a SOAP answer, to `esxvirt.errors`."""

import io
import re
from typing import Any

from pyVmomi import SoapAdapter, VmomiSupport, vim, vmodl

from esxvirt.errors import BadAnswerError, MissingPrivilegeError, ServerFault, TaskCancelledError

__all__ = ["decode_fault", "describe", "describe_task_error", "lacking"]

_FAULTCODE = re.compile(rb"<faultcode[^>]*>\s*([^<]*?)\s*</faultcode>")


def decode_fault(body: bytes, method: str, stub: Any) -> Any:
    """PyVmomi's fault object in a SOAP answer with status 500; its `faultcode` is kept beside it.

    Raises:
        BadAnswerError: The body is no SOAP fault.
    """
    try:
        fault = SoapAdapter.SoapResponseDeserializer(stub).Deserialize(io.BytesIO(body), None)
    except Exception as error:  # pyVmomi lets through whatever expat and its own tables raise
        fault = _bare_fault(body)
        if fault is None:
            raise BadAnswerError(f"the server answered '{method}' with an error that is no SOAP fault") from error
    if not isinstance(fault, Exception):
        raise BadAnswerError(f"the server answered '{method}' with status 500 and no fault")
    found = _FAULTCODE.search(body)
    code = found[1].decode("utf-8", "replace") if found else "ServerFaultCode"
    fault.__dict__["faultcode"] = code
    return fault


def _bare_fault(body: bytes) -> Any:
    """The fault of an answer without its fields, whose values pyVmomi cannot make out; None where there is none.

    An example is the kind of a resource in use, which it takes for the name of one of its types.
    """
    from lxml import etree  # noqa: PLC0415  rarely needed

    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None
    details = root.findall(".//detail/*")
    text = root.findtext(".//faultstring")
    if not details or text is None:
        return None
    kind = (details[0].get("{http://www.w3.org/2001/XMLSchema-instance}type") or "").rpartition(":")[2]
    name = kind or str(details[0].tag).rpartition("}")[2].removesuffix("Fault")
    try:
        made = VmomiSupport.GetWsdlType("urn:vim25", name)
    except KeyError:
        made = vmodl.MethodFault
    return made(msg=text) if issubclass(made, vmodl.MethodFault) else vmodl.MethodFault(msg=text)


def describe(fault: Any, method: str) -> ServerFault:
    """The error for a fault; its first sentence is libvirt's (`esxVI_Context_Execute`), then what helps.

    Raises nothing itself: the caller raises what this returns.
    """
    name = str(type(fault)._wsdlName)  # noqa: SLF001  pyVmomi has no other name for it
    code = fault.__dict__.get("faultcode", "ServerFaultCode")
    text = (getattr(fault, "msg", None) or name).strip()
    message = f"HTTP response code 500 for call to '{method}'. Fault: {code} - {text}"
    if isinstance(fault, vim.fault.NoPermission) and not isinstance(fault, vim.fault.NotAuthenticated):
        return MissingPrivilegeError(message + lacking(fault), name=name, detail=fault)
    return ServerFault(message, name=name, detail=fault)


def describe_task_error(fault: Any) -> ServerFault:
    """The error for what a task failed with, in libvirt's words (esxVI_WaitForTaskCompletion).

    Args:
        fault: What pyVmomi makes of a `LocalizedMethodFault`: the fault, its `msg` the localised message; or None.
    """
    if fault is None:
        return ServerFault("An unknown error occurred", name="MethodFault")
    name = str(type(fault)._wsdlName)  # noqa: SLF001  pyVmomi has no other name for it
    message = f"{name} - {fault.msg}" if fault.msg else name
    if isinstance(fault, vim.fault.NoPermission) and not isinstance(fault, vim.fault.NotAuthenticated):
        return MissingPrivilegeError(message + lacking(fault), name=name, detail=fault)
    if isinstance(fault, vmodl.fault.RequestCanceled):
        return TaskCancelledError(message, name=name, detail=fault)
    return ServerFault(message, name=name, detail=fault)


def lacking(fault: Any, on: str = "") -> str:
    """The end of a message that says which privilege is missing, and `on` what (by default the fault's reference)."""
    if not fault.privilegeId:
        return ""
    identity = getattr(fault.object, "_moId", None)
    on = on or (f"'{identity}'" if identity else "")
    return f"; the account lacks the privilege '{fault.privilegeId}'" + (f" on {on}" if on else "")
