"""What happens to a machine's files when it moves to another datastore or is copied."""

import re
import secrets
import uuid
from typing import TYPE_CHECKING

from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.host.paths import locate
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.site.site import Site
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Datastore, File
from esxvirt.sim.state.storage.disks import NoSpaceError

if TYPE_CHECKING:
    from esxvirt.vmx.file import VmxFile

__all__ = ["NoSpaceError", "clone", "relocate"]

_GENERATED = re.compile(r"ethernet\d+\.generatedAddress$", re.IGNORECASE)


def relocate(machine: Machine, target: Datastore) -> None:
    """Move a machine's directory, with all that is in it, to the datastore `target`. Raises `NoSpaceError`."""
    source = machine.datastore
    if target is source:
        return
    machine.materialise()
    files = {name: source.find(f"{machine.home}/{name}") for name, below in source.names(machine.home) if not below}
    if sum(file.used for file in files.values() if file) > target.free:
        raise NoSpaceError(target.name)
    home = _free_directory(target, machine.home)
    target.make_directory(home)
    # Its own files may be named by the path of the old directory.
    text = machine.text()
    for mount in (source.mount, f"/vmfs/volumes/{source.name}"):
        text = text.replace(f'"{mount}/{machine.home}/', '"')
    for name, file in files.items():
        if file is not None:
            target.put(f"{home}/{name}", file)
            source.delete(f"{machine.home}/{name}")
    source.delete_directory(machine.home)
    machine.datastore, machine.home = target, home
    machine.rewrite(text)


def clone(site: Site, source: Machine, name: str, host: Host, store: Datastore) -> Machine:
    """Copy `source`, its disks included, to a new machine on `host`, with identifiers of its own.

    A source as one of its snapshots describes it gives that (see `Machine.at`).

    Raises `NoSpaceError`, and FileNotFoundError for a disk that is gone.
    """
    home = _free_directory(store, name)
    vmx = source.settings()
    copies: list[tuple[Datastore, str, str]] = []
    for index, disk in enumerate(source.config.disks):
        path = f"{home}/{name}{f'_{index}' if index else ''}.vmdk"
        try:
            where, old = locate(source.host, source.disk_path(disk))
        except (ValueError, LookupError) as error:
            raise FileNotFoundError(source.disk_path(disk)) from error
        if where.find(old) is None:
            raise FileNotFoundError(source.disk_path(disk))
        copies.append((where, old, path))
        vmx.set_text(f"{disk.bus}{disk.controller}:{disk.unit}.fileName", path.rpartition("/")[2])
    if sum(disks.used(where, old) for where, old, _ in copies) > store.free:
        raise NoSpaceError(store.name)
    _rename(vmx, name)
    store.make_directory(home)
    for where, old, path in copies:
        disks.copy(where, old, store, path)
    store.put(f"{home}/{name}.vmx", File.of(vmx.encode()))
    store.put(f"{home}/{name}.nvram", source.own_file(f"{source.stem}.nvram") or File.of(b"MRVN"))
    made = Machine(host, store, site.next_number(), name, "poweredOff", str(vmx), path=f"{home}/{name}.vmx")
    made.configuration_changed()
    site.add_machine(made)
    return made


def _rename(vmx: "VmxFile", name: str) -> None:
    """Give a copied VMX file a name, and identifiers and addresses of its own."""
    vmx.set_text("displayName", name)
    vmx.set_text("nvram", f"{name}.nvram")
    vmx.set_text("extendedConfigFile", f"{name}.vmxf")
    vmx.discard("sched.swap.derivedName")
    for key, prefix in (("uuid.bios", "42"), ("uuid.location", "564d"), ("vc.uuid", "50")):
        if key in vmx or key != "vc.uuid":
            digits = prefix + uuid.uuid4().hex[len(prefix) :]
            pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
            vmx.set_text(key, f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}")
    for key in list(vmx.keys()):
        if _GENERATED.match(key):
            tail = secrets.token_bytes(3)
            vmx.set_text(key, f"00:50:56:{0x80 | tail[0] & 0x3F:02x}:{tail[1]:02x}:{tail[2]:02x}")


def _free_directory(store: Datastore, name: str) -> str:
    """Return `name`, or with a number behind it if there is such a directory."""
    found, number = name, 0
    while store.is_directory(found) or store.find(found) is not None:
        number += 1
        found = f"{name}_{number}"
    return found
