"""Operations that make, mount, unmount and remove storage pools."""

from typing import TYPE_CHECKING, Any

from tests.faults.operation import FREE_DISK, Operation

if TYPE_CHECKING:
    from esxvirt import libvirt

__all__ = ["POOLS"]

_DEVICE = f"/vmfs/devices/disks/{FREE_DISK}"
_EXPORT = "<pool type='netfs'><name>{}</name><source><host name='nas'/><dir path='/{}'/></source></pool>"
_VOLUME = f"<pool type='fs'><name>made</name><source><device path='{_DEVICE}'/></source></pool>"
_OVERWRITE = 2
_IMAGE = "<volume><name>a/b.vmdk</name><capacity unit='MiB'>1</capacity><target><format type='vmdk'/></target></volume>"


def _mount(connection: "libvirt.virConnect", _: str) -> None:
    """Have an export with a disk on it, and a volume."""
    connection.storagePoolCreateXML(_EXPORT.format("away", "away"), 0).createXML(_IMAGE, 0)


def _make(connection: "libvirt.virConnect", _: str) -> None:
    connection.storagePoolCreateXML(_VOLUME, _OVERWRITE)


def _unmount(connection: "libvirt.virConnect", _: str) -> None:
    connection.storagePoolCreateXML(_VOLUME, _OVERWRITE).destroy()


def _pool(name: str) -> Any:
    return lambda connection, _: (connection.storagePoolLookupByName(name),)


POOLS: dict[str, Operation] = {
    "pool-define": Operation(
        lambda connection: connection.storagePoolDefineXML(_EXPORT.format("more", "more"), 0),
        lambda behind: behind.datastore("more") == "mounted",
        ("pool-define-as", "more", "netfs", "--source-host", "nas", "--source-path", "/more"), topic="pool",
    ),
    "pool-create": Operation(
        lambda connection: connection.storagePoolCreateXML(_EXPORT.format("other", "other"), 0),
        lambda behind: behind.datastore("other") == "mounted",
        ("pool-create", "{dir}/other.xml"), topic="pool",
        files={"other.xml": _EXPORT.format("other", "other").encode()},
    ),
    "pool-create volume": Operation(
        lambda connection: connection.storagePoolCreateXML(_VOLUME, _OVERWRITE),
        lambda behind: behind.datastore("made") == "mounted",
        ("pool-create", "{dir}/made.xml", "--build", "--overwrite"), topic="pool", files={"made.xml": _VOLUME.encode()},
    ),
    "pool-destroy": Operation(
        lambda _, pool: pool.destroy(), lambda behind: behind.datastore("away") == "", ("pool-destroy", "away"),
        topic="pool", prepare=_mount, subjects=_pool("away"),
    ),
    "pool-destroy volume": Operation(
        lambda _, pool: pool.destroy(), lambda behind: behind.datastore("made") == "unmounted",
        ("pool-destroy", "made"), topic="pool", prepare=_make, subjects=_pool("made"),
    ),
    "pool-start volume": Operation(
        lambda _, pool: pool.create(), lambda behind: behind.datastore("made") == "mounted",
        ("pool-start", "made"), topic="pool", prepare=_unmount, subjects=_pool("made"),
    ),
    "pool-delete": Operation(
        lambda _, pool: pool.delete(), lambda behind: behind.datastore("made") == "", ("pool-delete", "made"),
        topic="pool", prepare=_make, subjects=_pool("made"),
    ),
}  # fmt: skip
