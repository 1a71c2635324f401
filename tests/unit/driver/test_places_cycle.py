"""An inventory that goes round in circles ends in an error."""

import pytest

from esxvirt.driver.connection.places import grow
from esxvirt.errors import BadAnswerError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row

ROOT = Ref("Folder", "root")


def row(kind: str, identity: str, parent: str | None) -> Row:
    properties = {"name": identity} | ({} if parent is None else {"parent": Ref("Folder", parent)})
    return Row(Ref(kind, identity), properties)


@pytest.mark.parametrize(
    "parents",
    [{"a": "a"}, {"a": "b", "b": "a"}, {"root": "a", "a": "root"}, {"a": "b", "b": "c", "c": "b"}],
    ids=str,
)
def test_a_circle_is_refused(parents: dict[str, str]) -> None:
    rows = [row("Folder", "root", None)] if "root" not in parents else []
    rows += [row("Folder", name, parent) for name, parent in parents.items()]
    rows.append(row("HostSystem", "esx1", "a"))
    with pytest.raises(BadAnswerError, match="goes round in circles"):
        grow(ROOT, rows)


def test_a_deep_inventory_is_none() -> None:
    rows = [row("Folder", "root", None), row("Folder", "f0", "root")]
    rows += [row("Folder", f"f{number}", f"f{number - 1}") for number in range(1, 300)]
    rows.append(row("HostSystem", "esx1", "f299"))
    tree = grow(ROOT, rows)
    assert [len(list(host.ancestors())) for host in tree.hosts] == [301]
