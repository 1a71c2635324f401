"""Reading XML that somebody else wrote: bounded in size and depth, no entities, no files, libvirt's error texts."""

from typing import TYPE_CHECKING

from esxvirt.errors import XmlError, XmlSyntaxError
from esxvirt.xml._late import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["MAX_BYTES", "parse_document"]

# libvirt's own limits are libxml2's (10 MB a text node, depth 256); a machine's description has some kilobytes.
MAX_BYTES = 10_000_000


def parse_document(text: str | bytes, *, root: str | None, name: str) -> "_Element":
    """Parse a document and check its root element.

    Args:
        text: the document.
        root: the root element that it must have; None for any.
        name: what libvirt calls the document in messages, such as ``domain_definition``.

    Raises:
        XmlError: if it is not well formed, too large or too deep, declares entities, or has another root.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > MAX_BYTES:
        raise XmlError(f"the document has {len(data)} bytes; more than {MAX_BYTES} are not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        element = etree.fromstring(_without_declaration(data) if isinstance(text, str) else data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlSyntaxError(_syntax_message(error, data)) from None
    except ValueError as error:
        raise XmlError(f"({name}): {error}") from None
    if element.getroottree().docinfo.internalDTD is not None:
        raise XmlError(f"({name}): a document type definition is not accepted; write its entities out")
    if root is not None and element.tag != root:
        raise XmlError(f"expecting root element of '{root}', not '{_called(str(element.tag))}'")
    return element


def _called(tag: str) -> str:
    namespace, brace, name = tag.rpartition("}")
    return f"{name}' of the namespace '{namespace[1:]}" if brace else name


def _without_declaration(data: bytes) -> bytes:
    """Drop `<?xml ... encoding=...?>` of a text, which is no longer in that encoding."""
    if data.lstrip().startswith(b"<?xml"):
        head, mark, rest = data.partition(b"?>")
        if mark:
            return b"\n" * head.count(b"\n") + rest.lstrip(b" \t\r\n")
    return data


def _syntax_message(error: Exception, data: bytes) -> str:
    """Say where and what, as libvirt does: the parser's text, the line, and a pointer below it."""
    line, column = getattr(error, "position", (1, 0))
    message = str(getattr(error, "msg", error)).rpartition(", line ")[0] or str(error)
    lines = data.decode("utf-8", "replace").split("\n")
    if not data:
        return "at line 1: Document is empty\n"
    context = lines[line - 1] if 0 < line <= len(lines) else ""
    context = context[:80]
    at = max(0, min(column - 1, len(context)))
    return f"at line {line}: {message}\n{context}\n{'-' * at}^"
