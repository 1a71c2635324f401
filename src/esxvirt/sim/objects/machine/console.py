"""A machine's console: its keyboard, tickets to its screen, and pictures of it."""

import secrets
from typing import TYPE_CHECKING

from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.state.machine.screen import picture
from esxvirt.sim.state.storage.datastores import File
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["ConsoleMethods"]

_HID_CODES = range(1, 1 << 32)
# What each kind of ticket is for: the privilege that it takes, and since which release there are such tickets.
_TICKETS = {
    "mks": ("ConsoleInteract", (4, 1)),
    "device": ("DeviceConnection", (4, 1)),
    "guestControl": ("GuestControl", (5, 0)),
    "webmks": ("ConsoleInteract", (6, 0)),
    "webRemoteDevice": ("DeviceConnection", (7, 0)),
}


class ConsoleMethods(ManagedEntity):
    """The methods of ``VirtualMachine`` that are about its console."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def _refuse_unless_on(self) -> None:
        power = self.machine.power
        if power != "poweredOn":
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOn", existingState=power)

    def PutUsbScanCodes(self, call: "Call", spec: Data) -> int:
        """Press keys on the machine's USB keyboard; return how many it took."""
        del call
        self._refuse_unless_on()
        pressed = []
        for event in spec.keyEvents:
            # The code is in the upper half, 0x0007 (the keyboard's page) in the lower.
            if event.usbHidCode & 0xFFFF != 7 or event.usbHidCode not in _HID_CODES:
                text = "A specified parameter was not correct: spec.keyEvents.usbHidCode"
                raise Fault("InvalidArgument", text, invalidProperty="spec.keyEvents.usbHidCode")
            held = event.modifiers.fields if event.modifiers is not None else {}
            pressed.append((event.usbHidCode >> 16, frozenset(name for name, on in held.items() if on)))
        self.machine.scan_codes += pressed
        return len(pressed)

    def AcquireTicket(self, call: "Call", ticketType: str) -> Data:
        """Give a ticket for the console of a running machine."""
        known = _TICKETS.get(ticketType)
        if known is None or self.endpoint.profile.release < known[1]:
            text = "A specified parameter was not correct: ticketType"
            raise Fault("InvalidArgument", text, invalidProperty="ticketType")
        require(call, f"VirtualMachine.Interact.{known[0]}", self.ref)
        self._refuse_unless_on()
        ticket = secrets.token_hex(16)
        host = self.machine.host.address or "127.0.0.1"
        return Data(
            "VirtualMachineTicket",
            ticket=ticket,
            cfgFile=self._config_file(),
            host=host,
            port=443 if ticketType.startswith("web") else 902,
            sslThumbprint=self.endpoint.thumbprint,
            url=f"wss://{host}:443/ticket/{ticket}" if ticketType.startswith("web") else None,
        )

    def AcquireMksTicket(self, call: "Call") -> Data:
        """Give a ticket for the screen of a running machine, the old way."""
        del call
        self._refuse_unless_on()
        host = self.machine.host.address or "127.0.0.1"
        ticket = secrets.token_hex(16)
        return Data("VirtualMachineMksTicket", ticket=ticket, cfgFile=self._config_file(), host=host, port=902)

    def _config_file(self) -> str:
        return f"{self.machine.datastore.mount}/{self.machine.vmx_file}"

    def CreateScreenshot_Task(self, call: "Call") -> Ref:
        """Write a picture of the screen into the machine's directory; the task's result is its datastore path."""

        def work(_: object) -> str:
            self._refuse_unless_on()
            machine = self.machine
            number = machine.screenshots + 1
            path = f"{machine.home}/{machine.stem}-{number}.png".lstrip("/")
            machine.datastore.put(path, File.of(picture(machine)))
            machine.screenshots = number
            return machine.datastore.named(path)

        return self.start_task(call, "VirtualMachine.createScreenshot", self.ref, work, self.machine)
