"""``vcpucount``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml, running
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


class _Counter:
    """Counts a domain's virtual CPUs, by the call for it or, where the driver lacks that, from info and XML."""

    def __init__(self, virsh: Virsh, domain: Domain) -> None:
        self._virsh = virsh
        self._domain = domain
        self._inactive_xml: Any = None

    def count(self, flags: int) -> int:
        """Return the number of virtual CPUs for VIR_DOMAIN_AFFECT_* and VIR_DOMAIN_VCPU_* flags.

        Raises:
            Failed: neither way gave it.
            libvirtError: the call for it failed for another reason than that it is not supported.
        """
        libvirt = self._virsh.libvirt
        try:
            return int(self._domain.vcpusFlags(flags))
        except libvirt.libvirtError as error:
            if error.get_error_code() not in {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_INVALID_ARG}:
                raise
            if flags & libvirt.VIR_DOMAIN_VCPU_GUEST:
                raise Failed("Failed to retrieve vCPU count from the guest", cause=error) from error
        if not flags & (libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG) and running(self._domain):
            flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
        if flags & libvirt.VIR_DOMAIN_AFFECT_LIVE:
            return self._live(flags)
        return self._configured(flags)

    def _live(self, flags: int) -> int:
        if flags & self._virsh.libvirt.VIR_DOMAIN_VCPU_MAXIMUM:
            with self._virsh.failing("Failed to retrieve maximum vcpu count"):
                return int(self._domain.maxVcpus())
        with self._virsh.failing("Failed to retrieve current vcpu count"):
            return int(self._domain.info()[3])

    def _configured(self, flags: int) -> int:
        if self._inactive_xml is None:
            self._inactive_xml = domain_xml(self._virsh, self._domain, self._virsh.libvirt.VIR_DOMAIN_XML_INACTIVE)
        vcpu = self._inactive_xml.find("vcpu")
        if vcpu is None:
            raise Failed("Failed to retrieve maximum vcpu count")
        current = vcpu.get("current")
        if flags & self._virsh.libvirt.VIR_DOMAIN_VCPU_MAXIMUM or current is None:
            return int(vcpu.text)
        return int(current)


def count(virsh: Virsh, arguments: Arguments) -> None:
    """Print one number, or all four when no option says which."""
    libvirt = virsh.libvirt
    arguments.exclusive("live", "config")
    arguments.exclusive("active", "maximum")
    arguments.exclusive("guest", "config")
    domain = domain_of(virsh, arguments)
    counter = _Counter(virsh, domain)
    flags = 0
    for option, value in (
        ("maximum", libvirt.VIR_DOMAIN_VCPU_MAXIMUM),
        ("live", libvirt.VIR_DOMAIN_AFFECT_LIVE),
        ("config", libvirt.VIR_DOMAIN_AFFECT_CONFIG),
        ("guest", libvirt.VIR_DOMAIN_VCPU_GUEST),
    ):
        if arguments.flag(option):
            flags |= value
    if flags or arguments.flag("active") or arguments.flag("current"):
        virsh.line(str(counter.count(flags)))
    else:
        _count_all(virsh, domain, counter)


def _count_all(virsh: Virsh, domain: Domain, counter: _Counter) -> None:
    libvirt = virsh.libvirt
    active, persistent = running(domain), domain.isPersistent() == 1
    lines: list[str] = []
    failures: list[Failed] = []
    for what, more in (("maximum", libvirt.VIR_DOMAIN_VCPU_MAXIMUM), ("current", 0)):
        for when, scope, there in (
            ("config", libvirt.VIR_DOMAIN_AFFECT_CONFIG, persistent),
            ("live", libvirt.VIR_DOMAIN_AFFECT_LIVE, active),
        ):
            if not there:
                continue
            try:
                number = counter.count(scope | more)
            except Failed as failure:
                failures.append(failure)
                continue
            if number > 0:
                lines.append(f"{what:<12} {when:<12} {number:3}")
    if failures:
        # each count complains, and libvirt's last error stands behind them
        raise Failed(*(message for failure in failures for message in failure.messages), cause=failures[-1].cause)
    for line in lines:
        virsh.line(line)


COMMANDS = (
    Command(
        "vcpucount",
        "domain vcpu counts",
        count,
        "Returns the number of virtual CPUs used by the domain.",
        (
            DOMAIN,
            flag("maximum", "get maximum count of vcpus"),
            flag("active", "get number of currently active vcpus"),
            flag("live", "get value from running domain"),
            flag("config", "get value to be used on next boot"),
            flag("current", "get value according to current domain state"),
            flag("guest", "retrieve vcpu count from the guest instead of the hypervisor"),
        ),
    ),
)
