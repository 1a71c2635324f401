"""What is in a folder."""

from typing import TYPE_CHECKING

from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.containers import Datacenter, Folder

__all__ = ["contents", "datastores", "networks"]


def contents(
    endpoint: "Endpoint", holds: str, folder: "Folder | None", datacenter: "Datacenter | None"
) -> "Iterable[Ref]":
    """Return what is in a folder that holds "vm", say; None for the one above all of its kind in the datacenter."""
    folders = _folders(endpoint, holds, folder, datacenter)
    if holds == "datacenter":
        return [*folders, *_datacenters(endpoint, folder)]
    if holds == "vm":
        return [*folders, *_apps(endpoint, folder, datacenter), *_machines(endpoint, folder, datacenter)]
    if holds == "host":
        return [*folders, *_resources(endpoint, folder, datacenter)]
    if folder is not None or datacenter is None:
        return folders
    if holds == "datastore":
        return [*folders, *datastores(endpoint, datacenter)]
    return [*folders, *networks(endpoint, datacenter), *_switches(endpoint, datacenter)]


def datastores(endpoint: "Endpoint", datacenter: "Datacenter") -> list[Ref]:
    """Return the datastores of a datacenter's hosts."""
    found = {store: None for host in endpoint.hosts_of(datacenter) for store in host.known_datastores}
    return [endpoint.ids.of(store) for store in found]


def networks(endpoint: "Endpoint", datacenter: "Datacenter") -> list[Ref]:
    """Return the networks of a datacenter's hosts."""
    found = {network: None for host in endpoint.hosts_of(datacenter) for network in host.networks}
    return [endpoint.ids.of(network) for network in found]


def _folders(endpoint: "Endpoint", holds: str, above: "Folder | None", datacenter: "Datacenter | None") -> list[Ref]:
    if endpoint.host is not None:
        return []
    wanted = (above, datacenter, holds)
    found = (item for item in endpoint.site.folders if (item.above, item.datacenter, item.holds) == wanted)
    return [endpoint.ids.folder(item) for item in found]


def _datacenters(endpoint: "Endpoint", folder: "Folder | None") -> list[Ref]:
    own = endpoint.host is not None
    return [endpoint.ids.datacenter(item) for item in endpoint.datacenters if own or item.folder is folder]


def _machines(endpoint: "Endpoint", folder: "Folder | None", datacenter: "Datacenter | None") -> "Iterable[Ref]":
    site = endpoint.site
    machines = endpoint.machines.values()
    simple = len(site.datacenters) == 1 and not site.machine_folders and not site.apps
    if endpoint.host is not None or simple:
        return map(endpoint.ids.of, machines) if folder is None else ()
    return [
        endpoint.ids.of(machine)
        for machine in machines
        if machine.host.datacenter is datacenter
        and site.machine_folders.get(machine.number) is folder
        and machine.app is None
    ]


def _apps(endpoint: "Endpoint", folder: "Folder | None", datacenter: "Datacenter | None") -> list[Ref]:
    """Return the vApps that are in no other."""
    if endpoint.host is not None:
        return []
    wanted = (None, folder, datacenter)
    return [endpoint.ids.app(app) for app in endpoint.site.apps if (app.above, app.folder, app.datacenter) == wanted]


def _resources(endpoint: "Endpoint", folder: "Folder | None", datacenter: "Datacenter | None") -> list[Ref]:
    """Return clusters, and the compute resources of hosts that are in none."""
    ids = endpoint.ids
    if endpoint.host is not None:
        return [ids.resource(endpoint.host)]
    clusters = (item for item in endpoint.site.clusters if item.datacenter is datacenter and item.folder is folder)
    hosts = (item for item in endpoint.hosts if item.cluster is None and item.datacenter is datacenter)
    return [*map(ids.cluster, clusters), *(ids.resource(host) for host in hosts if host.folder is folder)]


def _switches(endpoint: "Endpoint", datacenter: "Datacenter") -> list[Ref]:
    if endpoint.host is not None:
        return []
    found = (switch for switch in endpoint.site.distributed if switch.datacenter is datacenter)
    return [endpoint.ids.switch(switch) for switch in found]
