"""Identifiers, and the objects that they are of."""

from typing import Any

import pytest

from esxvirt.sim.state.site.default_site import Layout
from esxvirt.sim.wire.values import Ref
from tests.unit.sim.inside import Inside


@pytest.mark.parametrize("profile", ["esx-7.0", "gsx-2.0", "vcenter-7.0"])
def test_every_object_is_found_by_its_reference(profile: str) -> None:
    vcenter = profile.startswith("vcenter")
    more: dict[str, Any] = {"hosts": 4, "layout": Layout(2, 1, 2, shared=True, distributed=1)} if vcenter else {}
    inside = Inside(profile, vms=3, **more)
    for target in [*inside.objects(), inside.machine("web"), inside.machine("vm-0002")]:
        found = inside.find(target.ref)
        assert (type(found), found.ref) == (type(target), target.ref)
        # As clients that name a base of the type.
        assert inside.find(Ref("ManagedObject", target.ref.value)).ref == target.ref


@pytest.mark.parametrize(
    ("profile", "refs"),
    [
        ("esx-7.0", ["VirtualMachine:vm-1", "VirtualMachine:99", "Folder:group-v3", "Datacenter:datacenter-2"]),
        ("esx-7.0", ["VirtualMachineSnapshot:1-snapshot-1", "HostDatastoreBrowser:datastoreBrowser-x", "Task:task-1"]),
        (
            "vcenter-7.0",
            ["VirtualMachine:1", "Folder:ha-folder-vm", "Folder:group-v1000000", "Datacenter:datacenter-1"],
        ),
        ("vcenter-7.0", ["VirtualMachineSnapshot:snapshot-100001", "Datastore:datastore-1", "HostSystem:vm-1"]),
    ],
)
def test_what_is_none_is_not_found(profile: str, refs: list[str]) -> None:
    inside = Inside(profile)
    for ref in refs:
        type_name, _, moid = ref.partition(":")
        assert inside.endpoint.find(Ref(type_name, moid), inside.session) is None, ref


def test_a_folder_is_found_as_long_as_it_is_there() -> None:
    inside = Inside("vcenter-7.0")
    ref = inside.call("CreateFolder", inside.vm_folder, name="made")
    assert inside.find(ref) is inside.find(ref)
    assert inside.call("Destroy_Task", ref).task.error is None
    assert inside.endpoint.find(ref, inside.session) is None


def test_what_a_session_notes_is_no_object() -> None:
    inside = Inside()
    collector = inside.endpoint.managers["propertyCollector"]
    inside.call("CheckForUpdates", collector, version="")
    note = Ref("PropertyCollector", f"updates of {collector.value}")
    assert inside.session is not None
    assert note.value in inside.session.objects
    assert inside.endpoint.find(note, inside.session) is None
