"""Having domains start with their host, or not: apart from `autostart`, which lists of domains need."""

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.autostart import read_autostart
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of, read
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.tasks.lost_answers import Write
from esxvirt.errors import EsxvirtError, OperationInvalidError

__all__ = ["set_autostart"]


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
