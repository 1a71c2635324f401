"""What this package imports only when it is used: reading needs no pyVmomi."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from pyVmomi import vim
else:
    vim = late("pyVmomi", "vim")

__all__ = ["vim"]
