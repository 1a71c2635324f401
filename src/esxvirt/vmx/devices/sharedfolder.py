"""Shared folders: `sharedFolder0` and on."""

import re

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.vmx.devices.kind import DeviceKind
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PLAIN, PRESENT, Constant, Inverted, Row, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.filesystems import Filesystem
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_FOLDER = (
    Row("{}.present", "devices/filesystem", kind=PRESENT),
    Row(
        "{}.enabled",
        "devices/filesystem",
        kind=Constant("true"),
        note="a folder that is not enabled is left out",
    ),
    Row("{}.readAccess", "", kind=Constant("true"), note="written as true"),
    Row("{}.writeAccess", "devices/filesystem/readonly", "read_only", Inverted(), default=True),
    Row("{}.hostPath", "devices/filesystem/source/@dir", "source", PLAIN, default="", required=True),
    Row("{}.guestName", "devices/filesystem/target/@dir", "target", PLAIN, default="", required=True),
)

_ROWS = (
    Row("isolation.tools.hgfs.disable", "devices/filesystem", note="no folder is read if it is `true`, its default"),
    Row("sharedFolder.maxNum", "devices/filesystem", note="how many there are"),
    *_FOLDER,
)

_PRESENT = re.compile(r"(sharedfolder[0-9]+)\.present")
# More than any product has; a bound for files with absurd numbers.
_MOST = 1024


def _read(reader: VmxReader, domain: Domain) -> None:
    if reader.boolean("isolation.tools.hgfs.disable", True):
        if not reader.strict:
            _note_switched_off(reader)
        return
    count = reader.integer("sharedFolder.maxNum", 0)
    for number in range(min(count, _MOST)):
        name = f"sharedFolder{number}"
        if not reader.boolean(f"{name}.present", False) or not reader.boolean(f"{name}.enabled", False):
            continue
        folder = Filesystem("", "")
        read_rows(_FOLDER, reader, name, folder)
        if not reader.strict and not (folder.source and folder.target):
            reader.guess("a folder without path or name; left out", f"{name}.present")
            continue
        domain.filesystems.append(folder)


def _note_switched_off(reader: VmxReader) -> None:
    """Note the folders of a machine that does not have `isolation.tools.hgfs.disable` false, as hosted products may."""
    for key in list(reader.values):
        match = _PRESENT.fullmatch(key)
        if match and reader.seems_true(key):
            reader.note(
                "left out, as libvirt does: shared folders are off unless `isolation.tools.hgfs.disable` is false",
                reader.file.spelling(key),
            )
            reader.left_out.add(match[1])


def _write(domain: Domain, writer: VmxWriter) -> None:
    if not domain.filesystems:
        return
    writer.put("isolation.tools.hgfs.disable", "false")
    writer.put("sharedFolder.maxNum", str(len(domain.filesystems)))
    for number, folder in enumerate(domain.filesystems):
        if folder.type != "mount":
            raise ConfigUnsupportedError("Only 'mount' filesystem type is supported")
        write_rows(_FOLDER, writer, f"sharedFolder{number}", folder)


KIND = DeviceKind("Shared folders", _ROWS, _read, _write, prefixes=("sharedFolder#",))
