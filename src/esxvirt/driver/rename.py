"""Another name for a domain (virDomainRename). Its files keep theirs: VMware moves them only with the machine."""

import logging
from typing import Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle, read_all
from esxvirt.driver.inventory import escape
from esxvirt.driver.states import SHUTOFF
from esxvirt.driver.tasks import prepare, run
from esxvirt.errors import DomainNotFoundError, EsxvirtError, OperationInvalidError

__all__ = ["rename"]

_log = logging.getLogger(__name__)

_FAILURE: Final = "Could not rename domain"


def rename(connection: Connection, domain: DomainHandle, name: str) -> None:
    """Rename a domain that is off. 10 SOAP calls with login and logout, and one for every round of updates.

    Raises:
        OperationInvalidError: It is not off, has that name already, or another domain has.
        DomainNotFoundError: It is gone.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off, and it has its old name.
    """
    present = read_all(connection)
    found = next((known for known in present if known.uuid == domain.uuid or known.ref == domain.ref), None)
    if found is None:
        raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    if found.state != SHUTOFF:
        raise OperationInvalidError("cannot rename active domain")
    if found.name == name:
        raise OperationInvalidError("Can't rename domain to itself")
    if any(known.name == name for known in present):
        raise OperationInvalidError(f"domain with name '{name}' already exists")
    escaped = escape(name).replace("\\", "%5c")
    machine = prepare(connection, found, SHUTOFF, "cannot rename active domain")

    def done() -> bool:
        return any(known.uuid == domain.uuid and known.name == name for known in read_all(connection))

    run(connection, found, machine, "Rename_Task", _FAILURE, escaped, done=done)
    _check_unique(connection, found, name)


def _check_unique(connection: Connection, domain: DomainHandle, name: str) -> None:
    """Take a name back that another client has given to another domain meanwhile: ESX lets two have one."""
    try:
        others = [known for known in read_all(connection) if known.name == name and known.ref != domain.ref]
    except EsxvirtError as error:
        _log.warning("the domain was renamed '%s'; whether another has that name is not known: %s", name, error)
        return
    if not others:
        return
    machine = connection.session.reference(domain.ref.type, domain.ref.value)
    what = f"another client has given the name '{name}' to the domain {others[0].uuid} meanwhile"
    try:
        run(connection, domain, machine, "Rename_Task", _FAILURE, escape(domain.name).replace("\\", "%5c"))
    except EsxvirtError as error:
        raise OperationInvalidError(f"{what}, and both have it now: rename one of them ({error})") from error
    raise OperationInvalidError(f"domain with name '{name}' already exists: {what}")
