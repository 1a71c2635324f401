"""Settings of the machine that libvirt's converter leaves out: some have a word in the XML, the others a note."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader, parse_integer
from esxvirt.vmx.table import Row, SwitchedOn, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND", "NEWER_RESERVATION", "RESERVATION"]

RESERVATION = "sched.mem.minsize"
NEWER_RESERVATION = "sched.mem.min"
"""ESX 5 and newer look here, and write both; libvirt knows the older key."""

_PINNED = Row("sched.mem.pin", "memoryBacking/locked", "locked_memory", SwitchedOn(), default=False)
_NESTED = Row("vhv.enable", "cpu/feature", "nested", SwitchedOn(), default=False, note="`vmx` required")
_WORDED = (_PINNED, _NESTED)

# Where the XML has no word: the key, what it says, and the values that say nothing.
_WORDLESS = (
    ("vcpu.hotadd", "processors can be added while the machine runs", ("false",)),
    ("vcpu.hotremove", "processors can be removed while the machine runs", ("false",)),
    ("mem.hotadd", "memory can be added while the machine runs", ("false",)),
    ("sched.cpu.min", "MHz that are reserved", ("0",)),
    ("sched.cpu.max", "the most MHz that the machine gets", ("unlimited", "-1")),
    ("sched.cpu.latencySensitivity", "how sensitive the machine is to delays", ("normal",)),
    ("sched.mem.shares", "the machine's share of the memory", ("normal",)),
)  # fmt: skip

_CONNECTED = ".startconnected"

_ROWS = (
    *_WORDED,
    Row(NEWER_RESERVATION, "", write=False, note=f"`memtune/min_guarantee` where `{RESERVATION}` says nothing"),
    *(
        Row(key, "", write=False, note=f"{what}: has no place in the XML, with a note unless it is `{idle[0]}`")
        for key, what, idle in _WORDLESS
    ),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    _note_disconnected(reader)
    for key, what, idle in _WORDLESS:
        value = (reader.string(key) or "").strip()
        if value and value.lower() not in idle:
            reader.note(f"'{value}' ({what}) has no place in the XML; left out", key)
    reserved = parse_integer(reader.string(NEWER_RESERVATION) or "") or 0
    newer = reserved if domain.min_guarantee == 0 and reserved > 0 else 0
    if reader.context.all_settings:
        read_rows(_WORDED, reader, "", domain)
        if domain.nested:
            domain.cpu_mode = "host-passthrough"
        if newer:
            domain.min_guarantee = min(newer * 1024, domain.memory)
        return
    for row in _WORDED:
        if reader.boolean(row.key, False):
            reader.note("left out, as libvirt does; `all_devices` converts it", row.key)
    if newer:
        reader.note(f"'{newer}' MiB are left out, as libvirt does; `all_devices` converts it", NEWER_RESERVATION)


def _note_disconnected(reader: VmxReader) -> None:
    """Note each device that is there and not connected at the start; the XML has a word for network cards alone."""
    found = [key.removesuffix(_CONNECTED) for key in reader.values if key.endswith(_CONNECTED)]
    found = [device for device in found if device not in reader.left_out]
    for device in found:
        said = (
            (reader.string(f"{device}.present") or "").lower(),
            (reader.string(f"{device}{_CONNECTED}") or "").lower(),
        )
        if said == ("true", "false") and not device.startswith("ethernet"):
            key = next(key for key in reader.file if key.lower() == f"{device}{_CONNECTED}")
            reader.note("that the device is not connected at the start has no place in the XML; left out", key)


def _write(domain: Domain, writer: VmxWriter) -> None:
    write_rows(_WORDED, writer, "", domain)


KIND = DeviceKind("Other settings", _ROWS, _read, _write, reach=Reach.SETTINGS)
