"""``--xpath`` and ``--wrap``: parts of an XML document, printed as libxml2 prints nodes."""

from __future__ import annotations

from typing import Any

from esxvirt.cli._late import etree
from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.failures import Failed

__all__ = ["select"]


def select(text: str, expression: str, *, wrap: bool) -> str:
    """Return the nodes that the expression picks, one a line; with `wrap` inside a ``<nodes>`` element.

    Raises:
        Failed: the expression is none, or picks something other than nodes.
    """
    root = xml_of(text)
    if expression.strip() == "/" and not wrap:  # the document itself, which lxml does not give as a node
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + _node(etree, root) + "\n\n"
    try:
        found: Any = root.getroottree().xpath(expression)
    except etree.XPathError as error:
        raise Failed(f"invalid xpath expression '{expression}': {error}") from error
    if not isinstance(found, list):
        raise Failed(f"internal error: Incorrect xpath '{expression}'")
    if not wrap:
        return "".join(_node(etree, node) + "\n" for node in found)
    nodes = etree.Element("nodes")
    for node in found:
        if getattr(node, "is_attribute", False):
            nodes.set(node.attrname, str(node))
        elif isinstance(node, str):
            last = nodes[-1] if len(nodes) else None
            if last is None:
                nodes.text = (nodes.text or "") + node
            else:
                last.tail = (last.tail or "") + node
        else:
            nodes.append(node)
            node.tail = None
    return _node(etree, nodes) + "\n"


def _node(etree: Any, node: Any) -> str:
    if getattr(node, "is_attribute", False):
        holder = etree.Element("x")
        holder.set(node.attrname, str(node))
        whole: str = etree.tostring(holder, encoding="unicode")
        return whole.removeprefix("<x").removesuffix("/>")
    if isinstance(node, str):
        holder = etree.Element("x")
        holder.text = str(node)
        whole = etree.tostring(holder, encoding="unicode")
        return whole.removeprefix("<x>").removesuffix("</x>")
    shown: str = etree.tostring(node, encoding="unicode", pretty_print=True, with_tail=False)
    return _without_inherited(shown.removesuffix("\n"), node)


def _without_inherited(shown: str, node: Any) -> str:
    """Leave out the namespaces that lxml repeats on a node and that its ancestors declare; libxml2 does not repeat."""
    parent = node.getparent()
    if parent is None:
        return shown
    tag, bracket, rest = shown.partition(">")
    for prefix, uri in parent.nsmap.items():
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        tag = tag.replace(f' {name}="{uri}"', "", 1)
    return tag + bracket + rest
