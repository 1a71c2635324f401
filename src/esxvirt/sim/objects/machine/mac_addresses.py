"""Addresses of network cards, as hosts make them up."""

from typing import TYPE_CHECKING

from esxvirt.sim.wire.values import Fault

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["generated_address", "give_addresses"]

_NONE = frozenset({"", "00:00:00:00:00:00"})


def generated_address(uuid: str, index: int) -> str:
    """Return the address of a card: of the end of its machine's UUID, ten further for each card."""
    number = f"{(int(uuid.replace('-', '')[-6:], 16) + 10 * index) & 0xFFFFFF:06x}"
    return f"00:0c:29:{number[:2]}:{number[2:4]}:{number[4:]}"


def give_addresses(machine: "Machine") -> None:
    """Give the cards of a machine that starts the addresses that they are to have generated, and have none of yet.

    Raises:
        Fault: ``GenericVmConfigFault`` for a static address of zeros, with which no host starts a card.
    """
    missing = [nic for nic in machine.config.nics if nic.mac in _NONE]
    for nic in missing:
        if nic.address_type == "manual":
            reason = f"Invalid MAC address specified. '{nic.mac}' is not an allowed static Ethernet address."
            raise Fault("GenericVmConfigFault", reason, reason=reason)
    if missing and machine.config.uuid:
        addresses = {nic.index: generated_address(machine.config.uuid, nic.index) for nic in missing}
        values = {f"ethernet{index}.generatedAddress": address for index, address in addresses.items()}
        values |= {f"ethernet{index}.addressType": "generated" for index in addresses}
        machine.set_values(values)
