"""Which domains start with their host."""

from dataclasses import dataclass
from typing import Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of, read
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.tasks.lost_answers import Write
from esxvirt.errors import EsxvirtError, OperationInvalidError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve

__all__ = ["AutostartConfig", "get_autostart", "read_autostart", "set_autostart"]

_MANAGER: Final = "HostAutoStartManager"


@dataclass(frozen=True, slots=True)
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
        """Whether the domain starts with its host."""
        return self.enabled and domain.ref in self.machines


def read_autostart(connection: Connection, place: HostPlace | None = None) -> AutostartConfig:
    """The configuration of a host, or of all; nothing starts on a host that has none. One SOAP call (a page)."""
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
    """Whether the domain starts with its host (virDomainGetAutostart). One SOAP call."""
    return read_autostart(connection).starts(domain)


def set_autostart(connection: Connection, domain: DomainHandle, *, start: bool) -> None:
    """Have a domain start with its host, or not (virDomainSetAutostart). 3 SOAP calls, 2 for not.

    One more on a connection to several hosts. A host has a switch for all of it. It is turned on, too, unless other
    domains would start then that do not now.

    Raises:
        OperationInvalidError: Others would start with the host, too.
        EsxvirtError: The server tells of no such settings, or the account may not see them.
        ServerFault: The server refused.
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    place = place_of(connection, domain)
    found = place.autostart_manager
    if found is None:
        raise EsxvirtError("The host tells of no autostart settings; may the account see them?")
    read(connection, domain, ("runtime.powerState",))  # it may have another reference by now
    spec = vim.host.AutoStartManager.Config()
    if start:
        config = read_autostart(connection, place)
        if not config.enabled:
            if config.listed - {domain.ref}:
                raise OperationInvalidError("Cannot enable general autostart option without affecting other domains")
            spec.defaults = vim.host.AutoStartManager.SystemDefaults(enabled=True)
    spec.powerInfo = [
        vim.host.AutoStartManager.AutoPowerInfo(
            key=connection.session.typed(domain.ref),
            startOrder=-1,
            startDelay=-1,
            waitForHeartbeat="no",
            startAction="powerOn" if start else "none",
            stopDelay=-1,
            stopAction="none",
        )
    ]

    def done() -> bool:
        return read_autostart(connection, place).starts(domain) is start

    write = Write("", f"look whether the domain '{domain.name}' starts with its host", done)
    change_part(connection, write, place.ref, found, "ReconfigureAutostart", spec)
