"""What this package imports only when it is used: reading needs no pyVmomi, and few keep sessions."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from pyVmomi import vim

    from esxvirt.vsphere import session_cache as kept
else:
    kept = late("esxvirt.vsphere.session_cache")
    vim = late("pyVmomi", "vim")

__all__ = ["kept", "vim"]
