"""Tasks as the API shows them."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state import task as state

__all__ = ["Task"]


class Task(ManagedObject):
    """A task of an endpoint."""

    __slots__ = ("task",)

    wsdl = "Task"

    def __init__(self, endpoint: "Endpoint", moid: str, task: "state.Task") -> None:
        super().__init__(endpoint, moid)
        self.task = task

    @provides("info.state")
    def _get_state(self) -> str:
        return self.task.state

    @provides("info.progress")
    def _get_progress(self) -> int | None:
        return self.task.progress

    @provides("info.error")
    def _get_error(self) -> Data | None:
        error = self.task.error
        return Data("LocalizedMethodFault", fault=error.data, localizedMessage=error.message) if error else None

    @provides("info")
    def _get_info(self) -> Data:
        task = self.task
        return Data(
            "TaskInfo",
            key=self.ref.value,
            task=self.ref,
            name=task.method,
            descriptionId=task.kind,
            entity=task.entity,
            entityName=task.entity_name,
            state=task.state,
            cancelled=task.cancelled,
            cancelable=task.cancelable and not task.done,
            error=self._get_error(),
            result=task.result,
            progress=task.progress,
            reason=Data("TaskReasonUser", userName=task.username),
            queueTime=task.queued,
            startTime=task.started,
            completeTime=task.completed,
            eventChainId=task.number,
        )

    def CancelTask(self, call: "Call") -> None:
        """Ask the task to end."""
        del call
        self.endpoint.tasks.cancel(self.task)
