"""virDomain: one domain, as it was when it was looked up."""

from typing import TYPE_CHECKING

from esxvirt.constants import domains as flags_
from esxvirt.constants import errors as codes
from esxvirt.constants.node import VIR_NODE_SUSPEND_TARGET_MEM
from esxvirt.errors import ArgumentUnsupportedError
from esxvirt.libvirt._domain_console import Console
from esxvirt.libvirt._domain_devices import Changing
from esxvirt.libvirt._domain_migration import Migration
from esxvirt.libvirt._domain_snapshots import Snapshots
from esxvirt.libvirt._domain_tuning import Tuning
from esxvirt.libvirt._errors import report, report_argument
from esxvirt.libvirt._late import (
    autostart_change,
    definition,
    description,
    domain_autostart,
    domain_info,
    lifecycle,
    managed_save,
    states,
)
from esxvirt.libvirt._methods import check_flags, offers, to_int
from esxvirt.libvirt._objects import AnyConnection

if TYPE_CHECKING:
    from esxvirt.driver.domain.handles import DomainHandle

__all__ = ["virDomain"]

_SECURE = flags_.VIR_DOMAIN_XML_SECURE
_INACTIVE = flags_.VIR_DOMAIN_XML_INACTIVE
_XML_FLAGS = _SECURE | _INACTIVE | flags_.VIR_DOMAIN_XML_MIGRATABLE
_LIVE = flags_.VIR_DOMAIN_VCPU_LIVE
_CONFIG = flags_.VIR_DOMAIN_VCPU_CONFIG
_GUEST = flags_.VIR_DOMAIN_VCPU_GUEST
_MAXIMUM = flags_.VIR_DOMAIN_VCPU_MAXIMUM


@offers
class virDomain(Changing, Tuning, Snapshots, Migration, Console):
    """A domain. Name, UUID and id are those of the time it was looked up; all else is asked of the server.

    Methods without a body here raise VIR_ERR_NO_SUPPORT. All raise `libvirtError`.
    """

    def __init__(self, conn: AnyConnection, _obj: "DomainHandle | None" = None) -> None:
        if _obj is None:
            raise TypeError("a virDomain is made by a lookup of its virConnect")
        super().__init__(conn, _obj)

    # what was known when it was looked up

    def ID(self) -> int:
        """Return the id, -1 if the domain was not active."""
        return self._o.id

    def name(self) -> str:
        """Return the name."""
        return self._o.name

    def UUID(self) -> bytes:
        """Return the UUID as 16 bytes."""
        return bytes.fromhex(self._o.uuid.replace("-", ""))

    def UUIDString(self) -> str:
        """Return the UUID as text."""
        return self._o.uuid

    # what is the same for all

    def OSType(self) -> str:
        """Return ``"hvm"``."""
        return domain_info.OS_TYPE

    def isPersistent(self) -> int:
        """Return 1: all domains of VMware are."""
        return 1

    def isUpdated(self) -> int:
        """Return 0: no domain's definition differs from what it runs with."""
        return 0

    # what runs

    def create(self) -> int:
        """Start the domain, or let a suspended one go on; 0."""
        lifecycle.start(self._driver, self._o)
        return 0

    def createWithFlags(self, flags: int = 0) -> int:
        """Start the domain as `create`; no flag is supported. 0."""
        check_flags(flags, 0, "esxDomainCreateWithFlags")
        lifecycle.start(self._driver, self._o)
        return 0

    def shutdown(self) -> int:
        """Ask the guest to shut down, which needs VMware tools in it; 0 once it was asked."""
        return self._shutdown(0)

    def shutdownFlags(self, flags: int = 0) -> int:
        """Ask the guest to shut down, as `shutdown`; no flag is supported."""
        return self._shutdown(flags)

    def _shutdown(self, flags: int) -> int:

        check_flags(flags, 0, "esxDomainShutdownFlags")
        lifecycle.shutdown(self._driver, self._o)
        return 0

    def reboot(self, flags: int = 0) -> int:
        """Ask the guest to restart, which needs VMware tools in it; no flag is supported. 0 once it was asked."""
        check_flags(flags, 0, "esxDomainReboot")
        lifecycle.reboot(self._driver, self._o)
        return 0

    def pMSuspendForDuration(self, target: int, duration: int, flags: int = 0) -> int:
        """Ask the guest to go to sleep, which needs VMware Tools in it; 0 once it was asked.

        `target` is VIR_NODE_SUSPEND_TARGET_MEM and `duration` 0: VMware has no other sleep, and none that ends by
        itself. No flag is supported. libvirt's driver has no such function.
        """
        check_flags(flags, 0, "esxDomainPMSuspendForDuration")
        if to_int(target) != VIR_NODE_SUSPEND_TARGET_MEM:
            raise ArgumentUnsupportedError("VMware can suspend a guest to memory only: choose the target 'mem'")
        if to_int(duration) != 0:
            raise ArgumentUnsupportedError("VMware wakes no guest after a time: suspend it without a duration")
        lifecycle.sleep(self._driver, self._o)
        return 0

    def reset(self, flags: int = 0) -> int:
        """Restart the domain as its reset button would; 0. libvirt's driver has no such function."""
        check_flags(flags, 0, "esxDomainReset")
        lifecycle.reset(self._driver, self._o)
        return 0

    def destroy(self) -> int:
        """Power the domain off at once; 0."""
        return self._destroy(0)

    def destroyFlags(self, flags: int = 0) -> int:
        """Power the domain off at once; no flag is supported. 0."""
        return self._destroy(flags)

    def _destroy(self, flags: int) -> int:

        check_flags(flags, 0, "esxDomainDestroyFlags")
        lifecycle.destroy(self._driver, self._o)
        return 0

    # what is kept of a guest's memory

    def hasManagedSaveImage(self, flags: int = 0) -> int:
        """Return 1 for a domain that is suspended, whose memory VMware keeps in a file, else 0."""
        check_flags(flags, 0, "esxDomainHasManagedSaveImage")
        return int(managed_save.has_image(self._driver, self._o))

    def managedSave(self, flags: int = 0) -> int:
        """Suspend the domain, its memory kept in a file (vSphere's SuspendVM_Task); `create` goes on from there. 0.

        It is paused to libvirt then, as its driver has it. VIR_DOMAIN_SAVE_RUNNING is taken: VMware knows no other
        way. libvirt's driver has no such function.
        """
        if flags & flags_.VIR_DOMAIN_SAVE_RUNNING and flags & flags_.VIR_DOMAIN_SAVE_PAUSED:
            message = "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"
            raise report_argument(message, "virDomainManagedSave", "ctl")
        check_flags(flags, flags_.VIR_DOMAIN_SAVE_RUNNING, "esxDomainManagedSave")
        lifecycle.suspend(self._driver, self._o, "virDomainManagedSave")
        return 0

    def managedSaveRemove(self, flags: int = 0) -> int:
        """Discard what the memory of a suspended domain holds: it is off then (vSphere's PowerOffVM_Task). 0.

        Not every server takes that. Nothing is done to a domain that is not suspended. libvirt's driver has no such
        function.
        """
        check_flags(flags, 0, "esxDomainManagedSaveRemove")
        managed_save.remove_image(self._driver, self._o)
        return 0

    def suspend(self) -> int:
        """Suspend the domain, its memory kept in a file; 0."""
        lifecycle.suspend(self._driver, self._o)
        return 0

    def resume(self) -> int:
        """Let the suspended domain go on; 0."""
        lifecycle.resume(self._driver, self._o)
        return 0

    def undefine(self) -> int:
        """Forget the domain, which must not run; its files stay. 0."""
        return self._undefine(0)

    def undefineFlags(self, flags: int = 0) -> int:
        """Forget the domain as `undefine`; VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA is taken: VMware has none. 0."""
        return self._undefine(flags)

    def _undefine(self, flags: int) -> int:

        check_flags(flags, flags_.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, "esxDomainUndefineFlags")
        definition.undefine(self._driver, self._o)
        return 0

    # what is read

    def info(self) -> list[int]:
        """Return state, maximum memory in KiB, memory in KiB, virtual CPUs, CPU time in ns."""
        info = domain_info.domain_info(self._driver, self._o)
        return [info.state, info.max_memory, info.memory, info.vcpus, info.cpu_time]

    def state(self, flags: int = 0) -> list[int]:
        """Return the state VIR_DOMAIN_* and the reason, which VMware does not tell: 0."""
        check_flags(flags, 0, "esxDomainGetState")
        return [domain_info.state(self._driver, self._o), 0]

    def isActive(self) -> int:
        """Return 1 for a domain that runs or is suspended, else 0."""
        return int(domain_info.state(self._driver, self._o) in {states.RUNNING, states.PAUSED})

    def maxMemory(self) -> int:
        """Return the maximum memory in KiB."""
        return domain_info.max_memory(self._driver, self._o)

    def maxVcpus(self) -> int:
        """Return how many virtual CPUs a domain of the host may have."""
        return domain_info.max_vcpus(self._driver, self._o)

    def vcpusFlags(self, flags: int = 0) -> int:
        """Return the virtual CPUs; with VIR_DOMAIN_VCPU_MAXIMUM, how many a domain of the host may have."""
        if flags & _GUEST and self._driver.read_only:
            message = "read only access prevents virDomainGetVcpusFlags"
            raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_DOMAIN, message)
        if flags & _LIVE and flags & _CONFIG:
            message = "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive"
            raise report_argument(message, "virDomainGetVcpusFlags", "ctl")
        check_flags(flags, _LIVE | _MAXIMUM, "esxDomainGetVcpusFlags")
        return (
            domain_info.max_vcpus(self._driver, self._o)
            if flags & _MAXIMUM
            else domain_info.vcpus(self._driver, self._o)
        )

    def autostart(self) -> int:
        """Return 1 if the domain starts with its host, else 0."""
        return int(domain_autostart.get_autostart(self._driver, self._o))

    def setAutostart(self, autostart: int) -> int:
        """Have the domain start with its host, or with 0 not; 0. Refused if other domains would start, too, then."""
        autostart_change.set_autostart(self._driver, self._o, start=bool(to_int(autostart)))
        return 0

    # the description

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the domain's XML; with VIR_DOMAIN_XML_INACTIVE as it is while the domain does not run."""
        if flags & _SECURE and self._driver.read_only:
            message = "virDomainGetXMLDesc with secure flag"
            raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_DOMAIN, message)
        check_flags(flags, _XML_FLAGS, "esxDomainGetXMLDesc")
        return description.xml_description(
            self._driver, self._o, secure=bool(flags & _SECURE), inactive=bool(flags & _INACTIVE)
        )
