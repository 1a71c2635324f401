"""Operations on volumes, pools and networks, and pictures of screens."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.faults.operation import Behind, Operation, of_domain

if TYPE_CHECKING:
    from esxvirt import libvirt

__all__ = ["CONTENT", "STORAGE"]

MEBIBYTE = 1 << 20
CONTENT = b"n" * MEBIBYTE
"""What is uploaded; what was there before is another letter."""
_POOL = "local-storage"
_NETWORK = "<network><name>lab</name><portgroup name='lab-a'/><portgroup name='lab-b'/></network>"


def _xml(name: str, mebibytes: int = 1) -> str:
    return (
        f"<volume><name>{name}</name><capacity unit='MiB'>{mebibytes}</capacity>"
        "<target><format type='vmdk'/></target></volume>"
    )


def _pool(connection: "libvirt.virConnect", _: str) -> tuple[Any, ...]:
    return (connection.storagePoolLookupByName(_POOL),)


def _volume(name: str) -> Callable[..., tuple[Any, ...]]:
    return lambda connection, _: (connection.storagePoolLookupByName(_POOL).storageVolLookupByName(name),)


def _create(name: str) -> Callable[..., Any]:
    return lambda _, pool: pool.createXML(_xml(name), 0)


def _clone(_: "libvirt.virConnect", volume: Any) -> None:
    volume.storagePoolLookupByVolume().createXMLFrom(_xml("new/b.vmdk", 2), volume, 0)


def _upload(connection: "libvirt.virConnect", volume: Any) -> None:
    """As `vol-upload` does."""
    stream = connection.newStream(0)
    volume.upload(stream, 0, 0)
    try:
        stream.send(CONTENT)
    except BaseException:
        stream.abort()
        raise
    stream.finish()


def _has(name: str, mebibytes: int | None) -> Callable[[Behind], bool]:
    """Whether there is a disk of that size; with None, whether there is none of its files."""
    if mebibytes is not None:
        return lambda behind: behind.mebibytes(name) == mebibytes
    parts = (name, name.replace(".vmdk", "-flat.vmdk"))
    return lambda behind: all(behind.store.find(part) is None for part in parts)


def _holds(name: str, content: bytes | None) -> Callable[[Behind], bool]:
    return lambda behind: behind.content(name) == content


def _screenshot(connection: "libvirt.virConnect", domain: Any) -> None:
    stream = connection.newStream(0)
    domain.screenshot(stream, 0)
    while stream.recv(1 << 16):
        pass
    stream.finish()


def _network(connection: "libvirt.virConnect", _: str) -> tuple[Any, ...]:
    return (connection.networkLookupByName("lab"),)


def _on(name: str, run: Callable[..., Any], done: Callable[[Behind], bool], *command: str, **more: Any) -> Operation:
    return Operation(run, done, command, topic="volume", subjects=_volume(name), **more)


STORAGE: dict[str, Operation] = {
    "vol-create": Operation(
        _create("new/deep/a.vmdk"), _has("new/deep/a.vmdk", 1),
        ("vol-create-as", _POOL, "new/deep/a.vmdk", "1M", "--format", "vmdk"), topic="volume", subjects=_pool,
    ),
    "vol-create beside": Operation(
        _create("new/deep/b.vmdk"), _has("new/deep/b.vmdk", 1),
        ("vol-create-as", _POOL, "new/deep/b.vmdk", "1M", "--format", "vmdk"), topic="volume", subjects=_pool,
    ),
    "vol-clone": _on(
        "made/a.vmdk", _clone, lambda behind: (behind.mebibytes("new/b.vmdk") or 0) >= 2,
        "vol-create-from", _POOL, "{dir}/clone.xml", "made/a.vmdk", "--inputpool", _POOL,
        files={"clone.xml": _xml("new/b.vmdk", 2).encode()},
    ),
    "vol-resize": _on(
        "made/a.vmdk", lambda _, volume: volume.resize(3 * MEBIBYTE, 0), _has("made/a.vmdk", 3),
        "vol-resize", "made/a.vmdk", "3M", "--pool", _POOL,
    ),
    "vol-delete": _on(
        "made/a.vmdk", lambda _, volume: volume.delete(0), _has("made/a.vmdk", None),
        "vol-delete", "made/a.vmdk", "--pool", _POOL,
    ),
    "vol-delete iso": _on(
        "iso/second.iso", lambda _, volume: volume.delete(0),
        lambda behind: behind.store.find("iso/second.iso") is None,
        "vol-delete", "iso/second.iso", "--pool", _POOL,
    ),
    "vol-wipe": _on(
        "made/a.vmdk", lambda _, volume: volume.wipe(0), _holds("made/a-flat.vmdk", None),
        "vol-wipe", "made/a.vmdk", "--pool", _POOL,
    ),
    "vol-upload": _on(
        "made/a.vmdk", _upload, _holds("made/a-flat.vmdk", CONTENT),
        "vol-upload", "made/a.vmdk", "{dir}/content", "--pool", _POOL, files={"content": CONTENT}, again=True,
    ),
    "vol-upload iso": _on(
        "iso/second.iso", _upload, _holds("iso/second.iso", CONTENT),
        "vol-upload", "iso/second.iso", "{dir}/content", "--pool", _POOL, files={"content": CONTENT}, again=True,
    ),
    "pool-refresh": Operation(
        lambda _, pool: pool.refresh(0), None, ("pool-refresh", _POOL), topic="volume", subjects=_pool
    ),
    "net-define": Operation(
        lambda connection: connection.networkDefineXML(_NETWORK),
        lambda behind: behind.switches.get("lab") == ["lab-a", "lab-b"], ("net-define", "{dir}/lab.xml"),
        topic="network", files={"lab.xml": _NETWORK.encode()},
    ),
    "net-undefine": Operation(
        lambda _, network: network.undefine(), lambda behind: "lab" not in behind.switches, ("net-undefine", "lab"),
        topic="network", subjects=_network, prepare=lambda connection, _: connection.networkDefineXML(_NETWORK),
    ),
    "screenshot": Operation(
        _screenshot, None, ("screenshot", "web", "{dir}/picture"), "web", subjects=of_domain
    ),
}  # fmt: skip
