"""Accounts, roles, and what a role may do."""

import hmac
from dataclasses import dataclass

from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["Access", "Account", "Role"]

# What everybody may, logged in or not, and what comes with any role.
_ALWAYS = frozenset({"System.Anonymous", "System.View"})


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its privileges by name; all of them where `everything` is set."""

    number: int
    name: str
    privileges: frozenset[str] = frozenset()
    everything: bool = False

    def may(self, privilege: str) -> bool:
        """Whether the role has the privilege."""
        return self.everything or privilege in _ALWAYS or privilege in self.privileges


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the role that it has on everything."""

    username: str
    password: str
    role: Role


ADMIN = Role(-1, "Admin", everything=True)
READ_ONLY = Role(-2, "ReadOnly", frozenset({"System.Read"}))
OPERATOR = Role(
    10,
    "Operator",
    frozenset({
        "System.Read", "VirtualMachine.Interact.PowerOn", "VirtualMachine.Interact.PowerOff",
        "VirtualMachine.Interact.Suspend", "VirtualMachine.Interact.Reset", "VirtualMachine.Interact.AnswerQuestion",
        "Datastore.Browse",
    }),
)  # fmt: skip


class Access:
    """The accounts of one server: the administrator, ``readonly`` and ``operator``, all with one password."""

    def __init__(self, administrator: str, password: str) -> None:
        self.password = password
        self.roles = [ADMIN, READ_ONLY, OPERATOR]
        accounts = (
            Account(administrator, password, ADMIN),
            Account("readonly", password, READ_ONLY),
            Account("operator", password, OPERATOR),
        )
        self.accounts = {account.username: account for account in accounts}

    def authenticate(self, username: str, password: str) -> Account | None:
        """Return the account if the password is its, else None."""
        account = self.accounts.get(username)
        expected = account.password if account else ""
        right = hmac.compare_digest(expected.encode(), password.encode())
        return account if account and right else None

    def may(self, username: str, privilege: str | None) -> bool:
        """Whether the account may do what needs `privilege`; None and "" need nothing."""
        account = self.accounts.get(username)
        return not privilege or (account is not None and account.role.may(privilege))

    def check(self, username: str, privilege: str | None, ref: Ref) -> None:
        """Raise the fault ``NoPermission`` unless the account may."""
        if not self.may(username, privilege):
            raise Fault(
                "NoPermission", "Permission to perform this operation was denied.", object=ref, privilegeId=privilege
            )
