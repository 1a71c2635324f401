"""What hands an event to the callback that a program registered for it: `virConnect._dispatch...`.

libvirt-python calls these methods from C, a method a kind of event. Each makes the object of what the driver knows it
by, and calls ``cb(connection, object, ..., opaque)``.
"""

from collections.abc import Callable
from typing import Any, Final

from esxvirt.libvirt._domain import virDomain
from esxvirt.libvirt._network import virNetwork
from esxvirt.libvirt._nodedev import virNodeDevice
from esxvirt.libvirt._objects import AnyConnection
from esxvirt.libvirt._secret import virSecret
from esxvirt.libvirt._storage_pool import virStoragePool

__all__ = ["KINDS", "Dispatching"]

KINDS: Final[dict[str, tuple[Callable[..., Any], tuple[str, ...]]]] = {
    "Domain": (
        virDomain,
        (
            "AgentLifecycle",
            "BalloonChange",
            "BlockJob",
            "BlockThreshold",
            "DeviceAdded",
            "DeviceRemovalFailed",
            "DeviceRemoved",
            "DiskChange",
            "Generic",
            "Graphics",
            "IOError",
            "IOErrorReason",
            "JobCompleted",
            "Lifecycle",
            "MemoryDeviceSizeChange",
            "MemoryFailure",
            "MetadataChange",
            "MigrationIteration",
            "NICMACChange",
            "PMSuspend",
            "PMSuspendDisk",
            "PMWakeup",
            "RTCChange",
            "TrayChange",
            "Tunable",
            "Watchdog",
        ),
    ),
    "Network": (virNetwork, ("Lifecycle", "MetadataChange")),
    "NodeDevice": (virNodeDevice, ("Generic", "Lifecycle")),
    "Secret": (virSecret, ("Generic", "Lifecycle")),
    "StoragePool": (virStoragePool, ("Generic", "Lifecycle")),
}
"""Whose events there are, what makes the object of one, and the kinds of them."""


class Dispatching(AnyConnection):
    """The methods, for virConnect alone."""

    def _dispatchDomainEventCallbacks(self, dom: Any, event: int, detail: int) -> None:
        """Call all that `domainEventRegister` was given."""
        callbacks: dict[Callable[..., Any], Any] = getattr(self, "domainEventCallbacks", {})
        for cb, opaque in list(callbacks.items()):
            cb(self, virDomain(self, _obj=dom), event, detail, opaque)

    def _dispatchCloseCallback(self, reason: int, cbData: dict[str, Any]) -> int:
        """Call what `registerCloseCallback` was given; 0."""
        cbData["cb"](self, reason, cbData["opaque"])
        return 0


def _dispatcher(name: str, make: Callable[..., Any]) -> Callable[..., int]:
    def dispatch(self: Dispatching, handle: Any, *details: Any) -> int:
        *details_, cb_data = details
        cb_data["cb"](self, make(self, _obj=handle), *details_, cb_data["opaque"])
        return 0

    dispatch.__name__, dispatch.__qualname__ = name, f"virConnect.{name}"
    dispatch.__doc__ = "Call what a program registered for such an event; 0. The last argument says what that is."
    return dispatch


for _owner, (_make, _kinds) in KINDS.items():
    for _kind in _kinds:
        _name = f"_dispatch{_owner}Event{_kind}Callback"
        setattr(Dispatching, _name, _dispatcher(_name, _make))
