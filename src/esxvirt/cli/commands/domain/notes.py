"""``desc`` and ``metadata``: what people note about a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands import notes
from esxvirt.cli.commands.common import DOMAIN, domain_of, xml_of
from esxvirt.cli.commands.domain.affecting import affected

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def _read(virsh: Virsh, arguments: Arguments, domain: Domain, kind: int, _flags: int) -> str:
    libvirt, inactive = virsh.libvirt, arguments.flag("config")
    try:
        return str(domain.metadata(kind, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG if inactive else 0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return ""
        if not virsh.unsupported(error):
            raise
    root = xml_of(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE if inactive else 0))
    return root.findtext("title" if kind == libvirt.VIR_DOMAIN_METADATA_TITLE else "description") or ""


COMMANDS = notes.commands(
    notes.Noted(
        word="domain",
        option=DOMAIN,
        kinds="VIR_DOMAIN_METADATA_",
        missing="VIR_ERR_NO_DOMAIN_METADATA",
        flags=affected,
        find=domain_of,
        read=_read,
        tell=lambda virsh, text: virsh.done(text),
    ),
    "desc",
    "metadata",
)
