"""What serial and parallel ports have in common."""

from collections.abc import Iterator

from esxvirt.errors import VmxError
from esxvirt.vmx.devices.kind import numbered
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.chardevs import CharDevice

__all__ = ["check_number", "numbered_ports", "port_without_file", "read_file"]

# What libvirt has; newer virtual hardware has more.
_LIMITS = {"serial": 4, "parallel": 3}
_MOST = 100


def numbered_ports(reader: VmxReader, kind: str) -> Iterator[int]:
    """Iterate over the numbers of a machine's ports, ``serial`` or ``parallel``.

    Raises:
        VmxError: Under `strict`, if the file does not say whether it has one.
    """
    return numbered(reader, kind, _LIMITS[kind] if reader.strict else _MOST)


def read_file(reader: VmxReader, name: str, file_name: str | None, port: CharDevice) -> None:
    """Put a file behind a port.

    Raises:
        VmxError: Under `strict`, without a file name, and for one that cannot be placed.
    """
    if file_name is None:
        port_without_file(reader, name, port)
        return
    port.type = "file"
    port.path = reader.file_name(f"{name}.fileName", file_name)


def port_without_file(reader: VmxReader, name: str, port: CharDevice) -> None:
    """Keep a port without the file name that it should have, with nothing behind it.

    Raises:
        VmxError: Under `strict`.
    """
    # libvirt crashes here.
    reader.refuse_or_note(
        f"Missing essential config entry '{name}.fileName'",
        f"{name}.present",
        "no file name; the port is kept, with nothing behind it",
    )
    port.type = "null"


def check_number(port: CharDevice, writer: VmxWriter) -> None:
    """Refuse a port beyond those that libvirt has.

    Raises:
        VmxError: Under `strict`.
    """
    limit = _LIMITS[port.kind]
    if port.port >= limit:
        name = port.kind.capitalize()
        message = f"{name} port index {port.port} out of [0..{limit - 1}] range"
        writer.refuse_or_note(VmxError(message), f"devices/{port.kind}", port.line, f"{message}; VMware may refuse it")
