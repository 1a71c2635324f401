"""`<metadata>`: elements of other people's namespaces, one for each, kept as they are."""

import re
from typing import TYPE_CHECKING

from esxvirt.errors import EsxvirtError, InvalidArgumentError, XmlError
from esxvirt.xml._late import etree
from esxvirt.xml.reader import parse_document
from esxvirt.xml.text import Lines

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["find_element", "find_metadata", "format_metadata", "parse_metadata", "set_metadata"]

_PREFIX = re.compile(r"[^\W\d][\w.-]*")


def parse_metadata(root: "_Element") -> str | None:
    """Give what is inside the `<metadata>` of a domain, one element a namespace; None if nothing."""
    element = root.find("metadata")
    if element is None:
        return None
    kept: dict[str, _Element] = {}
    for child in element:
        uri = etree.QName(child).namespace
        if uri:  # libvirt drops what has none
            kept.setdefault(uri, child)
    return "".join(_text(_without_blanks(_alone(child))) for child in kept.values()) or None


def _alone(element: "_Element") -> "_Element":
    """Give a copy without the namespaces that only what is around the element declares."""
    copied = etree.fromstring(_text(element))
    above = element.getparent()
    outer = {} if above is None else above.nsmap
    own = [prefix for prefix, uri in element.nsmap.items() if prefix is not None and outer.get(prefix) != uri]
    etree.cleanup_namespaces(copied, keep_ns_prefixes=own)
    return copied


def format_metadata(metadata: str, lines: Lines) -> None:
    """Write `<metadata>`, laid out as libvirt, or rather libxml2, does."""
    try:
        holder = _parse(metadata)
    except EsxvirtError:  # somebody else wrote it
        return
    # Two levels above give libxml2 the depth.
    above = etree.Element("domain")
    above.append(holder)
    for line in etree.tostring(above, encoding="unicode", pretty_print=True).split("\n")[1:-2]:
        lines.raw(line)


def find_element(metadata: str, uri: str) -> "_Element | None":
    """Give the element of a namespace; None without one."""
    return _find(_stored(metadata), uri)


def find_metadata(metadata: str | None, uri: str) -> str | None:
    """Give the element of a namespace as whoever set it gave it: the names without their prefix; None without one."""
    found = _find(_stored(metadata), uri)
    if found is None:
        return None
    # libvirt drops the name of the namespace, but not its declaration if it was declared without a prefix.
    text = _text(found)
    for prefix, known in found.nsmap.items():
        if known == uri and prefix is not None:
            text = text.replace(f"<{prefix}:", "<").replace(f"</{prefix}:", "</")
            text = text.replace(f' xmlns:{prefix}="{uri}"', "", 1)
    parsed = etree.fromstring(text)
    return etree.tostring(parsed, encoding="unicode", pretty_print=True).rstrip("\n")


def set_metadata(metadata: str | None, uri: str, key: str | None, xml: str | None) -> str | None:
    """Give the metadata with the element of a namespace replaced by `xml`, or with None taken out.

    Args:
        metadata: as it is.
        uri: the namespace.
        key: the prefix that names it in the XML.
        xml: the element, whose names without a prefix come into the namespace.

    Raises:
        XmlError: if it is no XML.
        InvalidArgumentError: if the namespace has no name.
        EsxvirtError: if the prefix is none.
    """
    if not uri:
        raise InvalidArgumentError("the URI of a namespace must not be empty")
    holder = _stored(metadata)
    found = _find(holder, uri)
    if found is not None:
        holder.remove(found)
    if xml is not None and key is not None:
        if _PREFIX.fullmatch(key) is None:
            raise EsxvirtError("failed to validate prefix for a new XML namespace")
        holder.append(_into_namespace(parse_document(xml, root=None, name="metadata_xml"), uri, key))
    text = "".join(_text(child) for child in holder)
    _parse(text)  # what could not be read again would lock the others in
    return text or None


def _into_namespace(element: "_Element", uri: str, key: str) -> "_Element":
    """Give a copy whose names without a namespace are in that of `uri`."""

    def copy(old: "_Element", nsmap: dict[str | None, str]) -> "_Element":
        name = etree.QName(old)
        made = etree.Element(f"{{{name.namespace or uri}}}{name.localname}", nsmap=nsmap)
        for attribute, value in old.attrib.items():
            made.set(attribute, value)
        made.text, made.tail = old.text, old.tail
        for child in old:
            made.append(copy(child, {}))
        return made

    copied = copy(element, {**element.nsmap, key: uri})
    copied.tail = None
    return copied


def _parse(metadata: str) -> "_Element":
    return parse_document(f"<metadata>{metadata}</metadata>", root="metadata", name="metadata_xml")


def _stored(metadata: str | None) -> "_Element":
    """Parse what is stored; nothing, where somebody else wrote what is no XML."""
    try:
        return _parse(metadata or "")
    except XmlError:
        return _parse("")


def _find(holder: "_Element", uri: str) -> "_Element | None":
    return next((child for child in holder if etree.QName(child).namespace == uri), None)


def _without_blanks(element: "_Element") -> "_Element":
    """Take the layout out: the blanks between elements where there is no text but them."""
    texts = [element.text, *(child.tail for child in element)]
    if len(element) and not any(text and text.strip() for text in texts):
        element.text = None
        for child in element:
            child.tail = None
    for child in element:
        _without_blanks(child)
    return element


def _text(element: "_Element") -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)
