"""What the manual says of the domain XML for VMware, and of its hardware."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.storage import disks
from tests.manual.beside import Answer, Client, alike, converted, on_each

PROFILES = ("esx-3.5", "esx-4.1", "esx-7.0", "esx-8.0", "gsx-2.0", "vcenter-7.0")
ADAPTERS = ("buslogic", "lsilogic", "lsisas1068", "pvscsi")
DISK = (
    "<disk type='file' device='disk'><source file='[local-storage] images/{0}.vmdk'/><target dev='sd{1}' bus='scsi'/>"
    "</disk>"
)
VMX = (
    'config.version = "8"\nvirtualHW.version = "4"\nguestOS = "other"\ndisplayName = "n"\nmemsize = "{memsize}"\n'
    'numvcpus = "{numvcpus}"\n'
)


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as simulator:
        store = simulator.site.datastores[0]
        store.make_directory("images")
        for adapter in ADAPTERS:
            disks.create(store, f"images/{adapter}.vmdk", 1 << 20, adapter=adapter, thin=True, hw_version=8)
        yield simulator


def document(devices: str = "", memory: int = 65536, vcpu: int = 1, name: str = "new") -> str:
    return (
        f"<domain type='vmware'><name>{name}</name><uuid>0a0b0c0d-0102-4304-8506-0708090a0b0c</uuid>"
        f"<memory>{memory}</memory><vcpu>{vcpu}</vcpu><os><type arch='i686'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


def to_vmx(server: Simulator, xml: str) -> Answer:
    """The VMX file for domain XML, which is both programs'."""
    return alike(server, lambda client: converted(client, "domxml-to-native", "new.xml", xml))


def from_vmx(server: Simulator, vmx: str) -> Answer:
    """The domain XML for a VMX file, which is both programs'."""
    return alike(server, lambda client: converted(client, "domxml-from-native", "new.vmx", vmx))


def interface(address: str = "", more: str = "") -> str:
    mac = f"<mac address='{address}'{more}/>" if address else ""
    return f"<interface type='bridge'>{mac}<source bridge='VM Network'/></interface>"


class TestRestrictions:
    """Restrictions"""

    @pytest.mark.parametrize(("kib", "mib"), [(65536, 64), (65537, 68), (69631, 68), (69632, 68)])
    def test_memory_is_a_multiple_of_4096_kib(self, kib: int, mib: int, server: Simulator) -> None:
        assert f'memsize = "{mib}"' in to_vmx(server, document(memory=kib)).stdout.splitlines()

    @pytest.mark.parametrize("memsize", ["1023", "1022", "abc", "-4"])
    def test_the_driver_complains_of_other_memory(self, memsize: str, server: Simulator) -> None:
        answer = from_vmx(server, VMX.format(memsize=memsize, numvcpus=1))
        assert answer.code == 1
        assert "entry 'memsize'" in answer.stderr

    @pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7])
    def test_any_number_of_cpus(self, count: int, server: Simulator) -> None:
        assert f'numvcpus = "{count}"' in to_vmx(server, document(vcpu=count)).stdout.splitlines()
        xml = from_vmx(server, VMX.format(memsize=64, numvcpus=count)).stdout
        assert f"<vcpu placement='static'>{count}</vcpu>" in xml

    @pytest.mark.parametrize("count", ["0", "-1", "x"])
    def test_the_driver_complains_of_other_cpus(self, count: str, server: Simulator) -> None:
        answer = from_vmx(server, VMX.format(memsize=64, numvcpus=count))
        assert answer.code == 1
        assert "entry 'numvcpus'" in answer.stderr

    @pytest.mark.parametrize(
        "address", ["00:0c:29:01:02:03", "00:50:56:01:02:03", "52:54:00:01:02:03", "02:00:00:00:00:01"]
    )
    def test_any_mac_address(self, address: str, server: Simulator) -> None:
        assert f'= "{address}"' in to_vmx(server, document(interface(address))).stdout

    def test_the_driver_complains_of_what_is_none(self, server: Simulator) -> None:
        lines = 'ethernet0.present = "true"\nethernet0.networkName = "a"\nethernet0.addressType = "static"\n'
        vmx = VMX.format(memsize=64, numvcpus=1) + lines + 'ethernet0.address = "zz"\n'
        answer = from_vmx(server, vmx)
        assert answer.code == 1
        assert "MAC address" in answer.stderr


class TestDatastores:
    """Datastore references"""

    def test_the_datastores_name_is_in_brackets(self, server: Simulator) -> None:
        answer = alike(server, lambda client: client("domblklist", "web"))
        assert "[local-storage] web/web.vmdk" in answer.stdout
        assert re.search(
            r'scsi0:0.fileName = "/.+/images/lsilogic.vmdk"',
            to_vmx(server, document(DISK.format("lsilogic", "a"))).stdout,
        )

    @pytest.mark.parametrize("profile", PROFILES)
    def test_defining_uploads_a_vmx_file_beside_the_first_disk(self, profile: str) -> None:
        def act(client: Client) -> Any:
            store = client.simulator.site.datastores[0]
            for name in ("first", "second"):
                store.make_directory(name)
                disks.create(store, f"{name}/a.vmdk", 1 << 20, adapter="lsilogic", thin=True, hw_version=4)
            cdrom = (
                "<disk type='file' device='cdrom'><source file='[local-storage] iso/install.iso'/>"
                "<target dev='hdc' bus='ide'/></disk>"
            )
            one, two = (
                f"<disk type='file' device='disk'><source file='[local-storage] {name}/a.vmdk'/>"
                f"<target dev='sd{letter}' bus='scsi'/></disk>"
                for name, letter in (("first", "a"), ("second", "b"))
            )
            model = "<controller type='scsi' index='0' model='lsilogic'/>"
            done = client("define", client.file("new.xml", document(cdrom + one + two + model)))
            found = {
                name: "present"
                for name in ("first/new.vmx", "second/new.vmx", "iso/new.vmx")
                if store.find(name) is not None
            }
            return done, found, client("domblklist", "new")

        done, found, listed = on_each(lambda: Simulator(profile, transport="http"), act)
        assert done == Answer("Domain 'new' defined from new.xml\n\n", "", 0)
        assert found == {"first/new.vmx": "present"}
        assert "[local-storage] second/a.vmdk" in listed.stdout

    def test_without_a_disk_there_is_no_place_for_it(self, server: Simulator) -> None:
        answer = alike(server, lambda client: client("define", client.file("new.xml", document())))
        assert "Domain XML doesn't contain any disks, cannot deduce datastore and path for VMX file" in answer.stderr


class TestMacAddresses:
    """MAC addresses"""

    @pytest.mark.parametrize(
        ("first", "last", "kind", "key"),
        [
            ("00:0c:29:00:00:00", "00:0c:29:ff:ff:ff", "generated", "generatedAddress"),
            ("00:50:56:00:00:00", "00:50:56:3f:ff:ff", "static", "address"),
            ("00:50:56:80:00:00", "00:50:56:bf:ff:ff", "vpx", "generatedAddress"),
        ],
    )
    def test_the_ranges(self, first: str, last: str, kind: str, key: str, server: Simulator) -> None:
        for address in (first, last):
            vmx = to_vmx(server, document(interface(address))).stdout.splitlines()
            assert f'ethernet0.addressType = "{kind}"' in vmx
            assert f'ethernet0.{key} = "{address}"' in vmx
            assert not any("checkMACAddress" in line for line in vmx)

    def test_a_card_without_an_address_gets_one_of_vmwares(self, server: Simulator) -> None:
        def act(client: Client) -> Any:
            xml = client.file("new.xml", document(interface()))
            vmx = client("domxml-to-native", "vmware-vmx", xml).stdout
            return re.sub("00:0c:29(?::[0-9a-f]{2}){3}", "MADE UP", vmx)

        assert 'ethernet0.generatedAddress = "MADE UP"' in alike(server, act)

    @pytest.mark.parametrize(
        "address", ["00:50:56:40:00:00", "00:50:56:c0:00:00", "00:0c:28:ff:ff:ff", "52:54:00:00:00:01"]
    )
    def test_outside_the_ranges_the_server_does_not_check(self, address: str, server: Simulator) -> None:
        vmx = to_vmx(server, document(interface(address))).stdout.splitlines()
        assert 'ethernet0.addressType = "static"' in vmx
        assert 'ethernet0.checkMACAddress = "false"' in vmx

    @pytest.mark.parametrize("address", ["00:0c:29:00:00:01", "00:50:56:00:00:01", "00:50:56:80:00:01"])
    def test_static_keeps_an_address_of_the_ranges(self, address: str, server: Simulator) -> None:
        vmx = to_vmx(server, document(interface(address, " type='static'"))).stdout.splitlines()
        assert 'ethernet0.addressType = "static"' in vmx
        assert f'ethernet0.address = "{address}"' in vmx

    def test_static_changes_nothing_outside_the_ranges(self, server: Simulator) -> None:
        without, static = (
            to_vmx(server, document(interface("52:54:00:00:00:01", more))).stdout for more in ("", " type='static'")
        )
        assert static == without


class TestHardware:
    """Available hardware"""

    def test_what_the_domains_of_a_server_have(self, server: Simulator) -> None:
        answer = alike(server, lambda client: client("dumpxml", "Fedora11"))
        assert "<controller type='scsi' index='0' model='lsilogic'/>" in answer.stdout


class TestScsiControllers:
    """SCSI controller models"""

    @pytest.mark.parametrize(
        ("model", "written"),
        [("buslogic", "buslogic"), ("lsilogic", "lsilogic"), ("lsisas1068", "lsisas1068"), ("vmpvscsi", "pvscsi")],
    )
    def test_the_models(self, model: str, written: str, server: Simulator) -> None:
        devices = f"{DISK.format('lsilogic', 'a')}<controller type='scsi' index='0' model='{model}'/>"
        vmx = to_vmx(server, document(devices)).stdout
        assert f'scsi0.virtualDev = "{written}"' in vmx.splitlines()
        assert f"index='0' model='{model}'/>" in from_vmx(server, vmx).stdout

    def test_another_model_is_refused(self, server: Simulator) -> None:
        devices = f"{DISK.format('lsilogic', 'a')}<controller type='scsi' index='0' model='virtio-scsi'/>"
        assert to_vmx(server, document(devices)).code == 1

    @pytest.mark.parametrize("adapter", ADAPTERS)
    def test_auto_is_the_one_of_the_image(self, adapter: str, server: Simulator) -> None:
        devices = f"{DISK.format(adapter, 'a')}<controller type='scsi' index='0' model='auto'/>"
        answer = to_vmx(server, document(devices))
        assert answer.code == 0
        assert f'scsi0.virtualDev = "{adapter}"' in answer.stdout.splitlines()

    @pytest.mark.parametrize("other", ["buslogic", "lsisas1068", "pvscsi"])
    def test_auto_fails_where_images_differ(self, other: str, server: Simulator) -> None:
        disks = DISK.format("lsilogic", "a") + DISK.format(other, "b")
        answer = to_vmx(server, document(f"{disks}<controller type='scsi' index='0' model='auto'/>"))
        assert answer.code == 1
        assert "SCSI controller" in answer.stderr

    def test_the_snippet_with_a_controller(self, server: Simulator) -> None:
        disk = DISK.format("lsilogic", "a").replace(
            "</disk>", "<address type='drive' controller='0' bus='0' unit='0'/></disk>"
        )
        answer = to_vmx(server, document(f"{disk}<controller type='scsi' index='0' model='lsilogic'/>"))
        assert 'scsi0.virtualDev = "lsilogic"' in answer.stdout

    @pytest.mark.parametrize("name", ["lsilogic", "buslogic", "BusLogic"])
    def test_the_deprecated_name_of_a_driver(self, name: str, server: Simulator) -> None:
        disk = DISK.format("lsilogic", "a").replace("<source", f"<driver name='{name}'/><source")
        assert f'scsi0.virtualDev = "{name.lower()}"' in to_vmx(server, document(disk)).stdout
        refused = to_vmx(server, document(disk.replace(name, "nope")))
        assert (refused.code, refused.stdout) == (1, "\n")


class TestNetworkCards:
    """Network card models"""

    @pytest.mark.parametrize("model", ["vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000"])
    def test_the_models(self, model: str, server: Simulator) -> None:
        card = interface("00:50:56:25:48:c7").replace("</interface>", f"<model type='{model}'/></interface>")
        vmx = to_vmx(server, document(card)).stdout
        # VMware writes vmxnet2 as vmxnet with a feature.
        assert f'ethernet0.virtualDev = "{"vmxnet" if model == "vmxnet2" else model}"' in vmx.splitlines()
        assert f"<model type='{model}'/>" in from_vmx(server, vmx).stdout

    def test_another_model_is_refused(self, server: Simulator) -> None:
        card = interface("00:50:56:25:48:c7").replace("</interface>", "<model type='virtio'/></interface>")
        assert to_vmx(server, document(card)).code == 1
