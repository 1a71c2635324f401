"""``<pool>``: a storage pool (libvirt's virStoragePoolDefFormat)."""

from typing import TYPE_CHECKING, Final

from esxvirt.records import record
from esxvirt.xml.text import Lines, attributes, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FS", "NETFS", "Pool", "PoolDefinition", "format_pool", "format_sources"]

NETFS: Final = "netfs"
FS: Final = "fs"


@record(frozen=True)
class Pool:
    """A storage pool as its XML has it.

    Attributes:
        type: ``dir``, ``fs``, ``netfs`` or ``iscsi``.
        name: Its name.
        uuid: In its usual form.
        capacity: Bytes, as are `allocation` and `available`.
        allocation: Bytes in use.
        available: Bytes that are free.
        host: The server that has the storage, None for none.
        port: That server's port, None for the usual one.
        device: The disk that it is to be made on, None where that is not told.
        directory: What of that server, None for all.
        initiator: The iSCSI name that the XML shows, None for none.
        format: Of the source: ``vmfs`` or ``nfs``; None for none.
        path: Where the host has it, None for nowhere.
        protocol: The version of NFS that it is mounted by, None for the usual one.
    """

    type: str
    name: str
    uuid: str
    capacity: int = 0
    allocation: int = 0
    available: int = 0
    host: str | None = None
    port: int | None = None
    directory: str | None = None
    initiator: str | None = None
    format: str | None = None
    path: str | None = None
    device: str | None = None
    protocol: str | None = None


@record(frozen=True)
class PoolDefinition:
    """A pool that is to be.

    Attributes:
        type: ``netfs`` or ``fs``; or another of libvirt's, of which no more is known than its name.
        name: Its name.
        uuid: The one that the XML asks for, None for any.
        host: The NFS server.
        directory: What of it.
        nfs_4: Whether it is to be mounted by NFS 4.1 in place of NFS 3.
        device: The disk of a volume, as the XML names it.
        path: Where the XML has it mounted; hosts decide that by themselves.
    """

    type: str
    name: str
    uuid: str | None = None
    host: str = ""
    directory: str = ""
    nfs_4: bool = False
    device: str = ""
    path: str | None = None


def format_sources(devices: "Iterable[str]", format_: str) -> str:
    """Return the XML of the disks that pools could be made on (virStoragePoolSourceListFormat)."""
    lines = Lines()
    lines.start("<sources>")
    for device in devices:
        lines.start("<source>")
        lines.add(f"<device{attributes(path=device)}/>")
        lines.add(f"<format{attributes(type=format_)}/>")
        lines.end("</source>")
    lines.end("</sources>")
    return str(lines)


def format_pool(pool: Pool) -> str:
    """Return the XML of a pool."""
    lines = Lines()
    lines.start(f"<pool{attributes(type=pool.type)}>")
    lines.add(f"<name>{escape(pool.name)}</name>")
    lines.add(f"<uuid>{pool.uuid}</uuid>")
    for name in ("capacity", "allocation", "available"):
        lines.add(f"<{name} unit='bytes'>{getattr(pool, name)}</{name}>")
    lines.start("<source>")
    if pool.host is not None:
        lines.add(f"<host{attributes(name=pool.host, port=pool.port)}/>")
    if pool.device is not None:
        lines.add(f"<device{attributes(path=pool.device)}/>")
    if pool.directory is not None:
        lines.add(f"<dir{attributes(path=pool.directory)}/>")
    if pool.initiator is not None:
        lines.start("<initiator>")
        lines.add(f"<iqn{attributes(name=pool.initiator)}/>")
        lines.end("</initiator>")
    if pool.format is not None:
        lines.add(f"<format{attributes(type=pool.format)}/>")
    if pool.protocol is not None:
        lines.add(f"<protocol{attributes(ver=pool.protocol)}/>")
    lines.end("</source>")
    lines.start("<target>")
    if pool.path is not None:
        lines.add(f"<path>{escape(pool.path)}</path>")
    # What libvirt writes of a pool whose permissions nobody knows.
    lines.start("<permissions>")
    lines.add("<mode>00</mode>")
    lines.add("<owner>0</owner>")
    lines.add("<group>0</group>")
    lines.end("</permissions>")
    lines.end("</target>")
    lines.end("</pool>")
    return str(lines)
