"""``blockcopy``: what it would copy to can be printed, and is refused otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED, UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import domain_of
from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import Done, number, scaled
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file
from esxvirt.cli.markup import element
from esxvirt.cli.scaled import scaled_bytes

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_MOST_MEBIBYTES = UNSIGNED_LONG_LONG[1] >> 20


def copy(virsh: Virsh, arguments: Arguments, /, *_: str) -> str | None:
    """Check the options, print the XML if that is asked for, and name the function that would copy."""
    path, file = arguments.required("path"), ""
    destination, source, kind = arguments.text("dest"), arguments.text("xml"), arguments.text("format")
    scaled(virsh, arguments, "bandwidth", "--bandwidth")
    granularity = arguments.number("granularity", UNSIGNED)
    size = arguments.number("buf-size", UNSIGNED_LONG_LONG)
    number(virsh, arguments, "timeout", "positive")
    for option in ("dest", "format", "blockdev"):
        arguments.exclusive(option, "xml")
    arguments.exclusive("pivot", "finish")
    if destination is None and source is None:
        raise Failed("need either --dest or --xml")
    if arguments.flag("async") and not any(name in arguments for name in ("timeout", "wait", "pivot", "finish")):
        raise Failed("--async requires at least one of --timeout, --wait, --pivot, or --finish")
    virsh.note(arguments.command.name, f"found option <path>: {path}")
    domain_of(virsh, arguments)
    if source is not None:
        file = read_file(source)
    if not (source or granularity or size or "transient-job" in arguments or "synchronous-writes" in arguments):
        if "print-xml" not in arguments:
            return None
    elif "bytes" not in arguments and _bandwidth(arguments) > _MOST_MEBIBYTES:
        raise Failed(f"bandwidth must be less than {_MOST_MEBIBYTES}")
    if "print-xml" in arguments:
        virsh.write(file or _disk(destination or "", kind, block=arguments.flag("blockdev")))
        raise Done
    return "virDomainBlockCopy"


def _bandwidth(arguments: Arguments) -> int:
    text = arguments.raw("bandwidth") or "0"
    return UNSIGNED_LONG_LONG[1] if text.lstrip().startswith("-") else scaled_bytes(text)


def _disk(destination: str, kind: str | None, *, block: bool) -> str:
    source = element("source", **{"dev" if block else "file": destination})
    lines = [f"<disk type='{'block' if block else 'file'}'>", f"  {source}"]
    if kind is not None:
        lines.append(f"  {element('driver', type=kind)}")
    return "\n".join([*lines, "</disk>", ""])


COMMANDS = commands(__file__, {"copy": copy})
