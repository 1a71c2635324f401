"""What a kind of device consists of, for the registry."""

import re
from collections.abc import Callable, Iterator
from enum import Enum

from esxvirt.records import record
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.model import Domain

__all__ = ["DeviceKind", "Reach", "numbered"]


class Reach(Enum):
    """Which conversions have a kind of device; the value says it in the documentation."""

    LIBVIRT = ""
    TOLERANT = "Not under `strict`: libvirt leaves them out."
    ALL_DEVICES = "Read with `all_devices`, and never under `strict`: libvirt leaves them out."
    SETTINGS = (
        "Read with `all_devices` or `settings`, as connections do, and never under `strict`: libvirt leaves them out."
    )


@record(frozen=True)
class DeviceKind:
    """A kind of device: all that a VMX file says of it, and how.

    Attributes:
        title: What the documentation calls them.
        rows: The keys; ``{}`` in one stands for the device.
        read: Adds the devices of a file to a domain.
        write: Writes the devices of a domain.
        prefixes: What the keys of such a device begin with; ``#`` stands for a number. All keys that begin so belong to
            the device, and go with it.
        controllers: Likewise for what such devices are attached to, which goes with the last of them.
        switch: The key, behind the beginning, that is true where there is such a device.
        reach: Which conversions have them.
        keep: Gives the devices of a changed domain what the XML does not say of them, from the domain as it was.
    """

    title: str
    rows: tuple[Row, ...]
    read: Callable[[VmxReader, Domain], None]
    write: Callable[[Domain, VmxWriter], None]
    prefixes: tuple[str, ...] = ()
    controllers: tuple[str, ...] = ()
    switch: str = "present"
    reach: Reach = Reach.LIBVIRT
    keep: Callable[[Domain, Domain], None] | None = None


def numbered(reader: VmxReader, prefix: str, limit: int) -> Iterator[int]:
    """Iterate over the numbers below `limit` of the devices ``prefix#`` that a file has, in order.

    Raises:
        VmxError: Under `strict`, if the file does not say whether it has one.
    """
    pattern = re.compile(rf"{prefix.lower()}(0|[1-9][0-9]{{0,3}})\.present")
    found = sorted(int(match[1]) for match in map(pattern.fullmatch, reader.values) if match)
    for number in found:
        if number < limit and reader.boolean(f"{prefix}{number}.present", False):
            yield number
