"""The hosts of a vCenter: libvirt knows one host a connection."""

from typing import TYPE_CHECKING, Any

from esxvirt.libvirt._methods import reports, to_text
from esxvirt.libvirt_esx._inside import driver_of, handle_of
from esxvirt.libvirt_esx._late import domain_paths, host_list, node_devices, tree

if TYPE_CHECKING:
    from esxvirt.driver.connection.hosts import HostSummary
    from esxvirt.driver.connection.tree import Node
    from esxvirt.libvirt import virConnect, virDomain, virNodeDevice

__all__ = ["hosts", "inventory", "location", "narrow", "passthrough"]

InventoryNode = tuple[str, str, list[Any]]
"""Name, kind, and the nodes below."""


@reports("virConnectListHosts")
def hosts(conn: "virConnect", /) -> list[dict[str, Any]]:
    """Return the hosts of the connection, in the order of their paths, a dict each.

    `name`, `path` (as at the end of a `vpx://` URI), `cluster` (empty for none), `datacenter`, `state`
    (``poweredOn``, ``poweredOff``, ``standBy``), `connection` (``connected``, ``disconnected``, ``notResponding``),
    `maintenance`, `version`, `cpus` (cores), `memory` (KiB), `machines` (how many). None is what is not known.
    """
    return [_host(host) for host in host_list.list_hosts(driver_of(conn))]


@reports("virConnectGetInventory")
def inventory(conn: "virConnect", /, machines: bool = False) -> InventoryNode:
    """Return the inventory below the point that the URI leads to, as ``(name, kind, below)``.

    Kinds are ``server``, ``folder``, ``datacenter``, ``cluster``, ``host``, and ``domain`` with `machines`.
    """
    return _node(tree.read_inventory(driver_of(conn), machines=machines))


@reports("virConnectNarrow")
def narrow(conn: "virConnect", /, host: str | None) -> int:
    """Let the connection be about one of its hosts only, named by its name or path; None for all again. 0."""
    driver_of(conn).narrow(None if host is None else to_text(host, "virConnectNarrow", "host"))
    return 0


@reports("virNodeDeviceGetPassthrough")
def passthrough(dev: "virNodeDevice", /) -> dict[str, Any] | None:
    """Return whether guests can have a PCI device of the host; None where the host does not tell.

    `capable`, `enabled` (from its next start on, or now), `active` (now), and `together`: the names of the devices that
    a guest can only have with this one, itself among them.
    """
    return node_devices.passthrough(driver_of(dev), handle_of(dev))


@reports("virDomainGetLocation")
def location(dom: "virDomain", /) -> dict[str, str]:
    """Return where the domain was when it was looked up: `host`, `cluster` (empty for none), `datacenter`, `path`.

    The path is the host's, as at the end of a `vpx://` URI.
    """
    place = domain_paths.host_of(driver_of(dom), handle_of(dom))
    return {
        "host": place.name,
        "cluster": place.cluster or "",
        "datacenter": place.datacenter_name,
        "path": place.text,
    }


def _host(host: "HostSummary") -> dict[str, Any]:
    return {
        "name": host.place.name,
        "path": host.place.text,
        "cluster": host.place.cluster or "",
        "datacenter": host.place.datacenter_name,
        "state": host.state,
        "connection": host.connection,
        "maintenance": host.maintenance,
        "version": host.version,
        "cpus": host.cpus,
        "memory": host.memory,
        "machines": host.machines,
    }


def _node(node: "Node") -> InventoryNode:
    return node.name, node.kind, [_node(below) for below in node.below]
