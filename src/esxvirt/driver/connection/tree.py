"""The inventory as a tree: what is in what, from the point that a connection is about."""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.places import Item, read_seen
from esxvirt.driver.domain.reading import place_of, read_all
from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref

__all__ = ["Node", "read_inventory"]

_KINDS: Final = {
    "Folder": "folder",
    "Datacenter": "datacenter",
    "ComputeResource": "host",
    "ClusterComputeResource": "cluster",
    "HostSystem": "host",
}


@record
class Node:
    """A thing in the inventory: `kind` is server, folder, datacenter, cluster, host or domain."""

    name: str
    kind: str
    below: list["Node"] = field(default_factory=list)


def read_inventory(connection: Connection, *, machines: bool = False) -> Node:
    """Folders, datacenters, clusters and hosts below the point that the connection is about.

    By name, folders first; with `machines` each host's domains, too. One SOAP call, two with `machines`.
    """
    scope = connection.scope
    found = _find(read_seen(connection.session).root, scope.root)
    domains = _domains(connection) if machines else {}
    if found is None:  # it has gone meanwhile
        return Node(connection.uri.host, "server")
    return _node(found, domains, connection.session.endpoint.host)


def _find(item: Item, root: Ref | None) -> Item | None:
    if root is None or item.ref == root:
        return item
    return next((found for below in item.children if (found := _find(below, root)) is not None), None)


def _domains(connection: Connection) -> dict[Ref, list[Node]]:
    by_host: dict[Ref, list[Node]] = {}
    for domain in read_all(connection):
        host = domain.host or place_of(connection, domain).ref
        by_host.setdefault(host, []).append(Node(domain.name, "domain"))
    return by_host


def _node(item: Item, domains: dict[Ref, list[Node]], server: str) -> Node:
    node = Node(server, "server") if item.parent is None else Node(item.name, _KINDS.get(item.ref.type, "folder"))
    if item.ref.type == "ComputeResource":  # is its host
        node.below = [below for child in item.children for below in domains.get(child.ref, ())]
    else:
        node.below = [_node(child, domains, server) for child in item.children]
        node.below += domains.get(item.ref, [])
    node.below.sort(key=_order)
    return node


def _order(node: Node) -> tuple[bool, str]:
    return node.kind != "folder", node.name.casefold()
