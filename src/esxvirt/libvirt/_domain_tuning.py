"""What virDomain has to tune a domain with: memory, processors, scheduler; and what VMware tools tell of its guest."""

from typing import Any

from esxvirt.constants import domains as flags_
from esxvirt.constants import errors as codes
from esxvirt.constants.connect import VIR_IP_ADDR_TYPE_IPV4, VIR_IP_ADDR_TYPE_IPV6, VIR_TYPED_PARAM_STRING_OKAY
from esxvirt.libvirt._errors import report, report_argument
from esxvirt.libvirt._late import block_info, domain_memory, guest, scheduler, vcpus
from esxvirt.libvirt._methods import check_flags, to_int, to_text
from esxvirt.libvirt._objects import AnyDomain
from esxvirt.libvirt._parameters import INT, LLONG, ULLONG, read_parameters
from esxvirt.records import asdict

__all__ = ["Tuning"]

_MOST = (1 << 64) - 1
_AFFECT = flags_.VIR_DOMAIN_AFFECT_LIVE | flags_.VIR_DOMAIN_AFFECT_CONFIG
_STRINGS = VIR_TYPED_PARAM_STRING_OKAY
_GUARANTEE = "min_guarantee"
_MEMORY_PARAMETERS = ("hard_limit", "soft_limit", "swap_hard_limit", _GUARANTEE)
_SCHEDULER_PARAMETERS = {"reservation": LLONG, "limit": LLONG, "shares": INT}


class Tuning(AnyDomain):
    """The methods, for virDomain alone."""

    # memory

    def setMaxMemory(self, memory: int) -> int:
        """Set the memory in KiB, of which it has the next multiple of 4096, of a domain that is off; 0."""
        domain_memory.set_max_memory(self._driver, self._o, _kibibytes(memory, "virDomainSetMaxMemory"))
        return 0

    def setMemory(self, memory: int) -> int:
        """Limit the memory of the host that the domain uses, in KiB; 0."""
        domain_memory.set_memory(self._driver, self._o, _kibibytes(memory, "virDomainSetMemory"))
        return 0

    def setMemoryFlags(self, memory: int, flags: int = 0) -> int:
        """Set memory as `setMemory` or, with VIR_DOMAIN_MEM_MAXIMUM, as `setMaxMemory`; 0.

        VIR_DOMAIN_AFFECT_LIVE is for a domain that runs, VIR_DOMAIN_AFFECT_CONFIG alone for one that does not: VMware
        has one value for both.
        """
        kibibytes = _kibibytes(memory, "virDomainSetMemoryFlags")
        check_flags(flags, _AFFECT | flags_.VIR_DOMAIN_MEM_MAXIMUM, "esxDomainSetMemoryFlags")
        if flags & flags_.VIR_DOMAIN_MEM_MAXIMUM:
            domain_memory.set_max_memory(self._driver, self._o, kibibytes, flags & _AFFECT)
        else:
            domain_memory.set_memory(self._driver, self._o, kibibytes, flags & _AFFECT)
        return 0

    def memoryParameters(self, flags: int = 0) -> dict[str, int]:
        """Return ``{"min_guarantee": KiB}``: what the host keeps for the domain."""
        check_flags(flags, _AFFECT | _STRINGS, "esxDomainGetMemoryParameters")
        return {_GUARANTEE: domain_memory.get_guarantee(self._driver, self._o, flags & _AFFECT)}

    def setMemoryParameters(self, params: dict[str, int], flags: int = 0) -> int:
        """Change the parameters of `memoryParameters`; 0."""
        check_flags(flags, _AFFECT, "esxDomainSetMemoryParameters")
        values = read_parameters(params, dict.fromkeys(_MEMORY_PARAMETERS, ULLONG))
        for name in _MEMORY_PARAMETERS:
            if name in values and name != _GUARANTEE:
                message = f"parameter '{name}' not supported"
                raise report(codes.VIR_ERR_ARGUMENT_UNSUPPORTED, codes.VIR_FROM_ESX, message)
        guarantee = values[_GUARANTEE]
        domain_memory.set_guarantee(self._driver, self._o, guarantee, flags & _AFFECT)
        return 0

    # processors

    def setVcpus(self, nvcpus: int) -> int:
        """Set the number of virtual CPUs; 0."""
        vcpus.set_vcpus(self._driver, self._o, _vcpus(nvcpus, "virDomainSetVcpus"))
        return 0

    def setVcpusFlags(self, nvcpus: int, flags: int = 0) -> int:
        """Set the number of virtual CPUs; 0.

        VIR_DOMAIN_VCPU_LIVE alone makes no difference, as in libvirt's driver. VIR_DOMAIN_VCPU_CONFIG is for a domain
        that does not run, both are for one that does: VMware has one number. With VIR_DOMAIN_VCPU_MAXIMUM that is the
        number, too: a machine has all the processors that it may have.
        """
        function = "virDomainSetVcpusFlags"
        if flags & flags_.VIR_DOMAIN_VCPU_MAXIMUM and not flags & flags_.VIR_DOMAIN_VCPU_CONFIG:
            message = "Flag 'VIR_DOMAIN_AFFECT_CONFIG' is required by flag 'VIR_DOMAIN_VCPU_MAXIMUM'"
            raise report_argument(message, function, "ctl")
        if flags & flags_.VIR_DOMAIN_VCPU_GUEST and flags & flags_.VIR_DOMAIN_VCPU_CONFIG:
            message = "Flags 'VIR_DOMAIN_VCPU_GUEST' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive"
            raise report_argument(message, function, "ctl")
        count = _vcpus(nvcpus, function)
        check_flags(flags, _AFFECT | flags_.VIR_DOMAIN_VCPU_MAXIMUM, "esxDomainSetVcpusFlags")
        vcpus.set_vcpus(self._driver, self._o, count, flags & _AFFECT)
        return 0

    def schedulerType(self) -> tuple[str, int]:
        """Return the scheduler's name and the number of its parameters: ``("allocation", 3)``."""
        _ = self._driver
        return scheduler.SCHEDULER_TYPE, len(_SCHEDULER_PARAMETERS)

    def schedulerParameters(self) -> dict[str, int]:
        """Return ``reservation`` and ``limit`` in MHz (-1: none) and ``shares`` (-1, -2, -3: low, normal, high)."""
        return self._get_scheduling(0)

    def schedulerParametersFlags(self, flags: int = 0) -> dict[str, int]:
        """Return `schedulerParameters`; for VIR_DOMAIN_AFFECT_LIVE and _CONFIG VMware has one value."""
        return self._get_scheduling(flags)

    def _get_scheduling(self, flags: int) -> dict[str, int]:
        check_flags(flags, _AFFECT | _STRINGS, "esxDomainGetSchedulerParametersFlags")
        return asdict(scheduler.get_scheduling(self._driver, self._o, flags & _AFFECT))

    def setSchedulerParameters(self, params: dict[str, int]) -> int:
        """Change parameters of `schedulerParameters`; those that are not in `params` stay. 0."""
        return self._set_scheduling(params, 0)

    def setSchedulerParametersFlags(self, params: dict[str, int], flags: int = 0) -> int:
        """Change parameters as `setSchedulerParameters`, with flags as `schedulerParametersFlags`; 0."""
        return self._set_scheduling(params, flags)

    def _set_scheduling(self, params: dict[str, int], flags: int) -> int:

        check_flags(flags, _AFFECT, "esxDomainSetSchedulerParametersFlags")
        values = scheduler.Scheduling(**read_parameters(params, _SCHEDULER_PARAMETERS))
        scheduler.set_scheduling(self._driver, self._o, values, flags & _AFFECT)
        return 0

    # disks

    def blockInfo(self, path: str, flags: int = 0) -> list[int]:
        """Return a disk's capacity, what its files take of the datastore, and that again: bytes.

        `path` is the target (``"sda"``) or the source. The files are those of its snapshots, too. libvirt's driver has
        no such function.
        """
        name = to_text(path, "virDomainGetBlockInfo", "disk")
        if not name:
            message = "string disk in virDomainGetBlockInfo must not be empty"
            raise report_argument(message, "virDomainGetBlockInfo", "disk")
        check_flags(flags, 0, "esxDomainGetBlockInfo")
        found = block_info.block_info(self._driver, self._o, name)
        return [found.capacity, found.allocation, found.allocation]

    # the guest, as VMware tools tell

    def hostname(self, flags: int = 0) -> str:
        """Return the guest's hostname, which needs VMware tools in it; no flag is supported."""
        check_flags(flags, 0, "esxDomainGetHostname")
        return guest.hostname(self._driver, self._o)

    def interfaceAddresses(self, source: int, flags: int = 0) -> dict[str, dict[str, Any]]:
        """Return the guest's network cards by network: ``{"hwaddr": MAC, "addrs": [{"addr", "prefix", "type"}]}``.

        VMware tools tell, whether `source` is VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT or, what programs ask for if
        nobody says, _SRC_LEASE: VMware has no leases of its own. They tell no prefix: it is 0.
        """
        agent = flags_.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT
        if source == agent and self._driver.read_only:
            message = "read only access prevents virDomainInterfaceAddresses"
            raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_DOMAIN, message)
        check_flags(flags, 0, "esxDomainInterfaceAddresses")
        if to_int(source) not in {agent, flags_.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE}:
            message = f"Unknown IP address data source {source}"
            raise report(codes.VIR_ERR_ARGUMENT_UNSUPPORTED, codes.VIR_FROM_ESX, message)
        return {
            card.network: {
                "addrs": [{"addr": address, "prefix": 0, "type": _kind(address)} for address in card.addresses],
                "hwaddr": card.mac,
            }
            for card in guest.addresses(self._driver, self._o)
        }


def _kibibytes(memory: int, function: str) -> int:
    """Return an amount of memory as libvirt takes it: a C unsigned long of KiB that fits as bytes, too."""
    kibibytes = to_int(memory) & _MOST
    if not kibibytes:
        raise report_argument(f"memory in {function} must not be zero", function, "memory")
    if kibibytes > _MOST // 1024:
        message = f"input too large: {kibibytes}"
        raise report(codes.VIR_ERR_OVERFLOW, codes.VIR_FROM_DOMAIN, message)
    return kibibytes


def _vcpus(nvcpus: int, function: str) -> int:
    if not to_int(nvcpus):
        raise report_argument(f"nvcpus in {function} must not be zero", function, "nvcpus")
    return nvcpus


def _kind(address: str) -> int:
    return VIR_IP_ADDR_TYPE_IPV6 if ":" in address else VIR_IP_ADDR_TYPE_IPV4
