"""``doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import prompts
from esxvirt.cli._late import json
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.esx_protocol import Finding
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_WELL = {"OK", "skipped"}


def examine(virsh: Virsh, arguments: Arguments) -> None:
    """Look at a connection URI step by step, and say how to mend what is wrong."""
    uri = virsh.ours.resolve(arguments.text("name") or virsh.uri)
    if not uri:
        raise Failed("no connection URI: name one, such as 'esxvirsh doctor esx://root@example-esx.com/'")
    flags = virsh.libvirt.VIR_CONNECT_RO if virsh.read_only else 0
    found = []
    for finding in virsh.ours.diagnose(uri, [prompts.CREDENTIAL_TYPES, prompts.answer, None], flags):
        found.append(finding)
        if not arguments.flag("json"):
            _show(virsh, finding)
    if arguments.flag("json"):
        rows = [{"check": one.name, "state": one.state, "text": one.text, "mend": one.mend} for one in found]
        virsh.line(json.dumps(rows, indent=2, ensure_ascii=False))
    wrong = [one for one in found if one.state not in _WELL]
    if wrong:
        raise Failed(f"{len(wrong)} of {len(found)} checks found something to mend")


def _show(virsh: Virsh, finding: Finding) -> None:
    virsh.line(f"{finding.name:<24} {finding.state:<8} {finding.text}")
    if finding.mend:
        virsh.line(f"{'':<24} {'to mend:':<8} {finding.mend}")
    virsh.output.flush()


COMMANDS = (
    Command(
        "doctor",
        "find what is wrong with a connection, and how to mend it",
        examine,
        "Looks at a connection URI step by step: its syntax, the server's name, the way there, its certificate, "
        "product and licence, the account, the path, the clock, the datastores, and what the account may do. Ends "
        "with code 0 only when all is well.",
        (string("name", "hypervisor connection URI"), flag("json", "print the findings as JSON")),
        needs_connection=False,
        before_connection=True,
    ),
)
