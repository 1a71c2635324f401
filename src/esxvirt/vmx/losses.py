"""What a VMX file says of a machine, and the XML made of it does not: a note for each key.

Whoever reads a key notes itself what it does not carry of it. The rest is found here: keys that nobody read. A device
that is left out has one note, at the key that says that it is there.
"""

import re

from esxvirt.vmx.bookkeeping import is_silent
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.registry import owners_of, switch_of

__all__ = ["note_losses"]

_LOSS = "has no place in the XML; left out"
# A device of which there is no module: `vwdt.present`.
_OTHER = re.compile(r"([a-z][a-z0-9_]*(?::\d+)?)\..*", re.DOTALL)


def note_losses(reader: VmxReader) -> None:
    """Note what is in the file and nobody has read."""
    noted = {note.key.lower() for note in reader.report}
    for key in list(reader.values):
        if key in reader.used or key in noted or is_silent(key, reader.values[key]):
            continue
        if not _belongs_to_what_is_left_out(reader, key, noted):
            noted.add(key)
            reader.note(_LOSS, _spelled(reader, key))


def _belongs_to_what_is_left_out(reader: VmxReader, key: str, noted: set[str]) -> bool:
    """Return whether a key says something of a device that is not there, or left out, which is then noted."""
    devices = owners_of(key)
    if not devices:
        return _belongs_to_another(reader, key, noted)
    if any(device in reader.left_out for device in devices):
        return True
    for device in reversed(devices):
        switch = switch_of(device)
        if not reader.seems_true(switch):
            return _note_without_controller(reader, key, devices[0], noted)
        if switch in noted:
            return True
        if switch not in reader.used:
            noted.add(switch)
            reader.note("the device " + _LOSS, _spelled(reader, switch))
            return True
    return False


def _note_without_controller(reader: VmxReader, key: str, device: str, noted: set[str]) -> bool:
    """Note a device whose controller the file does not have; leave out what is said of a device that is not there."""
    if key == switch_of(device) and reader.seems_true(key):
        noted.add(key)
        reader.note("what it is attached to is not there; left out", _spelled(reader, key))
    return True


def _belongs_to_another(reader: VmxReader, key: str, noted: set[str]) -> bool:
    match = _OTHER.fullmatch(key)
    switch = "" if match is None else f"{match[1]}.present"
    if not switch or switch not in reader.values or is_silent(switch, "true"):
        return False
    if not reader.seems_true(switch):
        return True
    if switch not in noted:
        noted.add(switch)
        reader.note("the device " + _LOSS, _spelled(reader, switch))
    return True


def _spelled(reader: VmxReader, key: str) -> str:
    return reader.file.spelling(key)
