"""What a domain may have on the connection's hosts (virConnectGetDomainCapabilities, virConnectGetMaxVcpus)."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import GSX, version_number
from esxvirt.driver.domain.info import MAX_VCPUS, max_vcpus, most_vcpus
from esxvirt.driver.host.host import has_long_mode
from esxvirt.driver.host.host_rows import read_hosts
from esxvirt.errors import InvalidArgumentError
from esxvirt.vsphere.inventory import Row
from esxvirt.vsphere.versions import has_passthrough
from esxvirt.xml.domain_capabilities import DomainCapabilities, Enumerations

__all__ = ["connection_max_vcpus", "domain_capabilities"]

_TYPE: Final = "vmware"
_PASSTHROUGH: Final = "config.pciPassthruInfo"
_FEATURES: Final = "hardware.cpuFeature"
_VERSION: Final = "summary.config.product.version"
_LINE: Final = "summary.config.product.productLineId"

# The program that runs a machine: ESXi's, and that of the products that are programs on Linux.
_ON_ESXI: Final = "/bin/vmx"
_ON_LINUX: Final = "/usr/lib/vmware/bin/vmware-vmx"

# Versions of ESX, in libvirt's numbers, that came with virtual devices, or dropped them.
_5_0, _5_5, _6_5, _7_0 = 5_000_000, 5_005_000, 6_005_000, 7_000_000


def connection_max_vcpus(connection: Connection, virt_type: str | None) -> int:
    """Return how many virtual processors a domain may have, on the host that allows the most. One SOAP call.

    Args:
        connection: The connection.
        virt_type: ``vmware``, which None means.

    Raises:
        InvalidArgumentError: Another type.
        EsxvirtError: The host does not tell.
    """
    if virt_type is not None and virt_type.lower() != _TYPE:
        raise InvalidArgumentError(f"unknown type '{virt_type}'")
    return max_vcpus(connection)


def domain_capabilities(
    connection: Connection, emulator: str | None, arch: str | None, machine: str | None, virt_type: str | None
) -> DomainCapabilities:
    """Return what the newest virtual hardware of the hosts has, as far as domain XML can say it. One SOAP call.

    Of several hosts, what all of them have, but the number of processors, which is that of `connection_max_vcpus`.

    Args:
        connection: The connection.
        emulator: None, or what runs a machine on the host.
        arch: ``x86_64``, ``i686``, or None for the best that there is.
        machine: None: VMware has no types of machines.
        virt_type: ``vmware``, which None means.

    Raises:
        InvalidArgumentError: Anything else.
        EsxvirtError: The account may not see the host.
    """
    if virt_type not in {None, _TYPE}:
        raise InvalidArgumentError(f"unknown virttype: {virt_type}")
    optional = (_PASSTHROUGH,) if has_passthrough(connection.session.version) else ()
    rows = read_hosts(connection, MAX_VCPUS, _FEATURES, _VERSION, _LINE, *optional)
    path = _ON_ESXI if all(row.get(_LINE) == "embeddedEsx" for row in rows) else _ON_LINUX
    archs = ["i686"]
    if all(has_long_mode(row.get(_FEATURES) or []) for row in rows):
        archs.insert(0, "x86_64")
    if arch is not None and arch not in archs:
        raise InvalidArgumentError(f"unknown architecture: {arch}; this host has {' and '.join(archs)}")
    if emulator not in {None, path}:
        raise InvalidArgumentError(f"unknown emulator binary: {emulator}; machines are run by '{path}'")
    if machine is not None:
        raise InvalidArgumentError(f"the machine '{machine}' is not supported by emulator '{path}'")
    version = min(_version(row) for row in rows)
    return DomainCapabilities(
        path=path,
        arch=arch or archs[0],
        max_vcpus=most_vcpus(rows) if any(row.get(MAX_VCPUS) for row in rows) else None,
        firmware=("bios", "efi") if version >= _5_0 else ("bios",),
        devices=_devices(version, passes_devices=all(_passes_devices(row) for row in rows)),
        features={
            "gic": False,
            "vmcoreinfo": False,
            "genid": version >= _5_0,
            "backingStoreInput": False,
            "backup": False,
            "sev": False,
            "sgx": False,
        },
    )


def _version(row: Row) -> int:
    """Return a host's version as ESX counts; VMware Server's machines are of the age of ESX 3.5."""
    return 0 if row.get(_LINE) == GSX else version_number(str(row.get(_VERSION) or "0"))


def _passes_devices(row: Row) -> bool:
    return any(info.passthruCapable for info in row.get(_PASSTHROUGH) or ())


def _devices(version: int, *, passes_devices: bool) -> dict[str, Enumerations | None]:
    buses = ["ide", "fdc", "scsi"]
    if version >= _5_5:
        buses.append("sata")
    if version >= _6_5:
        buses.append("nvme")
    return {
        "disk": {"diskDevice": ("disk", "cdrom", "floppy", "lun"), "bus": buses},
        # Since 7.0 a console is reached by way of the host alone.
        "graphics": {"type": ("vnc",)} if version < _7_0 else None,
        "video": {"modelType": ("vmvga",)},
        "hostdev": {"mode": ("subsystem",), "subsysType": ("pci",)} if passes_devices else None,
        "rng": None,
        "filesystem": None,
        # It needs a machine that is encrypted, with a key of the vCenter's: a description alone makes none that starts.
        "tpm": None,
        "redirdev": None,
        "channel": None,
    }
