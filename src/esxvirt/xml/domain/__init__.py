"""libvirt's `<domain>`: the machine as records, one module a device kind, a parser and a formatter."""

from typing import TYPE_CHECKING

from esxvirt.xml.domain.format import format_domain
from esxvirt.xml.domain.implied import add_implied
from esxvirt.xml.domain.model import Domain, Os, Topology

if TYPE_CHECKING:
    from esxvirt.xml.domain.parse import parse_domain as parse_domain

__all__ = ["Domain", "Os", "Topology", "add_implied", "format_domain", "parse_domain"]


def __getattr__(name: str) -> object:
    # Most commands write XML and never read it.
    if name == "parse_domain":
        from esxvirt.xml.domain.parse import parse_domain  # noqa: PLC0415

        return parse_domain
    raise AttributeError(name)
