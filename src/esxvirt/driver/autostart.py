"""Which domains start with their host."""

from dataclasses import dataclass

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve

__all__ = ["AutostartConfig", "get_autostart", "read_autostart"]


@dataclass(frozen=True, slots=True)
class AutostartConfig:
    """The host's `HostAutoStartManagerConfig`: whether anything starts at all, and the machines that would."""

    enabled: bool
    machines: frozenset[Ref]

    def starts(self, domain: DomainHandle) -> bool:
        """Whether the domain starts with its host."""
        return self.enabled and domain.ref in self.machines


def read_autostart(connection: Connection) -> AutostartConfig:
    """The host's configuration; nothing starts on a host that has none. One SOAP call."""
    manager = connection.scope.autostart_manager
    if manager is None:
        return AutostartConfig(enabled=False, machines=frozenset())
    query = Query({manager.type: ("config.defaults.enabled", "config.powerInfo")}, [manager])
    rows = retrieve(connection.session, query)
    if not rows:
        return AutostartConfig(enabled=False, machines=frozenset())
    machines = frozenset(
        info.key for info in rows[0].get("config.powerInfo") or () if (info.startAction or "").lower() == "poweron"
    )
    return AutostartConfig(enabled=bool(rows[0].get("config.defaults.enabled")), machines=machines)


def get_autostart(connection: Connection, domain: DomainHandle) -> bool:
    """Whether the domain starts with its host (virDomainGetAutostart). One SOAP call."""
    return read_autostart(connection).starts(domain)
