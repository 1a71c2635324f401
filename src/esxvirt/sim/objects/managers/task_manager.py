"""The task manager."""

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Ref

__all__ = ["TaskManager"]


class TaskManager(ManagedObject):
    """The tasks of an endpoint."""

    __slots__ = ()

    wsdl = "TaskManager"

    @provides("recentTask")
    def _get_recent_task(self) -> list[Ref]:
        return [self.endpoint.show_task(task) for task in self.endpoint.tasks.recent]

    @provides("description")
    def _get_description(self) -> Data:
        return Data("TaskDescription", methodInfo=[], state=[], reason=[])

    @provides("maxCollector")
    def _get_max_collector(self) -> int:
        return 32
