"""SOAP envelopes written by hand: for simple arguments, and for what must not pass through pyVmomi."""

import re
from typing import Any, Final
from xml.etree import ElementTree as ET

from esxvirt.errors import BadAnswerError
from esxvirt.vsphere._late import etree

__all__ = ["BODY", "TYPE", "VIM", "envelope", "escape", "is_sendable", "parse", "read_answer"]

VIM: Final = "{urn:vim25}"
"""What the tags of the API's elements begin with."""

TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
"""The attribute that says which type a value is of."""

BODY: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
"""The tag of what holds an answer."""

_LARGE: Final = 1 << 20
"""Bytes from which on a document is for lxml, which takes half as long for each."""

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>"
)
_TAIL: Final = "</soapenv:Body></soapenv:Envelope>"
_UNSENDABLE: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def envelope(method: str, kind: str, identity: str, arguments: str) -> bytes:
    """Return a call of `method` on the managed object `identity` of type `kind`, with its arguments as XML."""
    this = f'<_this type="{kind}">{escape(identity)}</_this>'
    return f'{_HEAD}<{method} xmlns="urn:vim25">{this}{arguments}</{method}>{_TAIL}'.encode()


def parse(document: bytes) -> Any:
    """Return the root element of a document: of `xml.etree`, or of lxml, which have the same methods.

    Raises:
        ValueError: It is no whole XML; or it declares entities, which nothing that a server sends has a reason to.
    """
    if b"<!DOCTYPE" in document[:4096]:
        raise ValueError("it has a document type declaration")
    if len(document) > _LARGE:
        return _parse_much(document)
    parser = ET.XMLParser()  # noqa: S314  without a declaration there are no entities to expand
    try:
        parser.feed(document)
        return parser.close()
    except (ET.ParseError, LookupError) as error:
        raise ValueError(str(error)) from error


def _parse_much(document: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error


def read_answer(body: bytes, method: str, server: str) -> Any:
    """Return the element of a method's answer.

    Raises:
        BadAnswerError: It is no SOAP, or not all of it; the message names the server.
    """
    try:
        content = parse(body).find(BODY)
    except ValueError as error:
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
    """Return whether XML has all characters of a text.

    It has no control characters and no halves of surrogate pairs.
    """
    # The expression takes long to compile, and nearly no text needs it.
    return (text.isascii() and text.isprintable()) or re.search(_UNSENDABLE, text) is None
