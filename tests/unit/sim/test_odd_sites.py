"""Machines out of reach, vApps, networks and datastores of all kinds, as clients of the API see them."""

import pytest

from esxvirt.sim.profiles import find
from esxvirt.sim.state.site.default_site import Layout, build_site
from esxvirt.sim.state.site.troubles import TROUBLES, cause, put_into_app
from esxvirt.sim.wire.values import Fault
from tests.unit.sim.inside import Inside

LOST = ("inaccessible", "invalid", "orphaned")


@pytest.mark.parametrize("trouble", sorted(set(TROUBLES)))
def test_every_trouble_can_be_caused_on_a_vcenter(trouble: str) -> None:
    site = build_site(find("vcenter-8.0"), hosts=2)
    cause(site, site.find_machine("archive"), trouble)


@pytest.mark.parametrize("trouble", ["orphaned", "disconnected", "vapp", "plague"])
def test_what_a_host_has_not(trouble: str) -> None:
    site = build_site(find("esx-8.0"))
    with pytest.raises(ValueError, match=r"plague|vCenter"):
        cause(site, site.find_machine("archive"), trouble)


@pytest.mark.parametrize(
    ("profile", "layout", "message"),
    [
        ("esx-8.0", Layout(port_groups=("a",)), "a vCenter's"),
        ("esx-8.0", Layout(opaque=("a",)), "a vCenter's"),
        ("vcenter-8.0", Layout(port_groups=("a",)), "need such a switch"),
        ("vcenter-5.0", Layout(opaque=("a",)), "came with vCenter 5.5"),
        ("esx-8.0", Layout(datastores=("a/b",)), "a slash in it as %2f"),
        ("esx-8.0", Layout(datastores=("local-storage",)), "give another"),
        ("esx-8.0", Layout(datastores=(" ",)), "give another"),
    ],
)
def test_layouts_that_cannot_be(profile: str, layout: Layout, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_site(find(profile), layout=layout)


class TestMachinesOutOfReach:
    @pytest.mark.parametrize("trouble", LOST)
    def test_the_configuration_is_left_out(self, trouble: str) -> None:
        inside = Inside("vcenter-8.0")
        cause(inside.endpoint.site, inside.endpoint.site.find_machine("web"), trouble)
        machine = inside.machine("web")
        text = inside.read(machine, "name", "config.uuid", "config", "guest", "summary", "runtime", "config.hardware")
        assert f"<connectionState>{trouble}</connectionState>" in text
        assert "<vmPathName>[local-storage] web/web.vmx</vmPathName>" in text
        assert "<name>config" not in text
        assert "<uuid>" not in text
        assert "missingSet" not in text
        with pytest.raises(Fault, match="not allowed in the current state"):
            inside.call("PowerOffVM_Task", machine)

    def test_a_host_knows_no_name(self) -> None:
        inside = Inside("esx-8.0", troubled=("inaccessible",))
        machine = inside.machine("inaccessible")
        assert ">%2fvmfs%2fvolumes%2f498076b2-02796c1a-ef5b-000ae484a6a3%2finaccessible" in inside.read(machine, "name")

    def test_a_host_that_the_vcenter_does_not_reach(self) -> None:
        inside = Inside("vcenter-8.0")
        site = inside.endpoint.site
        cause(site, site.find_machine("web"), "disconnected")
        machine = inside.machine("web")
        text = inside.read(machine, "runtime.connectionState", "runtime.powerState", "config.uuid")
        assert ">disconnected<" in text
        assert ">poweredOn<" in text
        assert site.find_machine("web").config.uuid in text
        for target in (machine, inside.find(inside.endpoint.ids.of(site.hosts[0]))):
            assert "disconnected" in inside.read(target, "runtime")
        with pytest.raises(Fault, match="it is disconnected"):
            inside.call("PowerOffVM_Task", machine)


class TestApps:
    def test_where_they_are(self) -> None:
        inside = Inside("vcenter-8.0", hosts=1)
        site = inside.endpoint.site
        outer = put_into_app(site, site.find_machine("web"), "a/b")
        inner = put_into_app(site, site.find_machine("archive"), "inner", outer)
        ids = inside.endpoint.ids
        web, archive = inside.machine("web"), inside.machine("archive")
        assert f">{ids.app(outer).value}<" in inside.read(web, "parentVApp")
        assert "propSet" not in inside.read(web, "parent")
        assert ">a%2fb<" in inside.read(ids.app(outer), "name")
        assert f">{inside.vm_folder.value}<" in inside.read(ids.app(outer), "parentFolder")
        assert f">{ids.app(outer).value}<" in inside.read(ids.app(inner), "parentVApp")
        assert "propSet" not in inside.read(ids.app(inner), "parentFolder")
        assert f">{archive.ref.value}<" in inside.read(ids.app(inner), "vm")
        folder = inside.read(inside.vm_folder, "childEntity")
        assert f">{ids.app(outer).value}<" in folder
        assert f">{web.ref.value}<" not in folder
        pool = inside.read(inside.pool, "vm", "resourcePool")
        assert f">{ids.app(outer).value}<" in pool
        assert f">{web.ref.value}<" not in pool
        search = inside.endpoint.managers["searchIndex"]
        assert inside.call("FindByInventoryPath", search, inventoryPath="dc1/vm/a%2fb/inner/archive") == archive.ref
        assert ids.app(inner) in {target.ref for target in inside.objects()}

    def test_before_there_were_such(self) -> None:
        inside = Inside("vcenter-4.0")
        with pytest.raises(Fault, match="parentVApp"):
            inside.read(inside.machine("web"), "parentVApp")


class TestNetworks:
    def test_of_all_kinds(self) -> None:
        layout = Layout(distributed=1, port_groups=("x/y",), opaque=("n%1",))
        inside = Inside("vcenter-8.0", layout=layout)
        networks = {network.name: network for network in inside.endpoint.networks}
        group = inside.endpoint.ids.of(networks["x%2fy"])
        assert group.type == "DistributedVirtualPortgroup"
        assert ">x%2fy<" in inside.read(group, "name")
        uplinks = inside.endpoint.ids.of(networks["dvSwitch1-DVUplinks"])
        assert "SYSTEM/DVS.UPLINKPG" in inside.read(uplinks, "tag")
        assert "SYSTEM" not in inside.read(group, "tag")
        opaque = inside.endpoint.ids.of(networks["n%1"])
        assert opaque.type == "OpaqueNetwork"
        text = inside.read(opaque, "name", "summary")
        assert ">n%251<" in text
        assert f"<opaqueNetworkId>{networks['n%1'].key}</opaqueNetworkId>" in text


class TestFilesOfTheHostsOwn:
    @pytest.mark.parametrize(("image", "question"), [("linux.iso", False), ("nope.iso", True)])
    def test_tools(self, image: str, question: bool) -> None:
        path = f"[] /vmimages/tools-isoimages/{image}"
        inside = Inside("esx-8.0")
        machine = inside.endpoint.site.find_machine("archive")
        values = {"deviceType": "cdrom-image", "fileName": path, "startConnected": "TRUE", "clientDevice": "FALSE"}
        machine.set_values({f"ide1:0.{key}": value for key, value in values.items()})
        assert f"<fileName>{path}</fileName>" in inside.read(inside.machine("archive"), "config.hardware.device")
        inside.call("PowerOnVM_Task", inside.machine("archive"))
        assert (machine.question is not None) is question
