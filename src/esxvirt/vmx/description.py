"""Domain XML on its way to a VMX file: read, and adapted to ESX first if that is asked for."""

import re

from esxvirt.errors import InvalidArgumentError
from esxvirt.vmx.adapt import Target, adapt_domain
from esxvirt.xml.domain.model import Domain
from esxvirt.xml.domain.parse import domain_of, parse_description, parse_domain

__all__ = ["Target", "adapted_domain", "described_domain"]

_OTHER_TYPE = re.compile(r"domaintype=(?!vmware\b)(\S+)")


def described_domain(xml: str | bytes, *, validate: bool = False, strict: bool = False) -> Domain:
    """Read a domain's XML as `parse_domain`; for a machine of another hypervisor the error tells what helps.

    Raises:
        EsxvirtError: as `parse_domain`; under `strict` in libvirt's words.
    """
    try:
        return parse_domain(xml, validate=validate)
    except InvalidArgumentError as error:
        match = _OTHER_TYPE.search(str(error))
        if strict or match is None:
            raise
        raise InvalidArgumentError(
            f"{str(error).rstrip()}: the XML is of type='{match[1]}', and machines for ESX are of type='vmware'; have "
            "it adapted (--adapt of domxml-to-native and define; adapt=True of esxvirt.vmx.from_xml)"
        ) from None


def adapted_domain(xml: str | bytes, target: Target, *, validate: bool = False) -> Domain:
    """Read a domain's XML, of KVM or another hypervisor, as a machine for ESX; each change has a note.

    Raises:
        EsxvirtError: as `parse_domain`, and for what no machine of ESX's can be.
    """
    root = parse_description(xml, validate=validate)
    adapt_domain(root, target)
    return domain_of(root)
