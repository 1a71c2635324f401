"""What is below what in the inventory, as container views and paths see it."""

from typing import TYPE_CHECKING

from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint

__all__ = ["children"]

# The properties of a container that hold what is in it, by type.
_BELOW = {
    "Folder": ("childEntity",),
    "Datacenter": ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder"),
    "ComputeResource": ("host", "resourcePool"),
    "ClusterComputeResource": ("host", "resourcePool"),
    "ResourcePool": ("resourcePool", "vm"),
    "VirtualApp": ("resourcePool", "vm"),
    "HostSystem": ("vm",),
}


def children(endpoint: "Endpoint", ref: Ref) -> list[Ref]:
    """Return what is directly below `ref`."""
    target = endpoint.find(ref, None)
    if target is None:
        return []
    found: list[Ref] = []
    for name in _BELOW.get(target.wsdl, ()):
        value = target.getters[name](target)
        found += value if isinstance(value, list) else [value]
    return found
