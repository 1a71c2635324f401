"""vApps: machines that belong together. Nothing starts or changes them as a whole."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.resource_pool import ResourcePool
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.containers import App
    from esxvirt.sim.state.host.host import Host

__all__ = ["VirtualApp"]


class VirtualApp(ResourcePool):
    """A vApp, which is a resource pool, too; `pool` is the one above it."""

    __slots__ = ("_pool", "app")

    wsdl = "VirtualApp"

    def __init__(self, endpoint: "Endpoint", app: "App", hosts: "list[Host]", owner: Ref, pool: Ref) -> None:
        super().__init__(endpoint, endpoint.ids.app(app).value, hosts, owner)
        self.app = app
        self._pool = pool

    @provides("name")
    def _get_name(self) -> str:
        return self.app.name

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._pool

    @provides("parentFolder")
    def _get_parent_folder(self) -> Ref | None:
        if self.app.above is not None:
            return None
        return self.endpoint.ids.folder_or_top(self.app.folder, "vm", self.app.datacenter)

    @provides("parentVApp")
    def _get_parent_app(self) -> Ref | None:
        return None if self.app.above is None else self.endpoint.ids.app(self.app.above)

    @provides("resourcePool")
    def _get_resource_pool(self) -> list[Ref]:
        return [self.endpoint.ids.app(app) for app in self.endpoint.site.apps if app.above is self.app]

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        machines = self.endpoint.machines.values()
        return [self.endpoint.ids.of(machine) for machine in machines if machine.app is self.app]

    @provides("summary")
    def _get_summary(self) -> Data:
        return Data(
            "VirtualAppSummary", name=self.app.name, config=self._get_config(), runtime=self._get_runtime(),
            vAppState="stopped", suspended=False, installBootRequired=False,
        )  # fmt: skip
