"""SOAP envelopes written by hand: for bulk reads, and for what must not pass through pyVmomi's serialiser."""

import re
from typing import Any, Final

from lxml import etree

from esxvirt.errors import BadAnswerError

__all__ = ["envelope", "escape", "is_sendable", "read_answer"]

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>"
)
_TAIL: Final = "</soapenv:Body></soapenv:Envelope>"
_BODY: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_UNSENDABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def envelope(method: str, kind: str, identity: str, arguments: str) -> bytes:
    """A call of `method` on the managed object `identity` of type `kind`, with its arguments as XML."""
    this = f'<_this type="{kind}">{escape(identity)}</_this>'
    return f'{_HEAD}<{method} xmlns="urn:vim25">{this}{arguments}</{method}>{_TAIL}'.encode()


def read_answer(body: bytes, method: str, server: str) -> Any:
    """The element of a method's answer.

    Raises:
        BadAnswerError: It is no SOAP, or not all of it; the message names the server.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        content = etree.fromstring(body, parser).find(_BODY)
    except etree.XMLSyntaxError as error:
        raise BadAnswerError(f"the answer of '{server}' to '{method}' is not whole SOAP: {error}") from error
    if content is None or len(content) != 1:
        raise BadAnswerError(f"the answer of '{server}' to '{method}' is not whole SOAP: it has no body")
    return content[0]


def escape(text: str) -> str:
    """Text as it may stand in XML, in attributes, too; xml.sax.saxutils would load urllib.request with it.

    A carriage return is written as a reference: XML parsers make a line feed of a plain one.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\r", "&#13;")


def is_sendable(text: str) -> bool:
    """Whether XML has all characters of a text; it has no control characters and no halves of surrogate pairs."""
    return _UNSENDABLE.search(text) is None
