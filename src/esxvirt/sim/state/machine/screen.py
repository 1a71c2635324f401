"""What is on a machine's screen: a PNG picture of a text console."""

import struct
import zlib

from esxvirt.sim.state.machine.machine import Machine

__all__ = ["HEIGHT", "WIDTH", "picture"]

WIDTH, HEIGHT = 720, 400
# Black, the grey of a console's text, and a blue bar.
_PALETTE = bytes((0, 0, 0, 170, 170, 170, 0, 0, 170))
_CELL_WIDTH, _CELL_HEIGHT = 9, 16


def picture(machine: Machine) -> bytes:
    """Draw the screen of a running machine: a bar with its name above, and blocks for text that tells of it."""
    lines = [machine.name, f"{machine.config.cpus} CPUs, {machine.config.memory_mb} MiB", machine.config.uuid]
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    for row in rows[:_CELL_HEIGHT]:
        row[:] = bytes((2,)) * WIDTH
    for number, line in enumerate(lines):
        _write(rows, number * 2 * _CELL_HEIGHT, line)
    for code, _ in machine.scan_codes[-80:]:
        _write(rows, HEIGHT - _CELL_HEIGHT, chr(code & 0x7F))
    raw = b"".join(b"\x00" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _write(rows: list[bytearray], top: int, text: str) -> None:
    """Draw each character as the bits of its code, two pixels a bit: no font, but each text looks like no other."""
    for index, letter in enumerate(text.encode()[: WIDTH // _CELL_WIDTH]):
        left = index * _CELL_WIDTH
        for bit in range(8):
            if letter >> bit & 1:
                for row in rows[top + bit * 2 : top + bit * 2 + 2]:
                    row[left : left + _CELL_WIDTH - 1] = bytes((1,)) * (_CELL_WIDTH - 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
