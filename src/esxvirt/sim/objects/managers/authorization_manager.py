"""Roles and privileges."""

from typing import TYPE_CHECKING

from esxvirt.sim.access import Role
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.permissions import require
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
        access = call.endpoint.access
        return [
            Data("EntityPrivilege", entity=ref, privAvailability=[
                Data("PrivilegeAvailability", privId=name, isGranted=access.may(session.username, name, ref))
                for name in privId or []
            ])
            for ref in entity
        ]  # fmt: skip

    def AddAuthorizationRole(self, call: "Call", name: str, privIds: list[str] | None = None) -> int:
        """Add a role; return its number."""
        del call
        if not name:
            raise Fault("InvalidName", "A role needs a name.", name=name)
        try:
            return self.endpoint.access.add_role(name, privIds or []).number
        except ValueError:
            raise Fault("AlreadyExists", f"There is a role '{name}' already.", name=name) from None

    def _own_role(self, number: int) -> Role:
        role = self.endpoint.access.role_numbered(number)
        if role is None:
            raise Fault("NotFound", f"There is no role {number}.")
        if number < 0:
            raise Fault("InvalidArgument", "The system's roles stay as they are.", invalidProperty="roleId")
        return role

    def UpdateAuthorizationRole(
        self, call: "Call", roleId: int, newName: str, privIds: list[str] | None = None
    ) -> None:
        """Change a role's name and privileges."""
        del call
        role = self._own_role(roleId)
        access = self.endpoint.access
        if any(other.name == newName for other in access.roles if other is not role):
            raise Fault("AlreadyExists", f"There is a role '{newName}' already.", name=newName)
        access.replace_role(role, Role(roleId, newName, frozenset(privIds or [])))

    def RemoveAuthorizationRole(self, call: "Call", roleId: int, failIfUsed: bool) -> None:
        """Remove a role; the fault is ``RemoveFailed`` if somebody has it and `failIfUsed`."""
        del call
        role = self._own_role(roleId)
        access = self.endpoint.access
        if failIfUsed and any(
            role is given
            for item in access.accounts.values()
            for given in (item.role, *(other for other, _ in item.given.values()))
        ):
            raise Fault("RemoveFailed", f"The role '{role.name}' is in use.")
        access.replace_role(role, None)

    def _permissions(self) -> list[Data]:
        root = self.endpoint.ids.root_folder
        return [
            Data("Permission", entity=ref, principal=name, group=False, roleId=role.number, propagate=below)
            for name, account in self.endpoint.access.accounts.items()
            for ref, (role, below) in ((root, (account.role, True)), *account.given.items())
        ]

    def RetrieveAllPermissions(self, call: "Call") -> list[Data]:
        """List who has which role where."""
        del call
        return self._permissions()

    def RetrieveRolePermissions(self, call: "Call", roleId: int) -> list[Data]:
        """List who has a role where."""
        del call
        if self.endpoint.access.role_numbered(roleId) is None:
            raise Fault("NotFound", f"There is no role {roleId}.")
        return [item for item in self._permissions() if item.roleId == roleId]

    def RetrieveEntityPermissions(self, call: "Call", entity: Ref, inherited: bool) -> list[Data]:
        """List who has which role on an entity, with those that are given from above if `inherited`."""
        del call
        above = self.endpoint.access.parent_of(entity)
        containers = set()
        while inherited and above is not None:
            containers.add(above)
            above = self.endpoint.access.parent_of(above)
        permissions = self._permissions()
        return [item for item in permissions if item.entity == entity or (item.entity in containers and item.propagate)]

    def SetEntityPermissions(self, call: "Call", entity: Ref, permission: list[Data] | None = None) -> None:
        """Give accounts roles on an entity, the root folder for all."""
        require(call, "Authorization.ModifyPermissions", entity)
        access = self.endpoint.access
        given = []
        for item in permission or ():
            account = access.accounts.get(item.principal)
            role = access.role_numbered(item.roleId)
            if account is None or item.group:
                text = f"The user or group named '{item.principal}' does not exist."
                raise Fault("UserNotFound", text, principal=item.principal, unresolved=True)
            if role is None:
                raise Fault("NotFound", f"There is no role {item.roleId}.")
            given.append((account, role, bool(item.propagate)))
        for account, role, below in given:
            if entity == self.endpoint.ids.root_folder:
                account.role = role
            else:
                account.given[entity] = role, below

    def RemoveEntityPermission(self, call: "Call", entity: Ref, user: str, isGroup: bool) -> None:
        """Take from an account the role that it has on an entity."""
        require(call, "Authorization.ModifyPermissions", entity)
        account = self.endpoint.access.accounts.get(user)
        if account is None or isGroup or account.given.pop(entity, None) is None:
            raise Fault("NotFound", f"'{user}' has no role of its own there.")


def _describe(role: Role) -> Data:
    names = sorted({"System.Anonymous", "System.View", *role.privileges})
    about = Data("Description", label=role.name, summary=role.name)
    return Data(
        "AuthorizationRole", roleId=role.number, system=role.number < 0, name=role.name, info=about, privilege=names
    )
