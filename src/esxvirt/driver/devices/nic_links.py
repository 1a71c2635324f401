"""Whether the cables of network cards are plugged in, which libvirt's XML does not tell of a running machine."""

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.devices.hardware import read_hardware
from esxvirt.driver.domain.handles import DomainHandle

__all__ = ["links"]


def links(connection: Connection, domain: DomainHandle, *, config: bool = False) -> dict[str, bool]:
    """Return the cards' links, by MAC addresses in lower case: now, or with `config` at the next start. One SOAP call.

    Of a domain that is off, both are what its next start makes them.

    Raises:
        DomainNotFoundError: It is gone.
    """
    hardware = read_hardware(connection, domain)
    name = "connected" if hardware.running and not config else "startConnected"
    return {
        card.macAddress.lower(): card.connectable is None or bool(getattr(card.connectable, name))
        for card in hardware.cards()
        if card.macAddress
    }
