"""A host's storage adapters, what they reach, and the disks there."""

import hashlib
from collections.abc import Iterator

from esxvirt.records import field, record

__all__ = ["Adapter", "Lun", "Target"]

_BLOCK_SIZE = 512


@record(eq=False)
class Lun:
    """A disk of `size` bytes, number `number` of its target. `known` is whether the host has seen it already."""

    number: int
    name: str
    vendor: str
    model: str
    size: int
    local: bool = False
    known: bool = True

    @property
    def uuid(self) -> str:
        """Its UUID, as hosts make it of the number, the name and the model."""
        digits = hashlib.md5(f"{self.name} {self.model}".encode(), usedforsecurity=False).hexdigest()
        return f"02{self.number:04x}0000{digits}{self.model[:6].encode().hex()}"

    @property
    def blocks(self) -> int:
        """Its size in blocks of 512 bytes."""
        return self.size // _BLOCK_SIZE


@record(eq=False)
class Target:
    """What an adapter reaches: an iSCSI target with its name, or a place on a bus, without."""

    number: int
    luns: list[Lun]
    iscsi_name: str = ""
    address: str = ""
    port: int = 3260
    # Whether somebody has named it, and no address was asked for it.
    static: bool = False

    @property
    def where(self) -> tuple[str, int]:
        """Its address and port."""
        return self.address, self.port


@record(eq=False)
class Adapter:
    """A storage adapter; `iscsi_name` is the name of an iSCSI initiator, "" for any other adapter.

    `send_targets` are the addresses that it asks for targets, `offers` what it would find that it does not reach yet.
    """

    device: str
    bus: int
    model: str
    driver: str
    iscsi_name: str = ""
    targets: list[Target] = field(default_factory=list)
    send_targets: list[tuple[str, int]] = field(default_factory=list)
    offers: list[Target] = field(default_factory=list)

    @property
    def key(self) -> str:
        """How the API calls it."""
        kind = "InternetScsiHba" if self.iscsi_name else "BlockHba"
        return f"key-vim.host.{kind}-{self.device}"

    def known(self) -> Iterator[tuple[Target, Lun]]:
        """Yield the disks that the host has seen, with their targets."""
        for target in self.targets:
            yield from ((target, lun) for lun in target.luns if lun.known)

    def rescan(self) -> None:
        """See what there is by now."""
        for target in [item for item in self.offers if item.where in self.send_targets]:
            self._reach(target)
        for target in [item for item in self.targets if item.iscsi_name and not item.static]:
            if target.where not in self.send_targets:
                self.remove(target)
        for target in self.targets:
            for lun in target.luns:
                lun.known = True

    def _reach(self, target: Target) -> None:
        if target in self.offers:
            self.offers.remove(target)
        target.number = max((item.number for item in self.targets), default=-1) + 1
        self.targets.append(target)

    def add_static(self, name: str, address: str, port: int) -> None:
        """Reach a target by its name; one that nobody offers has no disks, as one that does not answer."""
        offered = (item for item in self.offers if (item.iscsi_name, item.where) == (name, (address, port)))
        target = next(offered, None) or Target(0, [], name, address, port)
        target.static = True
        for lun in target.luns:
            lun.known = False
        self._reach(target)

    def remove(self, target: Target) -> None:
        """Reach a target no more."""
        self.targets.remove(target)
        if target.luns:
            target.static = False
            self.offers.append(target)
