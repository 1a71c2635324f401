"""Roles and privileges."""

from typing import TYPE_CHECKING

from esxvirt.sim.access import Role
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["AuthorizationManager"]


class AuthorizationManager(ManagedObject):
    """The roles of an endpoint."""

    __slots__ = ()

    wsdl = "AuthorizationManager"

    @provides("roleList")
    def _get_role_list(self) -> list[Data]:
        return [_describe(role) for role in self.endpoint.access.roles]

    @provides("description")
    def _get_description(self) -> Data:
        return Data("AuthorizationDescription", privilege=[], privilegeGroup=[])

    def HasPrivilegeOnEntities(
        self, call: "Call", entity: list[Ref], sessionId: str, privId: list[str] | None = None
    ) -> list[Data]:
        """Tell which privileges a session has on entities."""
        session = call.endpoint.sessions.by_key(sessionId)
        if session is None:
            raise Fault("InvalidArgument", "There is no such session.", invalidProperty="sessionId")
        may = [
            Data("PrivilegeAvailability", privId=name, isGranted=call.endpoint.access.may(session.username, name))
            for name in privId or ()
        ]
        return [Data("EntityPrivilege", entity=ref, privAvailability=may) for ref in entity]


def _describe(role: Role) -> Data:
    names = sorted({"System.Anonymous", "System.View", *role.privileges})
    about = Data("Description", label=role.name, summary=role.name)
    return Data(
        "AuthorizationRole", roleId=role.number, system=role.number < 0, name=role.name, info=about, privilege=names
    )
