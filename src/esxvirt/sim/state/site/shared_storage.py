"""Storage beside a host's own disk: an NFS export, an iSCSI array."""

from collections.abc import Iterable

from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.site.site import Site
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.state.storage.luns import Adapter, Lun, Target

__all__ = ["KINDS", "add_datastores", "add_local_disk", "add_storage"]

# What there may be besides: see `add_storage`.
KINDS = ("nfs", "iscsi")
_ARRAY = "iqn.2004-08.com.example:array1"
_SECOND_ARRAY = "iqn.2004-08.com.example:array2"


def add_local_disk(host: Host, store: Datastore) -> None:
    """Give a host the adapter and the disk that its own datastore is on; a hosted product shows no disk."""
    adapter = Adapter("vmhba1", 3, "PERC H330 Mini", "lsi_mr3")
    if store.kind == "VMFS":
        lun = Lun(store.number, store.disk, "DELL", "PERC H330 Mini", store.capacity + (1 << 30), local=True)
        adapter.targets.append(Target(0, [lun]))
    host.adapters.append(adapter)


def add_storage(site: Site, kinds: Iterable[str]) -> None:
    """Give the hosts of the first datacenter more storage.

    "nfs" is the datastore ``nfs-storage``. "iscsi" is an adapter with an array of three disks: one that is free, one
    with the datastore ``san-storage``, and one that is seen after the next rescan. A second array at 10.0.2.2 has one
    disk, for those who add it as a target. ValueError for any other word, and for iSCSI on a hosted product.
    """
    kinds = set(kinds)
    unknown = sorted(kinds - set(KINDS))
    if unknown:
        raise ValueError(f"no such storage as {', '.join(unknown)}: choose of {', '.join(KINDS)}")
    hosts = site.hosts_of(site.datacenters[0])
    if "iscsi" in kinds and hosts[0].profile.is_gsx:
        raise ValueError("VMware Server has no iSCSI adapters: choose an ESX profile")
    if "nfs" in kinds:
        remote = "filer.example.com:/export/vms"
        _add(site, Datastore("nfs-storage", 6, "NFS", "/vmfs/volumes/2d5b7c1e-8f3a9d60", 4 << 40, remote), hosts)
    if "iscsi" in kinds:
        _add_array(site, hosts)


def add_datastores(site: Site, names: Iterable[str]) -> None:
    """Give the first host datastores of these names, as the API shows them: a slash in one is ``%2f``.

    ValueError for a name that is empty, is there already, or has a slash that is not written so.
    """
    host = site.hosts[0]
    for number, name in enumerate(names):
        if not name.strip() or "/" in name or any(store.name == name for store in site.datastores):
            raise ValueError(f"{name!r} cannot be a datastore's name: give another, a slash in it as %2f")
        mount = f"/vmfs/volumes/5d1c07be-3a2f{number:04x}-77b1-000ae484a6a3"
        if host.profile.is_gsx:
            mount = f"/var/lib/vmware/more{number}"
        kind = "OTHER" if host.profile.is_gsx else "VMFS"
        _add(site, Datastore(name, 500 + number, kind, mount, 1 << 40), [host])


def _add_array(site: Site, hosts: list[Host]) -> None:
    names = [f"naa.6001405a3c9e{number:04d}7d1b4f02e8c6a590" for number in range(3)]
    sizes = (100 << 30, 500 << 30, 20 << 30)
    san = Datastore("san-storage", 7, "VMFS", "/vmfs/volumes/4f1a52c0-7b3d1e02-90aa-000ae484a6a3", sizes[1] - (1 << 30))
    san.disk, san.local = names[1], False
    for host in hosts:
        # Each host has seen what it has seen.
        luns = [
            Lun(number, name, "LIO-ORG", f"disk{number}", size, known=number < 2)
            for number, (name, size) in enumerate(zip(names, sizes, strict=True))
        ]
        target = Target(0, luns, _ARRAY, "10.0.2.1")
        initiator = f"iqn.1998-01.com.vmware:{host.name}-{host.number:08x}"
        adapter = Adapter("vmhba33", 33, "iSCSI Software Adapter", "iscsi_vmk", initiator, [target], [target.where])
        spare = Lun(0, "naa.6001405b1d8f00007d1b4f02e8c6a590", "LIO-ORG", "disk0", 50 << 30, known=False)
        adapter.offers.append(Target(0, [spare], _SECOND_ARRAY, "10.0.2.2"))
        host.adapters.append(adapter)
    _add(site, san, hosts)


def _add(site: Site, store: Datastore, hosts: list[Host]) -> None:
    site.datastores.append(store)
    for host in hosts:
        host.datastores.append(store)
