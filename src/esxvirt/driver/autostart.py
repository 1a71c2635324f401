"""Which domains start with their host."""

from dataclasses import dataclass

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle, read
from esxvirt.errors import EsxvirtError, OperationInvalidError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve

__all__ = ["AutostartConfig", "get_autostart", "read_autostart", "set_autostart"]


@dataclass(frozen=True, slots=True)
class AutostartConfig:
    """The host's `HostAutoStartManagerConfig`.

    Attributes:
        enabled: Whether anything starts at all.
        machines: Those that would.
        listed: All that the host has settings for.
    """

    enabled: bool
    machines: frozenset[Ref]
    listed: frozenset[Ref] = frozenset()

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
    infos = rows[0].get("config.powerInfo") or ()
    machines = frozenset(info.key for info in infos if (info.startAction or "").lower() == "poweron")
    listed = frozenset(info.key for info in infos)
    return AutostartConfig(bool(rows[0].get("config.defaults.enabled")), machines, listed)


def get_autostart(connection: Connection, domain: DomainHandle) -> bool:
    """Whether the domain starts with its host (virDomainGetAutostart). One SOAP call."""
    return read_autostart(connection).starts(domain)


def set_autostart(connection: Connection, domain: DomainHandle, *, start: bool) -> None:
    """Have a domain start with its host, or not (virDomainSetAutostart). 3 SOAP calls, 2 for not.

    A host has a switch for all of it. It is turned on, too, unless other domains would start then that do not now.

    Raises:
        OperationInvalidError: Others would start with the host, too.
        EsxvirtError: The server tells of no such settings, or the account may not see them.
        ServerFault: The server refused.
    """
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    found = connection.scope.autostart_manager
    if found is None:
        raise EsxvirtError("The host tells of no autostart settings; may the account see them?")
    read(connection, domain, ("runtime.powerState",))  # it may have another reference by now
    manager = connection.session.reference(found.type, found.value)
    spec = vim.host.AutoStartManager.Config()
    if start:
        config = read_autostart(connection)
        if not config.enabled:
            if config.listed - {domain.ref}:
                raise OperationInvalidError("Cannot enable general autostart option without affecting other domains")
            spec.defaults = vim.host.AutoStartManager.SystemDefaults(enabled=True)
    spec.powerInfo = [
        vim.host.AutoStartManager.AutoPowerInfo(
            key=connection.session.reference(domain.ref.type, domain.ref.value),
            startOrder=-1,
            startDelay=-1,
            waitForHeartbeat="no",
            startAction="powerOn" if start else "none",
            stopDelay=-1,
            stopAction="none",
        )
    ]
    connection.session.call(manager, "ReconfigureAutostart", spec)
