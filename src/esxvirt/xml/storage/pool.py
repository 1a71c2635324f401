"""``<pool>``: a storage pool (libvirt's virStoragePoolDefFormat)."""

from esxvirt.records import record
from esxvirt.xml.text import Lines, attributes, escape

__all__ = ["Pool", "format_pool"]


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
        directory: What of that server, None for all.
        initiator: The iSCSI name that the XML shows, None for none.
        format: Of the source: ``vmfs`` or ``nfs``; None for none.
        path: Where the host has it, None for nowhere.
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


def format_pool(pool: Pool) -> str:
    """The XML of a pool."""
    lines = Lines()
    lines.start(f"<pool{attributes(type=pool.type)}>")
    lines.add(f"<name>{escape(pool.name)}</name>")
    lines.add(f"<uuid>{pool.uuid}</uuid>")
    for name in ("capacity", "allocation", "available"):
        lines.add(f"<{name} unit='bytes'>{getattr(pool, name)}</{name}>")
    lines.start("<source>")
    if pool.host is not None:
        lines.add(f"<host{attributes(name=pool.host, port=pool.port)}/>")
    if pool.directory is not None:
        lines.add(f"<dir{attributes(path=pool.directory)}/>")
    if pool.initiator is not None:
        lines.start("<initiator>")
        lines.add(f"<iqn{attributes(name=pool.initiator)}/>")
        lines.end("</initiator>")
    if pool.format is not None:
        lines.add(f"<format{attributes(type=pool.format)}/>")
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
