"""What a host's firmware tells of it: maker, model, serial number, processors, memory (virConnectGetSysinfo)."""

from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.host.host_rows import read_host
from esxvirt.xml.sysinfo import Entries, SystemInformation

__all__ = ["BIOS", "SYSTEM", "firmware_date", "serial_number", "system_information"]

SYSTEM: Final = "hardware.systemInfo"
BIOS: Final = "hardware.biosInfo"
_PACKAGES: Final = "hardware.cpuPkg"
_SIZE: Final = "hardware.memorySize"

_VENDORS: Final = {"intel": "Intel", "amd": "AMD", "hygon": "Hygon", "arm": "ARM"}
_NOT_TOLD: Final = frozenset({"", "unknown", "none", "not specified", "no asset tag", "to be filled by o.e.m."})
_NO_RELEASE: Final = 0xFF  # as SMBIOS says that firmware has no such number


def system_information(connection: Connection) -> SystemInformation:
    """Return what the firmware of the connection's only host tells. One SOAP call.

    Of the memory VMware tells the size and not the parts: it is one.

    Raises:
        InvalidArgumentError: The connection is to several hosts.
        EsxvirtError: The account may not see the host.
    """
    row = read_host(connection, SYSTEM, BIOS, _PACKAGES, _SIZE)
    system, bios, size = row.get(SYSTEM), row.get(BIOS), row.get(_SIZE)
    return SystemInformation(
        bios={} if bios is None else _bios(bios),
        system={} if system is None else _system(system),
        chassis={} if system is None else {"asset": _identifier(system, "AssetTag")},
        processors=[_processor(package) for package in row.get(_PACKAGES) or ()],
        memory=[{"size": f"{int(size) >> 20} MB"}] if size else [],
        oem_strings=[] if system is None else _identifiers(system, "OemSpecificString"),
    )


def firmware_date(bios: Any) -> str | None:
    """Return the date of a firmware, as firmware itself writes it: ``05/23/2016``."""
    return None if bios.releaseDate is None else f"{bios.releaseDate:%m/%d/%Y}"


def serial_number(system: Any) -> str | None:
    """Return the serial number of a host, which has a field of its own since API 6.7."""
    names = ("SerialNumberTag", "ServiceTag", "EnclosureSerialNumberTag")
    return _told(system.serialNumber) or next(filter(None, (_identifier(system, name) for name in names)), None)


def _bios(bios: Any) -> Entries:
    release = None
    if bios.majorRelease not in {None, _NO_RELEASE}:
        release = f"{bios.majorRelease}.{bios.minorRelease or 0}"
    return {
        "vendor": _told(bios.vendor),
        "version": _told(bios.biosVersion),
        "date": firmware_date(bios),
        "release": release,
    }


def _system(system: Any) -> Entries:
    return {
        "manufacturer": _told(system.vendor),
        "product": _told(system.model),
        "serial": serial_number(system),
        "uuid": _told(system.uuid),
        "family": _told(system.family),
    }


def _processor(package: Any) -> Entries:
    vendor = str(package.vendor or "")
    return {
        "type": "Central Processor",
        "manufacturer": _VENDORS.get(vendor, _told(vendor)),
        "signature": _signature(package.cpuFeature or ()),
        "version": _told(package.description),
        "external_clock": f"{round(package.busHz / 1_000_000)} MHz" if package.busHz else None,
        "max_speed": f"{package.hz // 1_000_000} MHz" if package.hz else None,
    }


def _signature(features: Any) -> str | None:
    """Family, model and stepping of an x86 processor, from EAX of CPUID 1, which comes as ``0000:0011:...``."""
    for feature in features:
        bits = (feature.eax or "").replace(":", "")
        if feature.level == 1 and len(bits) == 32 and not bits.strip("01"):
            value = int(bits, 2)
            family, model = value >> 8 & 0xF, value >> 4 & 0xF
            if family in {0x6, 0xF}:
                model += (value >> 16 & 0xF) << 4
            if family == 0xF:
                family += value >> 20 & 0xFF
            return f"Type {value >> 12 & 0x3}, Family {family}, Model {model}, Stepping {value & 0xF}"
    return None


def _identifiers(system: Any, kind: str) -> list[str]:
    found = [
        _told(info.identifierValue)
        for info in system.otherIdentifyingInfo or ()
        if info.identifierType is not None and info.identifierType.key == kind
    ]
    return [value for value in found if value]


def _identifier(system: Any, kind: str) -> str | None:
    return next(iter(_identifiers(system, kind)), None)


def _told(value: object) -> str | None:
    """Return a text, None for one that stands for none."""
    text = str(value or "").strip()
    return None if text.lower() in _NOT_TOLD else text
