"""What of a server's inventory a connection is about: one host, or all below a point of a vCenter's tree."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from esxvirt.driver.connection.places import HOST_FOLDER, Item
from esxvirt.errors import EsxvirtError, InvalidArgumentError, MissingPrivilegeError
from esxvirt.names import path_item, unescape
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref

__all__ = ["HostPlace", "Scope", "scope_of"]

_SHOWN: Final = 8
"""How many names a message lists."""


@record(frozen=True)
class HostPlace:
    """A host, and where it is.

    Attributes:
        ref: The `HostSystem`.
        name: Without vSphere's escapes.
        path: As a `vpx://` URI has it, a name an item: folders, datacenter, folders, cluster, host.
        cluster: The name of its cluster, None if it is in none.
        compute_resource: Its own, or its cluster; None where the account may not see it.
        resource_pool: The root of its pools, None where the account may not see it.
        autostart_manager: None where there is none, or the account may not see it.
        datacenter_or_none: The `Datacenter` that it is in; None where the account may not see it.
        path_of_datacenter: As `/folder` URLs have it (``folder1/dc1``), with vSphere's escapes; empty likewise.
    """

    ref: Ref
    name: str
    path: tuple[str, ...]
    cluster: str | None
    compute_resource: Ref | None
    resource_pool: Ref | None
    autostart_manager: Ref | None
    datacenter_or_none: Ref | None
    path_of_datacenter: str

    @property
    def datacenter(self) -> Ref:
        """The `Datacenter` that it is in.

        Raises:
            MissingPrivilegeError: The account may not see it.
        """
        if self.datacenter_or_none is None:
            raise MissingPrivilegeError(
                f"The datacenter of the host '{self.name}' is needed for this; the account lacks the privilege "
                "'System.View' on it",
                name="NoPermission",
            )
        return self.datacenter_or_none

    @property
    def datacenter_path(self) -> str:
        """The datacenter's path, as `/folder` URLs have it (``folder1/dc1``); errors as `datacenter`."""
        _ = self.datacenter
        return self.path_of_datacenter

    @property
    def datacenter_name(self) -> str:
        """The datacenter's name, without the folders that it is in; empty where the account may not see it."""
        return "" if self.datacenter_or_none is None else self.path[self.path_of_datacenter.count("/")]

    @property
    def text(self) -> str:
        """The path as one text, a slash that is part of a name as ``%2f``."""
        return "/".join(path_item(item) for item in self.path)

    def is_named(self, name: str) -> bool:
        """Return whether `name` means the host: its name, or the end of its path (``cluster1/esx1``), in any case.

        So does a path of VMware's own programs: the datacenter's folder of hosts is in it, and a host that is in no
        cluster twice.
        """
        wanted = tuple(unescape(item).casefold() for item in name.split("/") if item)
        return bool(wanted) and any(path[-len(wanted) :] == wanted for path in self._ways)

    @property
    def _ways(self) -> list[tuple[str, ...]]:
        path = tuple(item.casefold() for item in self.path)
        ways = [path]
        if self.path_of_datacenter:
            below = self.path_of_datacenter.count("/") + 1
            ways.append((*path[:below], HOST_FOLDER, *path[below:]))
        return ways if self.cluster is not None else [*ways, *((*way, path[-1]) for way in ways)]


class Scope:
    """The hosts of a connection, in the server's order.

    Attributes:
        places: The hosts, each with where it is.
        name: What they are together, for messages: ``the host 'esx1'``, ``the datacenter 'dc1'``.
        root: The point of the inventory that they are below: a folder, datacenter, cluster, or the host; None for all.
        view: A view of all that the account may see, for machines on hosts that it may not see; None if it sees hosts.
    """

    def __init__(
        self, places: Sequence[HostPlace], name: str, root: Ref | None = None, view: Ref | None = None
    ) -> None:
        self.places = tuple(places)
        self.name = name
        self.root = root
        self.view = view

    @cached_property
    def hosts(self) -> tuple[Ref, ...]:
        """The hosts whose machines, storage and networks the connection shows: where bulk reads begin."""
        return tuple(place.ref for place in self.places)

    @property
    def is_one_host(self) -> bool:
        """Whether it is one host: what cannot be said of several can then be said."""
        return len(self.places) == 1 and self.view is None

    def only_host(self) -> HostPlace:
        """Return the host, where there is one.

        Raises:
            InvalidArgumentError: There are several; the message tells how to say which.
            EsxvirtError: There is none.
        """
        if len(self.places) == 1:
            return self.places[0]
        if not self.places:
            raise EsxvirtError(f"There is no host in {self.name} that the account may see")
        raise InvalidArgumentError(
            f"The connection is to {len(self.places)} hosts; name one with --host, or at the end of the connection's "
            f"URI: {_list(self.places)}"
        )

    def place(self, host: Ref | None) -> HostPlace:
        """Return where a host of the connection is; None, and any other, mean the only one.

        Raises:
            EsxvirtError: The connection is to several hosts, and this is none of them.
        """
        if self.is_one_host:
            return self.places[0]
        found = self._by_ref.get(host) if host is not None else None
        if found is None:
            raise EsxvirtError(f"The machine is on a host that is not in {self.name}, or that the account may not see")
        return found

    def label(self, host: Ref) -> str:
        """Return what stands before the names of a host's own things.

        Its name or, where others have it too, its path.
        """
        place = self.place(host)
        return place.text if self._names[place.name] > 1 else place.name

    @cached_property
    def _names(self) -> Counter[str]:
        return Counter(place.name for place in self.places)

    @cached_property
    def _by_ref(self) -> dict[Ref, HostPlace]:
        return {place.ref: place for place in self.places}

    def named(self, name: str) -> HostPlace:
        """Return the host of that name, or with a path that ends so.

        Raises:
            InvalidArgumentError: There is none, or there are several.
        """
        found = [place for place in self.places if place.is_named(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidArgumentError(f"There are {len(found)} hosts '{name}': say which by its path: {_list(found)}")
        raise InvalidArgumentError(f"There is no host '{name}' in {self.name}: {_list(self.places) or 'it has none'}")

    def narrowed(self, name: str) -> "Scope":
        """Return the scope of one of the hosts; `name` and errors as in `named`."""
        place = self.named(name)
        return Scope([place], f"the host '{place.name}'", place.ref)

    # Of the only host.

    @property
    def host(self) -> Ref:
        """The only host."""
        return self.only_host().ref

    @property
    def host_name(self) -> str:
        """The only host's name."""
        return self.only_host().name

    @property
    def compute_resource(self) -> Ref | None:
        """The only host's compute resource, or cluster."""
        return self.only_host().compute_resource

    @property
    def resource_pool(self) -> Ref | None:
        """The only host's root resource pool."""
        return self.only_host().resource_pool

    @property
    def autostart_manager(self) -> Ref | None:
        """The only host's autostart manager."""
        return self.only_host().autostart_manager

    @property
    def datacenter(self) -> Ref:
        """The datacenter that all hosts are in.

        Raises:
            InvalidArgumentError: They are in several.
        """
        return self._in_one_datacenter().datacenter

    @property
    def datacenter_path(self) -> str:
        """The path of the datacenter that all hosts are in; errors as `datacenter`."""
        return self._in_one_datacenter().datacenter_path

    def _in_one_datacenter(self) -> HostPlace:
        if len({place.datacenter_or_none for place in self.places}) == 1:
            return self.places[0]
        return self.only_host()


def _list(places: Iterable[HostPlace]) -> str:
    names = sorted(place.text for place in places)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + more


def scope_of(hosts: Iterable[Item], name: str, root: Ref | None = None, view: Ref | None = None) -> Scope:
    """Return the scope of hosts of the tree; the others as `Scope` has them."""
    return Scope([_place(host) for host in hosts], name, root, view)


def _place(host: Item) -> HostPlace:
    above = list(host.ancestors())
    compute = next((item for item in above if item.kind == "ComputeResource"), None)
    datacenter = next((item for item in above if item.kind == "Datacenter"), None)
    clustered = compute is not None and compute.ref.type == "ClusterComputeResource"
    # The root folder has no name that counts, and a host in no cluster is its compute resource.
    items = [host, *(item for item in above if item.parent is not None and (clustered or item is not compute))]
    inside = [] if datacenter is None else [datacenter, *datacenter.ancestors()]
    return HostPlace(
        ref=host.ref,
        name=host.name,
        path=tuple(item.name for item in reversed(items)),
        cluster=compute.name if compute is not None and clustered else None,
        compute_resource=None if compute is None else compute.ref,
        resource_pool=None if compute is None else compute.get("resourcePool"),
        autostart_manager=host.get("configManager.autoStartManager"),
        datacenter_or_none=None if datacenter is None else datacenter.ref,
        path_of_datacenter="/".join(reversed([_raw(item) for item in inside if item.parent is not None])),
    )


def _raw(item: Item) -> str:
    return str(item.get("name") or item.name)
