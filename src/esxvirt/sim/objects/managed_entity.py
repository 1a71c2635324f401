"""What is in the inventory."""

from typing import Any

from esxvirt.sim.calls import CURRENT
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Ref

__all__ = ["ManagedEntity"]


class ManagedEntity(ManagedObject):
    """An entity of the inventory: subclasses tell its name and its parent."""

    __slots__ = ()

    wsdl = "ManagedEntity"

    @provides("name")
    def _get_name(self) -> str:
        raise NotImplementedError

    @provides("parent")
    def _get_parent(self) -> Ref | None:
        return None

    @provides("overallStatus")
    def _get_overall_status(self) -> str:
        return "green"

    @provides("configStatus")
    def _get_config_status(self) -> str:
        return "green"

    @provides("configIssue", "customValue", "value", "availableField", "declaredAlarmState", "triggeredAlarmState",
              "tag")  # fmt: skip
    def _get_nothing(self) -> list[Any]:
        return []

    @provides("recentTask")
    def _get_recent_task(self) -> list[Ref]:
        recent = self.endpoint.tasks.recent
        return [self.endpoint.show_task(task) for task in recent if task.entity == self.ref]

    @provides("alarmActionsEnabled")
    def _get_alarm_actions_enabled(self) -> bool:
        return True

    @provides("disabledMethod")
    def _get_disabled_method(self) -> list[str]:
        return []

    @provides("effectiveRole")
    def _get_effective_role(self) -> list[int]:
        call = CURRENT.get()
        access = self.endpoint.access
        account = access.accounts.get(call.session.username) if call is not None and call.session else None
        return [access.role_on(account, self.ref).number] if account is not None else []

    @provides("permission")
    def _get_permission(self) -> list[Data]:
        return [
            Data("Permission", entity=self.ref, principal=name, group=False, roleId=role.number, propagate=below)
            for name, account in self.endpoint.access.accounts.items()
            for ref, (role, below) in account.given.items()
            if ref == self.ref
        ]
