"""Calls of the parts of a host that have no names of their own: its network, storage and autostart managers."""

from typing import Any

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.errors import MissingPrivilegeError
from esxvirt.vsphere.decode import Ref

__all__ = ["call_part", "change_part"]


def call_part(connection: Connection, host: Ref | None, part: Ref, method: str, *arguments: Any) -> Any:
    """Call a method of a part of a host, by its reference. One SOAP call.

    Raises:
        MissingPrivilegeError: The account may not; the message names the privilege and the host.
        ServerFault: The server refused.
        TransportError: The server broke off.
    """
    try:
        return connection.session.call(part, method, *arguments)
    except MissingPrivilegeError as error:
        name = connection.scope.place(host).name
        if f"the host '{name}'" in str(error):
            raise
        raise MissingPrivilegeError(f"{error} of the host '{name}'", name=error.name, detail=error.detail) from None


def change_part(connection: Connection, write: Write, host: Ref | None, part: Ref, method: str, *arguments: Any) -> Any:
    """Change a part of a host, as `call_part` calls it; what becomes of a lost answer is found out.

    Raises:
        EsxvirtError: As `call_part` and `esxvirt.driver.tasks.lost_answers.call_and_verify`.
    """
    return call_and_verify(connection.session, write, lambda: call_part(connection, host, part, method, *arguments))
