"""What VMware tools tell of a guest: its name, its addresses (the manual, "VMware tools")."""

from ipaddress import ip_address
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import RUNNING, domain_state
from esxvirt.errors import EsxvirtError, OperationInvalidError
from esxvirt.records import record
from esxvirt.vsphere.inventory import Row

__all__ = ["GuestInterface", "addresses", "hostname"]

_POWER: Final = "runtime.powerState"
_NAME: Final = "guest.hostName"
_NET: Final = "guest.net"


@record(frozen=True)
class GuestInterface:
    """A network card of a guest: the network that it is on, its MAC address, its IP addresses as text."""

    network: str
    mac: str
    addresses: tuple[str, ...]


def hostname(connection: Connection, domain: DomainHandle) -> str:
    """Return the guest's name (virDomainGetHostname). One SOAP call.

    Raises:
        OperationInvalidError: The domain does not run, or its guest does not tell.
    """
    row = _read_running(connection, domain, _NAME)
    name = row.get(_NAME)
    if not name:
        raise OperationInvalidError("hostName field not available (missing VMware Tools?)")
    return str(name)


def addresses(connection: Connection, domain: DomainHandle) -> list[GuestInterface]:
    """Return the guest's network cards (virDomainInterfaceAddresses), as VMware tools tell.

    One SOAP call.

    Raises:
        OperationInvalidError: The domain does not run.
        EsxvirtError: Its guest does not tell.
    """
    row = _read_running(connection, domain, _NET)
    if not row.get(_NET):
        raise EsxvirtError("Missing property 'guest.net' in answer (missing VMware Tools?)")
    return [
        GuestInterface(
            str(card.network or ""), str(card.macAddress or ""), tuple(filter(_is_address, card.ipAddress or ()))
        )
        for card in row.get(_NET) or ()
    ]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _read_running(connection: Connection, domain: DomainHandle, path: str) -> Row:
    row = read(connection, domain, (_POWER, path))
    if domain_state(row.get(_POWER)) != RUNNING:
        raise OperationInvalidError("Domain is not powered on")
    return row
