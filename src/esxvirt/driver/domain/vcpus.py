"""How many virtual processors a domain has."""

from typing import Final

from esxvirt.constants.domains import VIR_DOMAIN_AFFECT_CONFIG
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.affect_flags import states_for
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.info import max_vcpus
from esxvirt.driver.domain.reading import read
from esxvirt.driver.tasks.machine_tasks import reconfigure
from esxvirt.errors import InvalidArgumentError

__all__ = ["set_vcpus"]

_COUNT: Final = "config.hardware.numCPU"


def set_vcpus(connection: Connection, domain: DomainHandle, count: int, affect: int = 0) -> None:
    """Set the number of virtual processors (virDomainSetVcpus).

    9 SOAP calls with login and logout (10 on a connection to several hosts), and one for every round of updates. A
    running domain takes it only if VMware lets it be given processors while it runs.

    Args:
        connection: The connection.
        domain: The domain.
        count: How many.
        affect: VIR_DOMAIN_AFFECT_*: both are for a domain that runs, _CONFIG alone for one that does not.

    Raises:
        OperationInvalidError: It runs, or does not, and `affect` wants the other.
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

    # As in libvirt's driver, VIR_DOMAIN_AFFECT_LIVE alone is what there is.
    states = states_for(affect) if affect & VIR_DOMAIN_AFFECT_CONFIG else (None, "")
    failure_prefix = f"Could not set number of virtual CPUs to {count}"
    reconfigure(connection, domain, failure_prefix, *states, done=done, numCPUs=count)
