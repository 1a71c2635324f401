"""What a connection to several hosts of a vCenter has besides: libvirt knows one host a connection."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded with the first connection

from typing import TYPE_CHECKING, Any

from esxvirt.libvirt._methods import to_text

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.connection.hosts import HostSummary
    from esxvirt.driver.connection.tree import Node

__all__ = ["ManyHosts"]

InventoryNode = tuple[str, str, list[Any]]
"""Name, kind, and the nodes below."""


class ManyHosts:
    """Methods of `virConnect` that are our own."""

    if TYPE_CHECKING:

        @property
        def _driver(self) -> "Connection": ...

    def hosts(self) -> list[dict[str, Any]]:
        """Return the hosts of the connection, in the order of their paths, a dict each.

        `name`, `path` (as at the end of a `vpx://` URI), `cluster` (empty for none), `datacenter`, `state`
        (``poweredOn``, ``poweredOff``, ``standBy``), `connection` (``connected``, ``disconnected``, ``notResponding``),
        `maintenance`, `version`, `cpus` (cores), `memory` (KiB), `machines` (how many). None is what is not known.
        """
        from esxvirt.driver.connection.hosts import list_hosts

        return [_host(host) for host in list_hosts(self._driver)]

    def inventory(self, machines: bool = False) -> InventoryNode:
        """Return the inventory below the point that the URI leads to, as ``(name, kind, below)``.

        Kinds are ``server``, ``folder``, ``datacenter``, ``cluster``, ``host``, and ``domain`` with `machines`.
        """
        from esxvirt.driver.connection.tree import read_inventory

        return _node(read_inventory(self._driver, machines=machines))

    def narrow(self, host: str | None) -> int:
        """Be about one of the hosts only, named by its name or path; None for all again. 0."""
        self._driver.narrow(None if host is None else to_text(host, "virConnectNarrow", "host"))
        return 0


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
