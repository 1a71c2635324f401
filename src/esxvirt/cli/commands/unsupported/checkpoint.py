"""The commands on checkpoints of disks, which VMware has not: what they would be can be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import Done
from esxvirt.cli.failures import Failed
from esxvirt.cli.markup import comma_words, element

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_APART = (("tree", "name"), ("parent", "roots"), ("parent", "tree"), ("roots", "tree"), ("roots", "from"))


def describe(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Describe a checkpoint in XML, and print it if that is all that is asked for."""
    lines = ["<domaincheckpoint>"]
    for tag in ("name", "description"):
        text = arguments.text(tag)
        if text is not None:
            lines.append(f"  <{tag}>{escape(text)}</{tag}>")
    disks = [f"    {_disk(spec)}" for spec in arguments.items("diskspec")]
    if disks:
        lines += ["  <disks>", *disks, "  </disks>"]
    if arguments.flag("print-xml"):
        virsh.line("\n".join([*lines, "</domaincheckpoint>", ""]))
        raise Done


def _disk(spec: str) -> str:
    """Return the ``<disk>`` element of ``--diskspec``.

    Raises:
        Failed: it is none.
    """
    name, *words = comma_words(spec)
    values: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in {"checkpoint", "bitmap"} or key in values:
            raise Failed(f"unable to parse diskspec: {spec}")
        values[key] = value
    if not name:
        raise Failed(f"unable to parse diskspec: {spec}")
    return element("disk", name=name, checkpoint=values.get("checkpoint"), bitmap=values.get("bitmap"))


def check_filters(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse options of ``checkpoint-list`` that do not go together."""
    for pair in _APART:
        arguments.exclusive(*pair)
    if arguments.flag("descendants") and "from" not in arguments:
        raise Failed("--descendants requires --from")


COMMANDS = commands(__file__, {"description": describe, "filters": check_filters})
