"""Checking XML against libvirt's schemas where a flag asks for it (VIR_*_VALIDATE), if they are installed."""

from esxvirt.driver._late import schema as schemas
from esxvirt.logs import Log

__all__ = ["can_validate"]

_log = Log(__name__)


def can_validate(schema: str) -> bool:
    """Return whether there is this schema of libvirt's, such as ``domain``.

    If not, a warning says that nothing is checked.

    libvirt always has its schemas. The machines that this runs on mostly have none, and the same XML is to do there.
    """
    if schemas.available(schema):
        return True
    _log.warning("the XML is not validated: libvirt's schemas are not installed (Debian's package libvirt0 has them)")
    return False
