"""How many virtual processors a domain has."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.info import max_vcpus
from esxvirt.driver.domain.reading import read
from esxvirt.driver.tasks.machine_tasks import reconfigure
from esxvirt.errors import InvalidArgumentError

__all__ = ["set_vcpus"]

_COUNT: Final = "config.hardware.numCPU"


def set_vcpus(connection: Connection, domain: DomainHandle, count: int) -> None:
    """Set the number of virtual processors (virDomainSetVcpus).

    9 SOAP calls with login and logout (10 on a connection to several hosts), and one for every round of updates. A
    running domain takes it only if VMware lets it be given processors while it runs.

    Raises:
        InvalidArgumentError: Less than one, or more than the host allows.
        EsxvirtError: The host does not tell how many it allows.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
    """
    if count == 0:
        raise InvalidArgumentError("Requested number of virtual CPUs must at least be 1")
    most = max_vcpus(connection, domain)
    if count < 0 or count > most:
        raise InvalidArgumentError(
            "Requested number of virtual CPUs is greater than max allowable number of virtual CPUs for the domain: "
            f"{count} > {most}"
        )

    def done() -> bool:
        return bool(read(connection, domain, (_COUNT,)).get(_COUNT) == count)

    reconfigure(connection, domain, f"Could not set number of virtual CPUs to {count}", done=done, numCPUs=count)
