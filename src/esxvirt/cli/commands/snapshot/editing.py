"""``snapshot-edit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli._late import etree
from esxvirt.cli.commands.common import DOMAIN, domain_of, xml_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.editor import edit
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain, Snapshot
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_CHANGEABLE = ("name", "description")


def change(virsh: Virsh, arguments: Arguments) -> None:
    """Have a person change a snapshot's description, or its name.

    VMware keeps all else itself: unlike virsh, which has a driver take the whole description anew, this refuses it.
    """
    arguments.exclusive("rename", "clone")
    domain = domain_of(virsh, arguments)
    snapshot = _snapshot(arguments, domain)
    name = snapshot.getName()
    if arguments.flag("current") and "snapshotname" in arguments and not snapshot.isCurrent():
        reason = "VMware's current snapshot is the one that the domain goes on from; snapshot-revert changes that"
        raise Failed(f"Failed to update {name}", reason)
    secure = virsh.libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE if virsh.read_only else 0  # which refuses before the editor
    with virsh.failing(f"Failed to update {name}"):
        text = snapshot.getXMLDesc(secure)
    try:
        changed = edit(virsh, text, lambda new: _take(virsh, arguments, snapshot, text, new))
    except Failed as failure:  # as virsh: last, when nothing more is tried
        raise Failed(*failure.messages, f"Failed to update {name}", cause=failure.cause) from failure
    if not changed:
        virsh.aside(f"Snapshot {name} XML configuration not changed.\n")
    elif snapshot.getName() == name:
        virsh.aside(f"Snapshot {name} edited.\n")
    else:
        virsh.aside(f"Snapshot {name} renamed to {snapshot.getName()}.\n")


def _snapshot(arguments: Arguments, domain: Domain) -> Snapshot:
    name = arguments.text("snapshotname")
    if name is not None:
        return domain.snapshotLookupByName(name)
    if arguments.flag("current"):
        return domain.snapshotCurrent()
    raise Failed("--snapshotname or --current is required")


def _take(virsh: Virsh, arguments: Arguments, snapshot: Snapshot, old_text: str, new_text: str) -> None:
    """Change the snapshot as its new description says.

    Raises:
        Failed: it says something that cannot be, or what an option has to allow.
    """
    old, new = xml_of(old_text), xml_of(new_text)
    name = old.findtext("name")
    for tag in dict.fromkeys([old.tag, *(child.tag for child in (*old, *new))]):
        if tag not in _CHANGEABLE and _written(old, tag) != _written(new, tag):
            raise Failed(f"<{tag}> of a snapshot cannot be changed, its name and description can")
    new_name, description = new.findtext("name"), new.findtext("description") or ""
    if not new_name:
        raise Failed("A snapshot needs a name")
    if new_name != name and arguments.flag("clone"):
        raise Failed("VMware cannot clone a snapshot; snapshot-create-as takes one")
    if new_name != name and not arguments.flag("rename"):
        raise Failed(f"Must use --rename to change {name} to {new_name}")
    is_new = description != (old.findtext("description") or "")
    virsh.ours.rename_snapshot(snapshot, None if new_name == name else new_name, description if is_new else None)


def _written(root: Any, tag: str) -> list[str] | str:
    """Return all elements of a tag, written alike whatever stands between their parts; of the root, its tag."""
    if tag == root.tag:
        return str(root.tag)
    return [etree.tostring(child, encoding="unicode", with_tail=False) for child in root.findall(tag)]


COMMANDS = (
    Command(
        "snapshot-edit",
        "edit XML for a snapshot",
        change,
        "Edit the domain snapshot XML for a named snapshot",
        (
            DOMAIN,
            string("snapshotname", "snapshot name", by_position=True),
            flag("current", "also set edited snapshot as current"),
            flag("rename", "allow renaming an existing snapshot"),
            flag("clone", "allow cloning to new name"),
        ),
    ),
)
