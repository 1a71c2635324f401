"""Which machines start with their host."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.state.host.autostart import PowerInfo
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["HostAutoStartManager"]

_START_ACTIONS = frozenset({"none", "powerOn", "systemDefault"})
_STOP_ACTIONS = frozenset({"none", "systemDefault", "powerOff", "suspend", "guestShutdown"})


def _invalid(name: str) -> Fault:
    return Fault("InvalidArgument", f"A specified parameter was not correct: spec.{name}", invalidProperty=name)


class HostAutoStartManager(HostManager):
    """The autostart manager of a host."""

    __slots__ = ()

    wsdl = "HostAutoStartManager"

    @provides("config.defaults")
    def _get_defaults(self) -> Data:
        settings = self.host.autostart
        return Data(
            "AutoStartDefaults",
            enabled=settings.enabled,
            startDelay=settings.start_delay,
            stopDelay=settings.stop_delay,
            waitForHeartbeat=settings.wait_for_heartbeat,
            stopAction=settings.stop_action,
        )

    @provides("config.powerInfo")
    def _get_power_info(self) -> list[Data]:
        site = self.endpoint.site
        return [
            Data(
                "AutoStartPowerInfo",
                key=self.endpoint.ids.of(site.machines[number]),
                startOrder=info.start_order,
                startDelay=info.start_delay,
                waitForHeartbeat=info.wait_for_heartbeat,
                startAction=info.start_action,
                stopDelay=info.stop_delay,
                stopAction=info.stop_action,
            )
            for number, info in self.host.autostart.machines.items()
        ]

    @provides("config")
    def _get_config(self) -> Data:
        return Data("HostAutoStartManagerConfig", defaults=self._get_defaults(), powerInfo=self._get_power_info())

    def ReconfigureAutostart(self, call: "Call", spec: Data) -> None:
        """Change the defaults, and what the host does with the machines that `spec` names; others stay as they are.

        A machine whose start and stop actions are both "none" is no longer in the list.
        """
        changes = [self._read(info) for info in spec.powerInfo or ()]
        defaults = spec.defaults
        if defaults is not None:
            self._check_delays("defaults", defaults)
            if defaults.stopAction is not None and defaults.stopAction not in _STOP_ACTIONS:
                raise _invalid("defaults.stopAction")
            self._set_defaults(defaults)
        machines = self.host.autostart.machines
        for number, info in changes:
            machines[number] = info
            if info.start_action == "none" and info.stop_action == "none":
                del machines[number]
        call.endpoint.site.touch()

    @staticmethod
    def _check_delays(where: str, given: Data) -> None:
        for name in ("startDelay", "stopDelay"):
            delay = getattr(given, name)
            if delay is not None and delay < -1:
                raise _invalid(f"{where}.{name}")

    def _set_defaults(self, defaults: Data) -> None:
        settings = self.host.autostart
        for name, field in (
            ("enabled", "enabled"), ("startDelay", "start_delay"), ("stopDelay", "stop_delay"),
            ("waitForHeartbeat", "wait_for_heartbeat"), ("stopAction", "stop_action"),
        ):  # fmt: skip
            value = getattr(defaults, name)
            if value is not None:
                setattr(settings, field, value)

    def _read(self, info: Data) -> tuple[int, PowerInfo]:
        machine = self.endpoint.machine_of(info.key.value)
        if machine is None or machine.host is not self.host:
            raise _invalid("powerInfo.key")
        self._check_delays("powerInfo", info)
        if info.startAction not in _START_ACTIONS:
            raise _invalid("powerInfo.startAction")
        if info.stopAction not in _STOP_ACTIONS:
            raise _invalid("powerInfo.stopAction")
        if info.startOrder < -1:
            raise _invalid("powerInfo.startOrder")
        return machine.number, PowerInfo(
            info.startOrder, info.startDelay, info.waitForHeartbeat, info.startAction, info.stopDelay, info.stopAction
        )

    def AutoStartPowerOn(self, call: "Call") -> None:
        """Start the machines that start with the host, in their order."""
        self._power(call, "start_action", {"powerOn"}, "PowerOnVM_Task", "poweredOff")

    def AutoStartPowerOff(self, call: "Call") -> None:
        """Stop the machines that stop with the host, the last started first."""
        self._power(call, "stop_action", {"powerOff", "systemDefault", "guestShutdown"}, "PowerOffVM_Task", "poweredOn")

    def _power(self, call: "Call", field: str, actions: set[str], method: str, now: str) -> None:
        settings = self.host.autostart
        if not settings.enabled:
            return
        infos = sorted(settings.machines.items(), key=lambda item: (item[1].start_order < 0, item[1].start_order))
        if method == "PowerOffVM_Task":
            infos.reverse()
        for number, info in infos:
            machine = self.endpoint.site.machines[number]
            if getattr(info, field) in actions and machine.power == now and machine.busy is None:
                target = self.endpoint.find(self.endpoint.ids.of(machine), None)
                getattr(target, method)(call)
