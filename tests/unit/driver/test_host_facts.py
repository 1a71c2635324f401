"""NUMA nodes, processors, firmware and PCI devices from what hosts answer, odd answers among them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from esxvirt.driver.host import smbios, topology
from esxvirt.driver.host.node_devices import _address, _pci
from esxvirt.errors import EsxvirtError
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.capabilities import Cpu

HOST = Ref("HostSystem", "ha-host")


def data(**fields: Any) -> Data:
    return Data("Any", fields)


def row(**properties: Any) -> Row:
    """Return a host's row; of names the last underscore is a point."""
    return Row(HOST, {name.replace("__", "."): value for name, value in properties.items()})


def node(number: int, cpus: list[int] | None, size: int) -> Data:
    return data(typeId=number, cpuID=cpus, memoryRangeLength=size)


def host(cores: int, threads: int, nodes: Any = None, packages: Any = None, size: int = 1 << 30) -> Row:
    found = {
        "hardware.cpuInfo.numCpuCores": cores,
        "hardware.cpuInfo.numCpuThreads": threads,
        "hardware.memorySize": size,
        "hardware.cpuPkg": packages,
        "hardware.numaInfo": nodes,
    }
    return Row(HOST, {name: value for name, value in found.items() if value is not None})


class TestTopology:
    def test_a_host_without_numa_is_one_node(self) -> None:
        for nodes in (None, data(numNodes=0), data(numNodes=1, numaNode=[])):
            (cell,) = topology.cells_of([host(2, 2, nodes)])
            assert (cell.number, cell.memory, [cpu.number for cpu in cell.cpus]) == (0, 1 << 30, [0, 1])
            assert topology.share_out(host(2, 2, nodes), 77) == [77]

    def test_processors_without_a_place(self) -> None:
        (cell,) = topology.cells_of([host(1, 1)])
        assert cell.cpus == (Cpu(0),)

    def test_threads_of_a_core_are_siblings(self) -> None:
        packages = [data(threadId=[3, 2, 1, 0])]
        (cell,) = topology.cells_of([host(2, 4, None, packages)])
        assert [(cpu.core, cpu.siblings) for cpu in cell.cpus] == [(0, (0, 1)), (0, (0, 1)), (1, (2, 3)), (1, (2, 3))]

    def test_numbers_have_a_sign_on_the_wire(self) -> None:
        nodes = data(numNodes=2, numaNode=[node(-127, [-32768], 5), node(1, [0], 7)])
        cells = topology.cells_of([host(2, 2, nodes, size=12)])
        assert [(cell.number, cell.memory, cell.cpus[0].number) for cell in cells] == [(0, 7, 0), (1, 5, 32768)]

    def test_several_hosts_are_counted_on(self) -> None:
        packages = [data(threadId=[0]), data(threadId=[1])]
        cells = topology.cells_of([host(2, 2, None, packages), host(2, 2, None, packages)])
        assert [cell.number for cell in cells] == [0, 1]
        assert [(cpu.number, cpu.socket, cpu.siblings) for cpu in cells[1].cpus] == [(2, 2, (2,)), (3, 3, (3,))]

    def test_a_host_that_is_gone_is_left_out(self) -> None:
        assert topology.cells_of([Row(HOST), host(1, 1)])[0].number == 0
        assert topology.cells_of([Row(HOST)]) == ()

    def test_a_range_that_is_but_a_part(self) -> None:
        nodes = data(numNodes=1, numaNode=[node(0, [1, 0], 1 << 30)])  # as a host with 4 GiB tells
        (cell,) = topology.cells_of([host(2, 2, nodes, size=4293918720)])
        assert (cell.memory, [cpu.number for cpu in cell.cpus]) == (4293918720, [0, 1])

    def test_a_node_without_processors(self) -> None:
        nodes = data(numNodes=1, numaNode=[node(0, None, 5)])
        assert topology.cells_of([host(1, 1, nodes)])[0].cpus == ()

    @pytest.mark.parametrize("sizes", [[1], [1, 1, 1], [7, 0, 13], [0, 0], [1 << 40, 3]])
    @pytest.mark.parametrize("amount", [0, 1, 10, (1 << 36) + 1])
    def test_shares_add_up(self, sizes: list[int], amount: int) -> None:
        nodes = data(numNodes=len(sizes), numaNode=[node(number, [], size) for number, size in enumerate(sizes)])
        shares = topology.share_out(host(1, 1, nodes), amount)
        assert (len(shares), sum(shares)) == (len(sizes), amount)
        assert min(shares) >= 0

    def test_processors_that_nobody_tells_of(self) -> None:
        with pytest.raises(EsxvirtError, match=r"does not tell its 'hardware\.cpuInfo\.numCpuCores'"):
            topology.count_cpus(Row(HOST))
        assert topology.count_cpus(Row(HOST, {"hardware.cpuInfo.numCpuCores": 3})) == 3


def identifier(key: str, value: str) -> Data:
    return data(identifierValue=value, identifierType=data(key=key))


class TestFirmware:
    @pytest.mark.parametrize(
        ("system", "serial"),
        [
            (data(serialNumber="A"), "A"),
            (data(serialNumber=" ", otherIdentifyingInfo=[identifier("ServiceTag", "B")]), "B"),
            (data(otherIdentifyingInfo=[identifier("AssetTag", "C"), identifier("ServiceTag", "unknown")]), None),
            (data(otherIdentifyingInfo=[data(identifierValue="D")]), None),
            (data(), None),
        ],
    )
    def test_serial_numbers(self, system: Data, serial: str | None) -> None:
        assert smbios.serial_number(system) == serial

    def test_dates(self) -> None:
        assert smbios.firmware_date(data(releaseDate=datetime(2016, 5, 3, tzinfo=UTC))) == "05/03/2016"
        assert smbios.firmware_date(data()) is None

    @pytest.mark.parametrize(
        ("eax", "signature"),
        [
            ("0000:0000:0000:0011:0000:0110:1111:0010", "Type 0, Family 6, Model 63, Stepping 2"),
            ("0000:0000:1000:0011:0000:1111:0001:0000", "Type 0, Family 23, Model 49, Stepping 0"),  # EPYC
            ("0000:0000:0000:0000:0000:0101:0100:0011", "Type 0, Family 5, Model 4, Stepping 3"),
            ("0000", None),
            ("XXXX:0000:0000:0011:0000:0110:1111:0010", None),
            (None, None),
        ],
    )
    def test_signatures_of_processors(self, eax: str | None, signature: str | None) -> None:
        feature = [data(level=0, eax="1" * 32), data(level=1, eax=eax)]
        assert smbios._signature(feature) == signature


def device(identity: str = "0000:03:00.0", **fields: Any) -> Data:
    known = {"bus": 3, "slot": 0, "function": 0, "classId": 0x200, "vendorId": 1, "deviceId": 2}
    return data(**{"id": identity, "vendorName": " Maker ", "deviceName": None, **known, **fields})


def info(identity: str, leader: str | None = None, *, capable: bool = True, **more: Any) -> Data:
    return data(id=identity, dependentDevice=leader, passthruCapable=capable, **more)


class TestDevices:
    @pytest.mark.parametrize(
        ("found", "place"),
        [
            (device(), "0000:03:00.0"),
            (device("03:00.0"), "0000:03:00.0"),  # as older hosts call them
            (device("3:0.0"), "0000:03:00.0"),
            (device("abcd:03:00.0"), "abcd:03:00.0"),
            (device("00001:081:00.1", bus=-127, function=1), "0001:81:00.1"),
            (device("odd:one:there"), "0000:03:00.0"),
            (device(""), "0000:03:00.0"),
        ],
    )
    def test_where_they_are(self, found: Data, place: str) -> None:
        assert str(_address(found)) == place

    def test_numbers_have_a_sign_on_the_wire(self) -> None:
        found = device(vendorId=-32634, deviceId=-1, classId=0x604)
        pci = _pci(Row(HOST), found)
        assert (pci.vendor, pci.product, pci.class_code, pci.bridge) == (0x8086, 0xFFFF, 0x060400, True)
        assert (pci.vendor_name, pci.product_name) == ("Maker", "")

    def test_a_host_that_does_not_tell_of_guests(self) -> None:
        pci = _pci(Row(HOST), device())
        assert (pci.group, pci.members, pci.max_virtual_functions, pci.numa_node) == (None, (), 0, None)

    def test_what_guests_can_only_have_together(self) -> None:
        devices = [device(f"0000:03:00.{number}", function=number) for number in range(3)]
        infos = [info("0000:03:00.0"), info("0000:03:00.1", "0000:03:00.0"), info("0000:03:00.2", capable=False)]
        row = Row(HOST, {"hardware.pciDevice": devices, "config.pciPassthruInfo": infos})
        found = [_pci(row, one) for one in devices]
        assert [one.group for one in found] == [0, 0, None]
        assert [str(place) for place in found[1].members] == ["0000:03:00.0", "0000:03:00.1"]

    def test_a_leader_that_the_host_does_not_list(self) -> None:
        row = Row(HOST, {"hardware.pciDevice": [device()], "config.pciPassthruInfo": [info("0000:03:00.0", "gone")]})
        pci = _pci(row, device())
        assert (pci.group, [str(place) for place in pci.members]) == (0, ["0000:03:00.0"])
