"""What `<os>` says of the firmware: its kind, its features, its loader and its variables."""

from typing import TYPE_CHECKING

from esxvirt.errors import FirmwareError, XmlError
from esxvirt.xml.domain.elements import boolean, lookup, required
from esxvirt.xml.domain.model import FIRMWARE_FEATURES, Os

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["parse_firmware"]

_FIRMWARES = ("bios", "efi")
_IMAGE_FORMATS = (
    "none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2",
    "qed", "vmdk",
)  # fmt: skip
_TAKEN_FORMATS = frozenset({"none", "raw", "qcow2"})


def parse_firmware(element: "_Element", os: Os) -> None:
    """Read the firmware of an `<os>` into `os`.

    Raises:
        XmlError: for wrong values.
        FirmwareError: for what contradicts itself.

    Source: virDomainDefParseBootFirmwareOptions, virDomainLoaderDefParseXML, virDomainDefOSValidate.
    """
    firmware = element.get("firmware")
    if firmware is not None:
        os.firmware_features = dict(map(_feature, element.findall("firmware/feature")))
        if firmware not in _FIRMWARES:
            raise XmlError(f"unknown firmware value {firmware}")
    os.firmware = firmware
    loader = element.find("loader")
    nvram = element.find("nvram")
    stateless = False
    if loader is not None:
        boolean(loader, "readonly")
        os.loader_is_efi = lookup(loader, "type", ("rom", "pflash")) == "pflash"
        os.loader_is_secure = boolean(loader, "secure") or False
        stateless = boolean(loader, "stateless") or False
        _check_format(loader)
    if nvram is not None:
        _check_format(nvram)
    features = os.firmware_features
    if features.get("enrolled-keys") and features.get("secure-boot") is False:
        raise FirmwareError(
            "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled"
        )
    if firmware == "bios" and nvram is not None:
        raise FirmwareError("firmware type 'bios' does not support nvram")
    if firmware is None and (loader is not None or nvram is not None) and (loader is None or not loader.text):
        raise FirmwareError("no loader path specified and firmware auto selection disabled")
    if stateless and nvram is not None:
        raise FirmwareError("NVRAM is not permitted when loader is stateless")


def _check_format(element: "_Element") -> None:
    form = lookup(element, "format", _IMAGE_FORMATS, "raw")
    if form not in _TAKEN_FORMATS:
        raise XmlError(f"Unsupported {element.tag!s} format '{form}'")


def _feature(feature: "_Element") -> tuple[str, bool]:
    name = required(feature, "name")
    if name not in FIRMWARE_FEATURES:
        raise XmlError(f"Invalid value for attribute 'name' in element 'feature': '{name}'.")
    enabled = required(feature, "enabled")
    if enabled not in {"yes", "no"}:
        raise XmlError(f"Invalid value for attribute 'enabled' in element 'feature': '{enabled}'.")
    return name, enabled == "yes"
