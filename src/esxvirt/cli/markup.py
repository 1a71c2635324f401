"""XML that commands put together themselves, in virsh's form; and elements of a description as they stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape as _escape

from esxvirt.cli._late import etree
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["comma_words", "element", "node_text", "original_xml"]

_QUOTES = {"'": "&apos;", '"': "&quot;"}


def element(tag: str, /, **attributes: str | None) -> str:
    """Return an empty element with those attributes that are not None."""
    shown = "".join(f" {key}='{_escape(value, _QUOTES)}'" for key, value in attributes.items() if value is not None)
    return f"<{tag}{shown}/>"


def original_xml(virsh: Virsh, domain: Domain, flags: int = 0) -> Any:
    """Return the domain's XML as a tree that keeps its layout (lxml's root element).

    Raises:
        Failed: the server did not give it, or it is none.
    """
    with virsh.failing("Failed to get domain description xml"):
        text = domain.XMLDesc(flags)
    try:
        return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Failed(f"Couldn't parse XML: {error}") from error


def node_text(node: Any) -> str:
    """Return an element as it stands in its document, as libxml2 writes it."""
    text: str = etree.tostring(node, encoding="unicode", with_tail=False)
    for prefix, uri in node.nsmap.items():  # declared above it
        text = text.replace(f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"', "", 1)
    return text


def comma_words(spec: str) -> list[str]:
    """Return what commas separate; two of them are one that does not."""
    words = [""]
    position = 0
    while position < len(spec):
        character = spec[position]
        if spec[position : position + 2] == ",,":
            words[-1] += ","
            position += 1
        elif character == ",":
            words.append("")
        else:
            words[-1] += character
        position += 1
    return words
