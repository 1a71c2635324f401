"""What a host's own managers have in common."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject

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
