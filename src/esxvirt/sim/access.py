"""Accounts, roles, and what a role may do."""

import hmac
from collections.abc import Callable, Iterable
from typing import Any

from esxvirt.records import field, record
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["Access", "Account", "Role"]

# What everybody may, logged in or not, and what comes with any role.
_ALWAYS = frozenset({"System.Anonymous", "System.View"})


@record(frozen=True)
class Role:
    """A role: its privileges by name; all of them where `everything` is set."""

    number: int
    name: str
    privileges: frozenset[str] = frozenset()
    everything: bool = False

    def may(self, privilege: str) -> bool:
        """Return whether the role has the privilege."""
        return self.everything or privilege in _ALWAYS or privilege in self.privileges


@record(eq=False)
class Account:
    """An account with the role that it has on everything, and those that it has on entities of the inventory.

    `given` says with each whether what is below has it, too, unless something else is said there.
    """

    username: str
    password: str
    role: Role
    given: dict[Ref, tuple[Role, bool]] = field(default_factory=dict)


_INTERACT = frozenset(
    f"VirtualMachine.Interact.{name}"
    for name in ("PowerOn", "PowerOff", "Suspend", "Reset", "AnswerQuestion", "ConsoleInteract", "DeviceConnection",
                 "SetCDMedia", "SetFloppyMedia", "ToolsInstall", "CreateScreenshot", "PutUsbScanCodes")
)  # fmt: skip
_CONFIG = frozenset(
    f"VirtualMachine.Config.{name}"
    for name in ("Rename", "Settings", "CPUCount", "Memory", "Resource", "AdvancedConfig", "AddNewDisk",
                 "AddExistingDisk", "RemoveDisk", "AddRemoveDevice", "EditDevice", "DiskExtend", "SwapPlacement",
                 "UpgradeVirtualHardware", "ReloadFromPath", "ChangeTracking", "QueryUnownedFiles", "ResetGuestInfo")
)  # fmt: skip

ADMIN = Role(-1, "Admin", everything=True)
READ_ONLY = Role(-2, "ReadOnly", frozenset({"System.Read"}))
NO_ACCESS = Role(-5, "NoAccess")
OPERATOR = Role(
    10,
    "Operator",
    frozenset({
        "System.Read", "VirtualMachine.Interact.PowerOn", "VirtualMachine.Interact.PowerOff",
        "VirtualMachine.Interact.Suspend", "VirtualMachine.Interact.Reset", "VirtualMachine.Interact.AnswerQuestion",
        "Datastore.Browse",
    }),
)  # fmt: skip
VM_USER = Role(3, "VirtualMachineUser", frozenset({"System.Read", "Global.CancelTask"}) | _INTERACT)
VM_ADMIN = Role(
    4,
    "VirtualMachineAdministrator",
    VM_USER.privileges | _CONFIG | {
        "VirtualMachine.Inventory.Create", "VirtualMachine.Inventory.Register", "VirtualMachine.Inventory.Unregister",
        "VirtualMachine.Inventory.Delete", "VirtualMachine.State.CreateSnapshot",
        "VirtualMachine.State.RevertToSnapshot", "VirtualMachine.State.RemoveSnapshot",
        "VirtualMachine.State.RenameSnapshot", "Resource.AssignVMToPool", "Datastore.Browse",
        "Datastore.AllocateSpace", "Datastore.FileManagement", "Network.Assign",
    },
)  # fmt: skip
ROLES = (ADMIN, READ_ONLY, NO_ACCESS, OPERATOR, VM_USER, VM_ADMIN)
# The first number of the roles that somebody adds.
_FIRST_OWN = 100


class Access:
    """The accounts of one server, all with one password, and its roles.

    There are the administrator, ``readonly``, ``operator``, ``vmuser``, ``vmadmin`` and ``noaccess``; `add_role` and
    `add_account` make others. `restricted` is the licence of the free ESXi, under which the API only reads.
    """

    def __init__(self, administrator: str, password: str) -> None:
        self.password = password
        self.restricted = False
        # What an object is in, for roles that are given from above; the endpoint knows.
        self.parent_of: Callable[[Ref], Ref | None] = lambda _: None
        self.roles = list(ROLES)
        self.accounts = {
            username: Account(username, password, role)
            for username, role in (
                (administrator, ADMIN), ("readonly", READ_ONLY), ("operator", OPERATOR), ("vmuser", VM_USER),
                ("vmadmin", VM_ADMIN), ("noaccess", NO_ACCESS),
            )
        }  # fmt: skip

    def add_role(self, name: str, privileges: Iterable[str]) -> Role:
        """Add a role with privileges by their names; ValueError for a name that is taken."""
        if any(role.name == name for role in self.roles):
            raise ValueError(f"there is a role {name!r} already")
        number = max(_FIRST_OWN, *(role.number + 1 for role in self.roles))
        role = Role(number, name, frozenset(privileges))
        self.roles.append(role)
        return role

    def add_account(self, username: str, role: Role | str, password: str | None = None) -> Account:
        """Add an account with a role, or its name; LookupError for an unknown one."""
        found = role if isinstance(role, Role) else self.role_named(role)
        account = Account(username, self.password if password is None else password, found)
        self.accounts[username] = account
        return account

    def role_named(self, name: str) -> Role:
        """Return the role of that name; LookupError if there is none."""
        for role in self.roles:
            if role.name == name:
                return role
        raise LookupError(f"no role {name!r}: choose one of {', '.join(role.name for role in self.roles)}")

    def role_numbered(self, number: int) -> Role | None:
        """Return the role of that number, or None."""
        return next((role for role in self.roles if role.number == number), None)

    def replace_role(self, old: Role, new: Role | None) -> None:
        """Put a role in the place of another, wherever that is given; None takes it away, which leaves no access."""
        others = [role for role in self.roles if role is not old]
        self.roles = others if new is None else sorted([*others, new], key=lambda role: role.number)
        for account in self.accounts.values():
            if account.role is old:
                account.role = new or NO_ACCESS
            for ref, (role, below) in list(account.given.items()):
                if role is old:
                    account.given[ref] = new or NO_ACCESS, below

    def authenticate(self, username: str, password: str) -> Account | None:
        """Return the account if the password is its, else None."""
        account = self.accounts.get(username)
        expected = account.password if account else ""
        right = hmac.compare_digest(expected.encode(), password.encode())
        return account if account and right else None

    def may(self, username: str, privilege: str | None, ref: Ref | None = None) -> bool:
        """Return whether the account may do what needs `privilege`, on `ref` if given; None and "" need nothing."""
        account = self.accounts.get(username)
        if not privilege or account is None:
            return not privilege
        return self.role_on(account, ref).may(privilege)

    def role_on(self, account: Account, ref: Ref | None) -> Role:
        """Return the role that an account has on `ref`: its own there, or the nearest that is given from above."""
        here = ref if account.given else None
        while here is not None:
            role, below = account.given.get(here, (None, False))
            if role is not None and (below or here == ref):
                return role
            here = self.parent_of(here)
        return account.role

    def sees(self, username: str, ref: Ref) -> bool:
        """Return whether the account has any role but that of no access on an entity.

        What it has none on is not there.
        """
        account = self.accounts.get(username)
        return account is None or self.role_on(account, ref).number != NO_ACCESS.number

    def dump(self) -> dict[str, Any]:
        """Return the roles and accounts as plain data."""
        return {
            "roles": [(role.number, role.name, sorted(role.privileges)) for role in self.roles if role.number > 0],
            "accounts": {
                name: (
                    None if account.password == self.password else account.password,
                    account.role.number,
                    [(ref.type, ref.value, role.number, below) for ref, (role, below) in account.given.items()],
                )
                for name, account in self.accounts.items()
            },
        }

    def load(self, kept: dict[str, Any]) -> None:
        """Take roles and accounts as `dump` has given them."""
        own = [Role(number, name, frozenset(privileges)) for number, name, privileges in kept["roles"]]
        self.roles = [*(role for role in ROLES if role.number < 0), *own]
        numbered = {role.number: role for role in self.roles}
        self.accounts = {
            name: Account(
                name,
                self.password if password is None else password,
                numbered[number],
                {Ref(kind, value): (numbered[role], below) for kind, value, role, below in given},
            )
            for name, (password, number, given) in kept["accounts"].items()
        }

    def check(self, username: str, privilege: str | None, ref: Ref) -> None:
        """Raise the fault ``NoPermission`` unless the account may."""
        if not self.may(username, privilege, ref):
            raise Fault(
                "NoPermission", "Permission to perform this operation was denied.", object=ref, privilegeId=privilege
            )
