"""What a host's own managers have in common."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.wire.values import Fault

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host

__all__ = ["HostManager"]


class HostManager(ManagedObject):
    """A manager of `host`."""

    __slots__ = ("host",)

    def __init__(self, endpoint: "Endpoint", moid: str, host: "Host") -> None:
        super().__init__(endpoint, moid)
        self.host = host

    def check_callable(self, method: str) -> None:
        """Refuse what a vCenter would ask a host that it does not reach."""
        if self.endpoint.host is None and self.host.connection != "connected" and method != "Fetch":
            text = "Unable to communicate with the remote host, since it is disconnected."
            raise Fault("HostNotConnected", text)
