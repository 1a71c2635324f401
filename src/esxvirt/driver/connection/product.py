"""What kind of server answered: the product, and its version in libvirt's numbers."""

import re
from typing import Any, Final

from esxvirt.errors import EsxvirtError

__all__ = ["ESX", "GSX", "VPX", "check_product", "version_number"]

ESX: Final = "esx"
GSX: Final = "gsx"
VPX: Final = "vpx"

_LINES: Final = {"esx": ESX, "embeddedEsx": ESX, "gsx": GSX, "vpx": VPX}
_NAMES: Final = {ESX: "ESX(i)", GSX: "Server/GSX", VPX: "vCenter/VPX"}


def check_product(about: Any, wanted: str, hostname: str) -> None:
    """Refuse a server that is not what the URI's type says (esxConnectToHost, esxConnectToVCenter).

    Args:
        about: The server's `AboutInfo`.
        wanted: `ESX`, `GSX` or `VPX`.
        hostname: As the URI has it, for the message.

    Raises:
        EsxvirtError: It is another product.
    """
    line = about.productLineId
    found = _LINES.get(line)
    if found is None:
        raise EsxvirtError(f"Expecting product 'gsx' or 'esx' or 'embeddedEsx' or 'vpx' but found '{line}'")
    if found != wanted:
        raise EsxvirtError(f"Expecting '{hostname}' to be a {_NAMES[wanted]} host but found a {_NAMES[found]} host")


def version_number(version: str) -> int:
    """``"7.0.3"`` as libvirt counts versions: major * 1,000,000 + minor * 1,000 + release.

    Raises:
        EsxvirtError: It does not begin with a number.
    """
    match = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", version)
    if match is None:
        raise EsxvirtError(f"Could not parse version number from '{version}'")
    major, minor, release = (int(part or 0) for part in match.groups())
    return major * 1_000_000 + minor * 1_000 + release
