"""What is in the inventory."""

from typing import Any

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Ref

__all__ = ["ManagedEntity"]


class ManagedEntity(ManagedObject):
    """An entity of the inventory: subclasses tell its name and its parent."""

    __slots__ = ()

    wsdl = "ManagedEntity"

    @provides("name")
    def get_name(self) -> str:
        raise NotImplementedError

    @provides("parent")
    def get_parent(self) -> Ref | None:
        return None

    @provides("overallStatus")
    def get_overall_status(self) -> str:
        return "green"

    @provides("configStatus")
    def get_config_status(self) -> str:
        return "green"

    @provides("configIssue", "customValue", "value", "availableField", "recentTask", "declaredAlarmState",
              "triggeredAlarmState", "tag")  # fmt: skip
    def get_nothing(self) -> list[Any]:
        return []

    @provides("alarmActionsEnabled")
    def get_alarm_actions_enabled(self) -> bool:
        return True

    @provides("disabledMethod")
    def get_disabled_method(self) -> list[str]:
        return []

    @provides("effectiveRole")
    def get_effective_role(self) -> list[int]:
        return [-1]

    @provides("permission")
    def get_permission(self) -> list[Data]:
        return []


