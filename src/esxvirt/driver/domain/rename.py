"""Another name for a domain (virDomainRename). Its files keep theirs: VMware moves them only with the machine."""

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read_all
from esxvirt.driver.domain.states import SHUTOFF
from esxvirt.driver.tasks.machine_tasks import prepare, run
from esxvirt.errors import DomainNotFoundError, OperationInvalidError
from esxvirt.names import escape

__all__ = ["rename"]


def rename(connection: Connection, domain: DomainHandle, name: str) -> None:
    """Rename a domain that is off. 9 SOAP calls with login and logout, and one for every round of updates.

    Raises:
        OperationInvalidError: It is not off, has that name already, or another domain has.
        DomainNotFoundError: It is gone.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off; the message says what is known, and where to look.
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
    escaped = escape(name)
    machine = prepare(connection, found, SHUTOFF, "cannot rename active domain")

    def done() -> bool:
        return any(known.uuid == domain.uuid and known.name == name for known in read_all(connection))

    run(connection, found, machine, "Rename_Task", "Could not rename domain", escaped, done=done)
