"""Templates, and what a copy's guest is called."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine.placement import destination
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.machine.customise import Customised
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["TemplateMethods", "customised", "refuse_template"]


def refuse_template(machine: "Machine") -> None:
    """Raise the fault of what a template cannot."""
    if machine.template:
        raise Fault("NotSupported", "The operation is not supported on the object: it is a template.")


class TemplateMethods(ManagedEntity):
    """The methods of ``VirtualMachine`` that make a template of it, and back."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def MarkAsTemplate(self, call: "Call") -> None:
        """Make a template of the machine, which must be off."""
        self._need_off(call)
        refuse_template(self.machine)
        self.machine.mark_template(True)
        self.endpoint.site.touch()

    def MarkAsVirtualMachine(self, call: "Call", pool: Ref, host: Ref | None = None) -> None:
        """Make a machine of the template, on a host that reaches its files."""
        self._need_off(call)
        machine = self.machine
        if not machine.template:
            text = "The operation is not allowed in the current state: it is no template."
            raise Fault("InvalidState", text)
        target = destination(call, machine, pool, host)
        if machine.datastore not in target.datastores:
            text = f"The host {target.full_name} does not reach the datastore {machine.datastore.name}."
            raise Fault("InvalidDatastore", text, datastore=self.endpoint.ids.of(machine.datastore))
        machine.mark_template(False)
        if target is not machine.host:
            self.endpoint.site.move_machine(machine, target)
        self.endpoint.site.touch()

    def _need_off(self, call: "Call") -> None:
        if call.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: it takes a vCenter.")
        power = self.machine.power
        if power != "poweredOff":
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=power)


def customised(machine: "Machine", spec: Data) -> Customised:
    """Return what a ``CustomizationSpec`` makes of a machine's guest; its fault where it does not fit the machine."""
    settings = spec.nicSettingMap or []
    cards = len(machine.config.nics)
    if settings and len(settings) != cards:
        text = f"The customization has settings of {len(settings)} cards, the machine has {cards}."
        raise Fault("NicSettingMismatch", text, numberOfNicsInSpec=len(settings), numberOfNicsInVM=cards)
    if machine.tools == "toolsNotInstalled":
        raise Fault("UncustomizableGuest", "The guest has no VMware Tools, which customize it.",
                    uncustomizableGuestOS=machine.config.guest_id)  # fmt: skip
    identity = spec.identity
    found = identity.fields.get("hostName") if identity is not None else None
    if identity is not None and identity.fields.get("userData") is not None:
        found = identity.fields["userData"].fields.get("computerName")
    name = ""
    if found is not None and found.type_name == "CustomizationFixedName":
        name = found.name
    elif found is not None and found.type_name == "CustomizationPrefixName":
        name = f"{found.base}-{machine.number}"
    fixed = [item.adapter.ip for item in settings]
    return Customised(name, tuple(ip.ipAddress if ip.type_name == "CustomizationFixedIp" else "" for ip in fixed))
