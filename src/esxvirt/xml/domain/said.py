"""What a domain's XML says, all of it: also what has no place in the model, so that nobody loses it unawares."""

from typing import TYPE_CHECKING

from esxvirt.records import field, record
from esxvirt.xml.domain.elements import where

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Said", "what_is_said"]

# What is kept as it is, as one text.
_OPAQUE = frozenset({"metadata"})


@record(frozen=True)
class Said:
    """An element.

    Attributes:
        name: its name, with the prefix of its namespace if it has one.
        attributes: as they stand there.
        text: the text in it, without blanks around it.
        line: where it stands.
        children: the elements in it.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    line: int = 0
    children: tuple["Said", ...] = ()

    def get(self, attribute: str) -> str:
        """Return an attribute; empty without it."""
        return self.attributes.get(attribute, "")

    def child(self, name: str) -> "Said | None":
        """Return the first child of a name; None without one."""
        return next((child for child in self.children if child.name == name), None)


def what_is_said(element: "_Element") -> Said:
    """Return what an element of a document says, and all elements in it."""
    name = _called(element)
    children = () if name in _OPAQUE else tuple(map(what_is_said, element))
    attributes = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    return Said(name, attributes, (element.text or "").strip(), where(element), children)


def _called(element: "_Element") -> str:
    name = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{name}" if element.prefix else name
