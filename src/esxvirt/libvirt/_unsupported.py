"""The error of what the driver has not, for programs that only know a function's name."""

from typing import TYPE_CHECKING, NoReturn

from esxvirt.libvirt._errors import report
from esxvirt.libvirt._methods import Method, methods
from esxvirt.libvirt._surface import SURFACE
from esxvirt.libvirt.constants import errors as codes

if TYPE_CHECKING:
    from esxvirt.libvirt._connect import virConnect

__all__ = ["virRaiseUnsupported"]


def virRaiseUnsupported(conn: "virConnect", function: str) -> NoReturn:
    """Raise what a function of libvirt raises that the driver has not: VIR_ERR_NO_SUPPORT; or, read-only, its refusal.

    libvirt has no such function: it is for command lines that offer all of virsh's commands.
    """
    known = (method for name in SURFACE for method in methods(name) if method.function == function)
    method = next(known, Method("", "", function, writes="Get" not in function))
    if method.writes and conn._driver.read_only:  # noqa: SLF001  the classes of this package are each other's friends
        message = f"read only access prevents {function}"
        raise report(codes.VIR_ERR_OPERATION_DENIED, method.domain, message)
    raise report(codes.VIR_ERR_NO_SUPPORT, method.domain, function)
