"""SOAP envelopes: what a request asks, and the text of answers and faults."""

from lxml import etree

from esxvirt.records import record
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.encode import Encoder, escape
from esxvirt.sim.wire.values import Fault

__all__ = ["Request", "answer", "fault_answer", "parse", "version_mismatch"]

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"\n'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"\n'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"\n'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    "<soapenv:Body>\n"
)
_END = "\n</soapenv:Body>\n</soapenv:Envelope>"


@record(frozen=True)
class Request:
    """A call as it came: the method, its element, and the operation that the client tags its calls with."""

    method: str
    element: etree._Element
    this: etree._Element
    operation_id: str | None


def parse(body: bytes) -> Request:
    """Read a request; whatever is no SOAP call is the fault ``InvalidRequest``."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Fault("InvalidRequest", "The request is no well-formed XML.") from error
    if root.getroottree().docinfo.doctype or root.tag != f"{{{_ENVELOPE}}}Envelope":
        raise Fault("InvalidRequest", "The request is no SOAP envelope.")
    envelope = root.find(f"{{{_ENVELOPE}}}Body")
    calls = [child for child in envelope if isinstance(child.tag, str)] if envelope is not None else []
    if len(calls) != 1:
        raise Fault("InvalidRequest", "The SOAP body must hold one call.")
    this = [child for child in calls[0] if isinstance(child.tag, str) and etree.QName(child).localname == "_this"]
    if len(this) != 1:
        raise Fault("InvalidRequest", "The call must say on what object, in one <_this>.")
    operation = root.find(f"{{{_ENVELOPE}}}Header/{{*}}operationID")
    return Request(etree.QName(calls[0]).localname, calls[0], this[0], None if operation is None else operation.text)


def answer(method: str, content: str) -> bytes:
    """Write the answer of `method` around the XML of its ``returnval``."""
    tag = f"{method}Response"
    return f'{_START}<{tag} xmlns="{schema.NAMESPACE}">{content}</{tag}>{_END}'.encode()


def fault_answer(fault: Fault, encoder: Encoder) -> bytes:
    """Write a fault with its typed detail."""
    detail = encoder.fault_detail(fault)
    return (
        f"{_START}<soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
        f"<faultstring>{escape(fault.message)}</faultstring><detail>{detail}</detail></soapenv:Fault>{_END}"
    ).encode()


def version_mismatch(action: str) -> bytes:
    """Write the fault for a client that speaks a version that the server does not know."""
    text = escape(f'Unsupported version URI "{action}"')
    return (
        f"{_START}<soapenv:Fault><faultcode>VersionMismatchFaultCode</faultcode>"
        f"<faultstring>{text}</faultstring><detail></detail></soapenv:Fault>{_END}"
    ).encode()
