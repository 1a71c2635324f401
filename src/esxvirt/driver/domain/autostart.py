"""Which domains start with their host."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve

__all__ = ["AutostartConfig", "get_autostart", "read_autostart"]

_MANAGER: Final = "HostAutoStartManager"


@record(frozen=True)
class AutostartConfig:
    """A host's `HostAutoStartManagerConfig`, or those of several together.

    Attributes:
        enabled: Whether anything starts at all.
        machines: Those that start, if it does.
        listed: All that the host has settings for.
    """

    enabled: bool
    machines: frozenset[Ref]
    listed: frozenset[Ref] = frozenset()

    def starts(self, domain: DomainHandle) -> bool:
        """Return whether the domain starts with its host."""
        return self.enabled and domain.ref in self.machines


def read_autostart(connection: Connection, place: HostPlace | None = None) -> AutostartConfig:
    """Return the configuration of a host, or of all; nothing starts on a host that has none. One SOAP call (a page)."""
    places = connection.scope.places if place is None else (place,)
    managers = [found.autostart_manager for found in places if found.autostart_manager is not None]
    query = Query({_MANAGER: ("config.defaults.enabled", "config.powerInfo")}, managers)
    enabled, machines, listed = False, set[Ref](), set[Ref]()
    for row in retrieve(connection.session, query):
        infos = row.get("config.powerInfo") or ()
        listed.update(info.key for info in infos)
        # On several hosts, of which some start theirs and others do not, only those that do count.
        if row.get("config.defaults.enabled") or len(managers) == 1:
            machines.update(info.key for info in infos if (info.startAction or "").lower() == "poweron")
        enabled = enabled or bool(row.get("config.defaults.enabled"))
    return AutostartConfig(enabled, frozenset(machines), frozenset(listed))


def get_autostart(connection: Connection, domain: DomainHandle) -> bool:
    """Return whether the domain starts with its host (virDomainGetAutostart). One SOAP call."""
    return read_autostart(connection).starts(domain)
