"""Calls with simple arguments (texts, numbers, references) as XML, and what methods return.

What a method takes and returns is in `api_schema`. A call with a data object needs pyVmomi's serialiser.
"""

from collections.abc import Sequence
from typing import Any, Final

from esxvirt.vsphere.api_schema import method as method_of
from esxvirt.vsphere.decode import Ref, decode_as, decode_value
from esxvirt.vsphere.faults import SoapFault
from esxvirt.vsphere.soap import envelope, escape
from esxvirt.vsphere.versions import at_least

__all__ = ["read_result", "write_call"]

_SIMPLE: Final[dict[str, type]] = {
    "string": str,
    "boolean": bool,
    "int": int,
    "long": int,
    "short": int,
    "byte": int,
    "ManagedObjectReference": Ref,
}


def write_call(version: str, ref: Ref, method: str, arguments: Sequence[Any]) -> bytes | None:
    """Return the request for a call; None if an argument is more than a simple value, or a list of such.

    Arguments are in the order of the method's parameters; None leaves one out. What the version of the API does not
    have of them is left out, too.

    Raises:
        SoapFault: `MethodNotFound`: the version does not have the method.
    """
    known = method_of(method)
    if known is None:
        return None
    since, _, parameters = known
    if not at_least(version, since):
        raise SoapFault("MethodNotFound", "ServerFaultCode", "")
    parts: list[str] = []
    for (name, kind, repeated, added), value in zip(parameters, arguments, strict=False):
        if value is None or not at_least(version, added):
            continue
        expected = _SIMPLE.get(kind)
        for item in value if repeated else (value,):
            if expected is None or not isinstance(item, expected):
                return None
            parts.append(_element(name, item))
    return envelope(method, ref.type, ref.value, "".join(parts))


def _element(name: str, value: Any) -> str:
    if isinstance(value, Ref):
        return f'<{name} type="{escape(value.type)}">{escape(value.value)}</{name}>'
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f"<{name}>{text}</{name}>"


def read_result(answer: Any, method: str) -> Any:
    """Return what a method returns, of the element of its answer; None if that is nothing.

    Raises:
        ValueError: It is not of the type that the method returns.
    """
    known = method_of(method)
    result = known[1] if known is not None else None
    if result is None:
        return decode_value(answer[0]) if len(answer) else None
    kind, repeated = result
    try:
        if repeated:
            return decode_as(answer, kind, repeated=True)
        return decode_as(answer[0], kind) if len(answer) else None
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
