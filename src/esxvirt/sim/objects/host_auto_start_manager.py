"""Which machines start with their host."""

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host_manager import HostManager
from esxvirt.sim.wire.values import Data

__all__ = ["HostAutoStartManager"]


class HostAutoStartManager(HostManager):
    """The autostart manager of a host."""

    __slots__ = ()

    wsdl = "HostAutoStartManager"

    @provides("config.defaults")
    def _get_defaults(self) -> Data:
        return Data(
            "AutoStartDefaults",
            enabled=False,
            startDelay=120,
            stopDelay=120,
            waitForHeartbeat=False,
            stopAction="powerOff",
        )

    @provides("config.powerInfo")
    def _get_power_info(self) -> list[Data]:
        return []

    @provides("config")
    def _get_config(self) -> Data:
        return Data("HostAutoStartManagerConfig", defaults=self._get_defaults(), powerInfo=self._get_power_info())
