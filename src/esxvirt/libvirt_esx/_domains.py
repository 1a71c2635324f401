"""Domains: waiting for them, and what is told of many at once."""

from typing import TYPE_CHECKING

from esxvirt.constants.domains import VIR_DOMAIN_AFFECT_CONFIG
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._methods import check_flags, reports
from esxvirt.libvirt_esx._inside import driver_of, handle_of
from esxvirt.libvirt_esx._late import domain_metadata, keycode_sets, nic_links, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.libvirt import virConnect, virDomain

__all__ = ["await_condition", "connection_state", "interface_links", "key_code", "titles"]


@reports("virDomainGetMetadata")
def titles(conn: "virConnect", /, doms: "Sequence[virDomain]") -> list[str | None]:
    """Return the titles of domains, None for those without: of all at once, unlike `virDomain.metadata`."""
    return domain_metadata.titles(driver_of(conn), [handle_of(domain) for domain in doms])


@reports("virDomainAwaitCondition")
def await_condition(dom: "virDomain", /, condition: str, seconds: float | None = None) -> int:
    """Wait, at most for `seconds`, until the domain has come to a condition; 0.

    Args:
        dom: The domain.
        condition: ``"domain-inactive"``, ``"domain-active"`` or ``"guest-agent-available"`` (VMware tools run).
        seconds: None for as long as it takes; past them the error is VIR_ERR_OPERATION_TIMEOUT.
    """
    try:
        wanted = waiting.Condition(condition)
    except ValueError:
        known = ", ".join(known.value for known in waiting.Condition)
        message = f"there is no condition '{condition}': there are {known}"
        raise report_argument(message, "virDomainAwaitCondition", "condition") from None
    waiting.wait_for(driver_of(dom), handle_of(dom), wanted, seconds)
    return 0


def connection_state(dom: "virDomain", /) -> str:
    """Return whether the server reaches a domain, as it was when its state was last read: no call.

    ``"connected"``; ``"disconnected"``, its host is not connected to the vCenter, which tells what it knew last;
    ``"inaccessible"``, its files cannot be reached; ``"invalid"``, its VMX file makes no sense; ``"orphaned"``, its
    host does not know it. `virDomain.state` reads it anew.
    """
    return str(handle_of(dom).connection)


@reports("virDomainInterfaceLinks")
def interface_links(dom: "virDomain", /, flags: int = 0) -> dict[str, str]:
    """Return ``up`` or ``down`` for each network card, by its MAC address in lower case.

    With VIR_DOMAIN_AFFECT_CONFIG as the next start makes it, otherwise as it is now.
    """
    check_flags(flags, VIR_DOMAIN_AFFECT_CONFIG, "esxDomainInterfaceLinks")
    found = nic_links.links(driver_of(dom), handle_of(dom), config=bool(flags & VIR_DOMAIN_AFFECT_CONFIG))
    return {mac: "up" if plugged else "down" for mac, plugged in found.items()}


def key_code(codeset: int, name: str) -> int | None:
    """Return the code of a key by its name, such as ``KEY_A`` in VIR_KEYCODE_SET_LINUX; None if there is none."""
    return keycode_sets.code_of(codeset, name)
