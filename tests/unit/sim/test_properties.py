"""The property collector: paths, selections, pages, changes."""

import re

import pytest
from lxml import etree

from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Fault, Raw, Ref
from tests.unit.sim.inside import Inside, filter_spec, traversal


@pytest.fixture
def inside() -> Inside:
    return Inside(vms=3)


def _value(xml: str, path: str) -> str | None:
    root = etree.fromstring(f'<x xmlns:xsi="x" xmlns:xsd="y">{xml}</x>')
    for found in root.iter("propSet"):
        if found.findtext("name") == path:
            return "".join(found.find("val").itertext())  # type: ignore[union-attr]  # it is there
    return None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "Fedora11"),
        ("config.uuid", "50115e16-9bdc-49d7-f171-53c4d7f91710"),
        ("config.hardware.memoryMB", "1024"),
        ("config.hardware.device[4000].macAddress", "00:50:56:91:48:c7"),
        ("config.hardware.device[4000].backing.deviceName", "VM Network"),
        ('config.extraConfig["nvram"].value', "Fedora11.nvram"),
        ("summary.config.numVirtualDisks", "1"),
        ("runtime.powerState", "poweredOff"),
        ("runtime.bootTime", None),
        ("config.hardware.device[1].key", None),
    ],
)
def test_paths(inside: Inside, path: str, value: str | None) -> None:
    assert _value(inside.read(inside.machine("Fedora11"), path), path) == value


@pytest.mark.parametrize(
    "path",
    ["nonsense", "config.nonsense", "config.name.more", "name[1]", "config.hardware.device.key", "", ".",
     "config..name", "config.hardware.device[4000].nonsense", "name.", "config.hardware[", "runtime.host.name"],
)  # fmt: skip
def test_paths_that_are_none(inside: Inside, path: str) -> None:
    with pytest.raises(Fault) as caught:
        inside.read(inside.machine("Fedora11"), path)
    assert caught.value.data.type_name == "InvalidProperty"
    assert caught.value.data.name == path


def test_a_path_that_is_newer_than_the_profile() -> None:
    old = Inside("esx-3.5")
    machine = old.machine("web")
    with pytest.raises(Fault) as caught:
        old.read(machine, "layoutEx")
    assert caught.value.data.type_name == "InvalidProperty"
    assert "instanceUuid" not in old.read(machine, "config")


def test_fast_paths_say_what_the_whole_says(inside: Inside) -> None:
    for name in ("Fedora11", "web", "builder", "vm-0002"):
        machine = inside.machine(name)
        for path in machine.getters:
            top, dot, _ = path.partition(".")
            if not dot or path.endswith("uptimeSeconds"):
                continue
            direct = inside.read(machine, path)
            reader_of_whole = inside.endpoint.paths(inside.endpoint.encoder).reader(type(machine), top)
            _, whole = reader_of_whole.value(machine)
            for part in path.split(".")[1:]:
                whole = getattr(whole, part)
            field = inside.endpoint.paths(inside.endpoint.encoder).reader(type(machine), path).value(machine)[0]
            expected = "" if whole is None else inside.endpoint.encoder.any_element("val", field, whole)
            assert re.sub(r"^.*?(<val.*|)(</propSet>)?$", r"\1", direct.removesuffix("</propSet>")) == expected, path


def test_every_required_property_of_every_object_is_there() -> None:
    for profile in ("esx-3.5", "gsx-2.0", "esx-7.0", "vcenter-7.0", "esx-8.0"):
        inside = Inside(profile)
        endpoint = inside.endpoint
        for target in [*inside.objects(), inside.machine("web"), inside.machine("Fedora11")]:
            xml = inside.collect("RetrieveProperties", filter_spec(target.wsdl, None, target.ref))[0].xml
            sent = set(re.findall(r"<name>([^<]*)</name><val", xml))
            for field in schema.managed_type(target.wsdl).properties.values():
                if not field.optional and not field.array and endpoint.encoder.sees(field.version):
                    assert field.name in sent, (profile, target.wsdl, field.name)


def test_what_is_sent_has_what_its_type_requires(inside: Inside) -> None:
    missing = set()

    def check(value: object) -> None:
        if isinstance(value, list):
            for item in value:
                check(item)
        elif isinstance(value, Data):
            for field in schema.data_type(value.type_name).fields:
                item = value.fields.get(field.name)
                if (
                    item is None
                    and not field.optional
                    and not field.array
                    and inside.endpoint.encoder.sees(field.version)
                ):
                    missing.add(f"{value.type_name}.{field.name}")
                check(item)

    for target in [*inside.objects(), inside.machine("web"), inside.machine("Fedora11")]:
        for getter in target.getters.values():
            check(getter(target))
    assert missing == set()


def test_objects_of_a_traversal(inside: Inside) -> None:
    spec = filter_spec(
        "ManagedEntity",
        ("name",),
        inside.endpoint.ids.root_folder,
        traversal("Folder", "childEntity", "folders", "datacenters", name="folders"),
        traversal("Datacenter", "vmFolder", "folders", name="datacenters"),
    )
    names = [_value(item.xml, "name") for item in inside.collect("RetrieveProperties", spec)]
    assert names[:3] == ["ha-folder-root", "ha-datacenter", "vm"]
    assert names[3:] == ["Fedora11", "web", "builder", "archive", "broken", "vm-0001", "vm-0002", "vm-0003"]


def test_skipped_objects_are_passed_through(inside: Inside) -> None:
    spec = filter_spec(
        "VirtualMachine",
        ("name",),
        inside.vm_folder,
        traversal("Folder", "childEntity"),
        skip=True,
    )
    assert len(inside.collect("RetrieveProperties", spec)) == 8
    spec = filter_spec("Folder", ("name",), inside.vm_folder, traversal("Folder", "parent", skip=True))
    assert len(inside.collect("RetrieveProperties", spec)) == 1


def test_an_object_is_told_once(inside: Inside) -> None:
    circle = traversal("ManagedEntity", "parent", "down", name="up")
    down = traversal("Folder", "childEntity", "up", name="down")
    spec = filter_spec("ManagedEntity", ("name",), inside.vm_folder, down, circle)
    found = [item.xml for item in inside.collect("RetrieveProperties", spec)]
    assert len(found) == len(set(found)) == 10


def test_a_selection_that_nobody_named(inside: Inside) -> None:
    spec = filter_spec("Folder", ("name",), inside.vm_folder, Data("SelectionSpec", name="nobody"))
    with pytest.raises(Fault, match="nobody"):
        inside.collect("RetrieveProperties", spec)


def test_the_path_of_a_traversal_must_refer(inside: Inside) -> None:
    spec = filter_spec("Folder", ("name",), inside.vm_folder, traversal("Folder", "name"))
    with pytest.raises(Fault) as caught:
        inside.collect("RetrieveProperties", spec)
    assert caught.value.data.type_name == "InvalidProperty"


def test_missing_objects(inside: Inside) -> None:
    gone = Ref("VirtualMachine", "4711")
    with pytest.raises(Fault) as caught:
        inside.read(gone, "name")
    assert caught.value.data.type_name == "ManagedObjectNotFound"
    assert caught.value.data.obj == gone
    spec = filter_spec("VirtualMachine", ("name",), gone, reportMissingObjectsInResults=True)
    assert inside.collect("RetrieveProperties", spec) == []


def test_unknown_types(inside: Inside) -> None:
    with pytest.raises(Fault) as caught:
        inside.collect("RetrieveProperties", filter_spec("NoSuchType", ("name",), inside.vm_folder))
    assert caught.value.data.type_name == "InvalidType"


def test_pages(inside: Inside) -> None:
    spec = filter_spec("VirtualMachine", ("name",), inside.vm_folder, traversal("Folder", "childEntity"))
    names: list[str] = []
    page = inside.collect("RetrievePropertiesEx", spec, options=Data("RetrieveOptions", maxObjects=3))
    pages = 0
    while True:
        pages += 1
        assert isinstance(page, Raw)
        found = re.findall(r"<val [^>]*>([^<]*)<", page.xml)
        assert len(found) <= 3
        names += found
        token = re.match(r"<token>([^<]+)</token>", page.xml)
        if token is None:
            break
        collector = inside.endpoint.managers["propertyCollector"]
        page = inside.call("ContinueRetrievePropertiesEx", collector, token=token[1])
    assert pages == 3
    assert len(names) == len(set(names)) == 8


def test_tokens_are_used_up(inside: Inside) -> None:
    spec = filter_spec("VirtualMachine", ("name",), inside.vm_folder, traversal("Folder", "childEntity"))
    page = inside.collect("RetrievePropertiesEx", spec, options=Data("RetrieveOptions", maxObjects=1))
    token = re.findall(r"<token>([^<]+)", page.xml)[0]
    collector = inside.endpoint.managers["propertyCollector"]
    inside.call("CancelRetrievePropertiesEx", collector, token=token)
    with pytest.raises(Fault, match="token"):
        inside.call("ContinueRetrievePropertiesEx", collector, token=token)
    with pytest.raises(Fault, match="maxObjects"):
        inside.collect("RetrievePropertiesEx", spec, options=Data("RetrieveOptions", maxObjects=0))


def test_nothing_selected_is_no_answer(inside: Inside) -> None:
    spec = filter_spec("Datastore", ("name",), inside.vm_folder, traversal("Folder", "childEntity"))
    assert inside.collect("RetrievePropertiesEx", spec, options=Data("RetrieveOptions")) is None
    assert inside.collect("RetrieveProperties", spec) == []


def test_what_cannot_be_read_is_missing() -> None:
    inside = Inside(troubled=["unreadable"])
    xml = inside.read(inside.machine("unreadable"), "name", "config.uuid", "runtime.powerState")
    assert _value(xml, "name") == "unreadable"
    assert _value(xml, "config.uuid") is None
    assert re.findall(r"<missingSet><path>([^<]*)", xml) == ["config.uuid", "runtime.powerState"]
    assert 'xsi:type="NoPermission"' in xml


def test_a_container_view(inside: Inside) -> None:
    manager = inside.endpoint.managers["viewManager"]
    root = inside.endpoint.ids.root_folder
    view = inside.call("CreateContainerView", manager, container=root, type=["VirtualMachine"], recursive=True)
    spec = filter_spec("VirtualMachine", ("name",), view.ref, traversal("ContainerView", "view"), skip=True)
    assert len(inside.collect("RetrieveProperties", spec)) == 8
    inside.call("DestroyView", view)
    with pytest.raises(Fault) as caught:
        inside.collect("RetrieveProperties", spec)
    assert caught.value.data.type_name == "ManagedObjectNotFound"
    flat = inside.call("CreateContainerView", manager, container=root, type=[], recursive=False)
    assert [ref.type for ref in flat.getters["view"](flat)] == ["Datacenter"]
    everything = inside.call("CreateContainerView", manager, container=root, recursive=True)
    types = {ref.type for ref in everything.getters["view"](everything)}
    assert types >= {"VirtualMachine", "HostSystem", "ResourcePool", "Datastore", "Network", "Folder"}
    with pytest.raises(Fault, match="no type of the inventory"):
        inside.call("CreateContainerView", manager, container=root, type=["Task"], recursive=True)


def test_changes(inside: Inside) -> None:
    machine = inside.machine("archive")
    collector = inside.endpoint.managers["propertyCollector"]
    spec = filter_spec("VirtualMachine", ("name", "runtime.powerState", "runtime.bootTime"), machine.ref)
    watch = inside.call("CreateFilter", collector, spec=spec, partialUpdates=False)
    first = inside.call("CheckForUpdates", collector, version="")
    assert "<kind>enter</kind>" in first.xml
    assert "archive" in first.xml
    version = re.findall(r"<version>([^<]*)", first.xml)[0]
    assert inside.call("CheckForUpdates", collector, version=version) is None
    inside.call("PowerOnVM_Task", machine)
    second = inside.call("CheckForUpdates", collector, version=version)
    assert "<kind>modify</kind>" in second.xml
    assert (
        '<name>runtime.powerState</name><op>assign</op><val xsi:type="VirtualMachinePowerState">poweredOn' in second.xml
    )
    assert "archive" not in second.xml
    # An answer that was lost comes again.
    assert inside.call("CheckForUpdates", collector, version=version) == second
    inside.call("PowerOffVM_Task", machine)
    version = re.findall(r"<version>([^<]*)", second.xml)[0]
    third = inside.call("CheckForUpdates", collector, version=version)
    assert "<name>runtime.bootTime</name><op>assign</op></changeSet>" in third.xml
    inside.call("DestroyPropertyFilter", watch)
    version = re.findall(r"<version>([^<]*)", third.xml)[0]
    assert inside.call("CheckForUpdates", collector, version=version) is None
    with pytest.raises(Fault) as caught:
        inside.call("CheckForUpdates", collector, version="4711")
    assert caught.value.data.type_name == "InvalidCollectorVersion"


def test_an_object_that_leaves(inside: Inside) -> None:
    collector = inside.endpoint.managers["propertyCollector"]
    spec = filter_spec("VirtualMachine", ("name",), inside.vm_folder, traversal("Folder", "childEntity"))
    inside.call("CreateFilter", collector, spec=spec, partialUpdates=True)
    first = inside.call("CheckForUpdates", collector, version="")
    assert first.xml.count("<kind>enter</kind>") == 8
    inside.endpoint.site.remove_machine(inside.endpoint.site.find_machine("vm-0002"))
    second = inside.call("CheckForUpdates", collector, version="1")
    assert second.xml.count("<objectSet>") == 1
    assert '<kind>leave</kind><obj type="VirtualMachine">7</obj>' in second.xml


def test_a_filter_of_nonsense_is_refused_at_once(inside: Inside) -> None:
    collector = inside.endpoint.managers["propertyCollector"]
    spec = filter_spec("VirtualMachine", ("nonsense",), inside.machine("web").ref)
    with pytest.raises(Fault) as caught:
        inside.call("CreateFilter", collector, spec=spec, partialUpdates=False)
    assert caught.value.data.type_name == "InvalidProperty"


def test_a_collector_of_ones_own(inside: Inside) -> None:
    collector = inside.endpoint.managers["propertyCollector"]
    own = inside.call("CreatePropertyCollector", collector)
    spec = filter_spec("VirtualMachine", ("name",), inside.machine("web").ref)
    inside.call("CreateFilter", own, spec=spec, partialUpdates=False)
    assert inside.call("CheckForUpdates", collector, version="") is None
    assert inside.call("CheckForUpdates", own, version="") is not None
    inside.call("DestroyPropertyCollector", own)
    with pytest.raises(Fault) as caught:
        inside.call("CheckForUpdates", own, version="")
    assert caught.value.data.type_name == "ManagedObjectNotFound"
    with pytest.raises(Fault, match="stays"):
        inside.call("DestroyPropertyCollector", collector)


def test_one_property_at_a_time(inside: Inside) -> None:
    machine = inside.machine("web")
    assert inside.call("Fetch", machine, prop="name").value == "web"
    assert inside.call("Fetch", machine, prop="config").uuid == inside.machine("web").getters["config.uuid"](machine)
    assert inside.call("Fetch", machine, prop="snapshot") is None
