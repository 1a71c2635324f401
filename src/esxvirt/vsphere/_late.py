"""What this package imports only when it is used: pyVmomi takes longer to import than most commands to run."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from esxvirt.vsphere import typed
else:
    typed = late("esxvirt.vsphere.typed")

__all__ = ["typed"]
