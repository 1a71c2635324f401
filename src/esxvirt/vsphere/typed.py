"""pyVmomi over our transport: its objects, its serialiser, and its classes of faults.

Only `_late` imports this module: reading does without pyVmomi, whose import takes longer than most commands.
"""

import io
from typing import Any

from pyVmomi import SoapAdapter, VmomiSupport, vim, vmodl

from esxvirt.errors import BadAnswerError
from esxvirt.vsphere.api_schema import versions
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.faults import SoapFault
from esxvirt.vsphere.transport import Transport

__all__ = ["knows", "serialized", "service_instance", "to_pyvmomi"]

_tables: Any = VmomiSupport


class TypedStub(SoapAdapter.SoapStubAdapter):
    """pyVmomi's stub of one server: what it is called with goes through a `Transport`."""

    def __init__(self, transport: Transport) -> None:
        endpoint = transport.endpoint
        self._transport = transport
        port = endpoint.port if endpoint.tls else -endpoint.port
        super().__init__(host=endpoint.host, port=port, path="/sdk", version=_spoken(transport.version))

    @property
    def cookie(self) -> str:
        """The session's, as a `Cookie` header has it."""
        return self._transport.cookie

    @cookie.setter
    def cookie(self, value: str) -> None:
        if value:  # pyVmomi begins with none
            self._transport.cookie = value

    def DropConnections(self) -> None:  # noqa: N802  pyVmomi's name
        """Close the connections that are in nobody's use."""
        self._transport.drop_connections()

    # pyVmomi's own entry, for every typed call
    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:  # noqa: N802, N803
        """As pyVmomi's: returns the result or raises the fault's class; what broke on the way is ours.

        Raises:
            TransportError: No answer, half an answer, or something that is no SOAP.
        """
        transport, method = self._transport, info.wsdlName
        try:
            body = transport.send(method, self.SerializeRequest(mo, info, args))
        except SoapFault as fault:
            raise self._class_of(fault) from None
        try:
            return SoapAdapter.SoapResponseDeserializer(outerStub or self).Deserialize(io.BytesIO(body), info.result)
        except Exception as error:  # whatever expat and pyVmomi's tables raise
            raise BadAnswerError(
                f"the answer of {transport.endpoint.shown} to '{method}' cannot be read: {error}"
            ) from error

    def _class_of(self, fault: SoapFault) -> Any:
        """Return pyVmomi's object of a fault; without its fields where pyVmomi cannot make out their values.

        An example is the kind of a resource in use, which it takes for the name of one of its types.
        """
        try:
            made: Any = SoapAdapter.SoapResponseDeserializer(self).Deserialize(io.BytesIO(fault.body or b""), None)
        except Exception:  # noqa: BLE001  whatever expat and pyVmomi's tables raise
            made = None
        if not isinstance(made, Exception):
            try:
                kind = _tables.GetWsdlType("urn:vim25", fault.name)
            except KeyError:
                kind = vmodl.MethodFault
            made = kind(msg=fault.text)
        made.__dict__["faultcode"] = fault.code
        return made


def _spoken(version: str) -> str:
    """Return the version that pyVmomi writes requests in.

    The one that is spoken, or the newest in it that pyVmomi knows.
    """
    contained = versions()[version][1]
    known = [name for name in (version, *contained) if name in _tables.parentMap]
    return max(known, key=lambda name: len(_tables.parentMap[name]))


def _stub(transport: Transport) -> TypedStub:
    made: TypedStub | None = transport.typed
    if made is None:
        made = transport.typed = TypedStub(transport)
    return made


def service_instance(transport: Transport) -> Any:
    """Return the raw `vim.ServiceInstance`."""
    return vim.ServiceInstance("ServiceInstance", _stub(transport))


def serialized(transport: Transport, ref: Ref, method: str, arguments: tuple[Any, ...]) -> bytes:
    """Return a call as pyVmomi writes it; arguments may be its objects, and references.

    Raises:
        SoapFault: The version of the API that is spoken does not have the method.
    """
    managed = _managed_object(transport, ref)
    info = _tables.GetWsdlMethod("urn:vim25", method).info
    plain = [to_pyvmomi(transport, value) for value in arguments]
    try:
        return bytes(_stub(transport).SerializeRequest(managed, info, plain))
    except vmodl.MethodFault as fault:
        raise _local_fault(fault) from None


def to_pyvmomi(transport: Transport, value: Any) -> Any:
    """Make pyVmomi's objects of a value as `esxvirt.vsphere.decode` gives it. No SOAP call.

    What pyVmomi's tables do not know, of servers newer than they, is left out.
    """
    if isinstance(value, list):
        return [to_pyvmomi(transport, item) for item in value]
    if isinstance(value, Ref):
        return _managed_object(transport, value)
    if not isinstance(value, Data):
        return value
    made = _tables.GetWsdlType("urn:vim25", value.kind)()
    known = {field.name for field in made._GetPropertyList()}  # noqa: SLF001  its only name
    for name, item in value.fields().items():
        if name in known:
            setattr(made, name, to_pyvmomi(transport, item))
    return made


def knows(version: str, kind: Any) -> bool:
    """Return whether a version of the API has a type of pyVmomi's; it would send an older one for it."""
    return bool(_tables.IsChildVersion(_spoken(version), kind._version))  # noqa: SLF001  its only name


def _local_fault(fault: Any) -> SoapFault:
    """Return a fault that pyVmomi itself raises, where nothing was sent."""
    return SoapFault(str(type(fault)._wsdlName), "ServerFaultCode", fault.msg or "")  # noqa: SLF001  its only name


def _managed_object(transport: Transport, ref: Ref) -> Any:
    """Return pyVmomi's managed object for a reference."""
    return _tables.GetWsdlType("urn:vim25", ref.type)(ref.value, _stub(transport))
