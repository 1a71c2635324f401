"""The sound card: `sound`."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, Word, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.hardware import Sound
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_MODELS = Word(
    (("sb16", "sb16"), ("es1371", "es1370"), ("hdaudio", "ich6"), ("", "es1370")),
    loss="'{}' is no sound card that libvirt knows; left out",
)

_ROWS = (
    Row("sound.present", "devices/sound", kind=PRESENT),
    Row(
        "sound.virtualDev",
        "devices/sound/@model",
        "model",
        _MODELS,
        default="es1370",
        note="sb16; es1371: es1370; hdaudio: ich6; es1371 without the key",
    ),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    if reader.boolean("sound.present", False):
        card = Sound("")
        read_rows(_ROWS, reader, "", card)
        if card.model:
            domain.sounds.append(card)
        else:
            reader.left_out.add("sound")


def _write(domain: Domain, writer: VmxWriter) -> None:
    for card in domain.sounds[:1]:
        if _MODELS.write(card.model) is None:
            writer.report.add(f"the sound card '{card.model}' is left out", "devices/sound", card.line)
        else:
            write_rows(_ROWS, writer, "", card)


KIND = DeviceKind("Sound card", _ROWS, _read, _write, prefixes=("sound",), reach=Reach.ALL_DEVICES)
