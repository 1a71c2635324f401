"""What programs ask of domains, by libvirt-python's names: values, flags and errors."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt_esx._inside import driver_of
from esxvirt.sim import Simulator
from tests.client import open_connection

LIVE, CONFIG = libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG
MAXIMUM = libvirt.VIR_DOMAIN_VCPU_MAXIMUM


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator) -> Iterator[Any]:
    with open_connection(simulator.uri, simulator.username, simulator.password) as opened:
        yield opened


def refused(call: Callable[[], Any], code: int, text: str) -> None:
    with pytest.raises(libvirt.libvirtError) as caught:
        call()
    assert (caught.value.get_error_code(), text in str(caught.value)) == (code, True), str(caught.value)


def test_managed_saves(connection: Any) -> None:
    domain = connection.lookupByName("web")
    assert domain.hasManagedSaveImage() == 0
    assert domain.managedSave(libvirt.VIR_DOMAIN_SAVE_RUNNING) == 0
    assert (domain.hasManagedSaveImage(), domain.state()) == (1, [libvirt.VIR_DOMAIN_PAUSED, 0])
    refused(domain.managedSave, libvirt.VIR_ERR_OPERATION_INVALID, "Domain is not powered on")
    refused(domain.managedSaveRemove, libvirt.VIR_ERR_OPERATION_UNSUPPORTED, "resume it, then destroy it")
    assert domain.create() == 0
    assert (domain.hasManagedSaveImage(), domain.state()) == (0, [libvirt.VIR_DOMAIN_RUNNING, 0])
    assert domain.managedSaveRemove() == 0


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda d: d.managedSave(libvirt.VIR_DOMAIN_SAVE_RUNNING | libvirt.VIR_DOMAIN_SAVE_PAUSED),
            "mutually exclusive",
        ),
        (lambda d: d.managedSave(libvirt.VIR_DOMAIN_SAVE_PAUSED), "(0x4) in function esxDomainManagedSave"),
        (lambda d: d.managedSave(libvirt.VIR_DOMAIN_SAVE_BYPASS_CACHE), "(0x1) in function esxDomainManagedSave"),
        (lambda d: d.managedSaveRemove(1), "(0x1) in function esxDomainManagedSaveRemove"),
        (lambda d: d.hasManagedSaveImage(1), "(0x1) in function esxDomainHasManagedSaveImage"),
        (lambda d: d.blockInfo(None), "disk in virDomainGetBlockInfo must not be NULL"),
        (lambda d: d.blockInfo(""), "string disk in virDomainGetBlockInfo must not be empty"),
        (lambda d: d.blockInfo("sda", 1), "(0x1) in function esxDomainGetBlockInfo"),
        (lambda d: d.blockInfo("nope"), "invalid argument: invalid path nope not assigned to domain"),
    ],
)
def test_arguments_that_cannot_be_meant(connection: Any, call: Callable[[Any], Any], text: str) -> None:
    refused(lambda: call(connection.lookupByName("web")), libvirt.VIR_ERR_INVALID_ARG, text)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda d: d.blockPeek("sda", 0, 512), "virDomainBlockPeek: VMware shows nothing of a disk"),
        (lambda d: d.coreDump("/tmp/core"), "virDomainCoreDump: VMware writes no core of a guest"),
        (lambda d: d.coreDumpWithFormat("/tmp/core", 0), "virDomainCoreDumpWithFormat: VMware writes no core"),
        (lambda d: d.save("/tmp/saved"), "virDomainSave"),
        (lambda d: d.connect().restore("/tmp/saved"), "virDomainRestore"),
    ],
)
def test_what_vmware_has_not(connection: Any, call: Callable[[Any], Any], text: str) -> None:
    prefix = "this function is not supported by the connection driver: "
    refused(lambda: call(connection.lookupByName("web")), libvirt.VIR_ERR_NO_SUPPORT, prefix + text)


def test_block_info(connection: Any) -> None:
    capacity, allocation, physical = connection.lookupByName("web").blockInfo("sda")
    assert capacity > 0
    assert allocation == physical > 0


def test_most_vcpus(connection: Any) -> None:
    most = connection.lookupByName("web").maxVcpus()
    assert connection.getMaxVcpus(None) == connection.getMaxVcpus("vmware") == connection.getMaxVcpus("VMware") == most
    refused(lambda: connection.getMaxVcpus("kvm"), libvirt.VIR_ERR_INVALID_ARG, "unknown type 'kvm'")
    with pytest.raises(TypeError):
        connection.getMaxVcpus(1)


@pytest.mark.parametrize("flags", [0, CONFIG, CONFIG | MAXIMUM, LIVE])
def test_vcpus_of_what_is_off(connection: Any, flags: int) -> None:
    domain = connection.lookupByName("archive")
    assert domain.setVcpusFlags(3, flags) == 0
    assert domain.info()[3] == 3


@pytest.mark.parametrize(
    ("name", "flags", "code", "text"),
    [
        ("web", CONFIG, libvirt.VIR_ERR_OPERATION_INVALID, "the domain is running, and VMware has one value"),
        ("web", CONFIG | MAXIMUM, libvirt.VIR_ERR_OPERATION_INVALID, "the domain is running, and VMware has one value"),
        ("archive", CONFIG | LIVE, libvirt.VIR_ERR_OPERATION_INVALID, "domain is not running"),
        ("web", MAXIMUM, libvirt.VIR_ERR_INVALID_ARG, "required by flag 'VIR_DOMAIN_VCPU_MAXIMUM'"),
        ("web", libvirt.VIR_DOMAIN_VCPU_GUEST, libvirt.VIR_ERR_INVALID_ARG, "(0x8) in function esxDomainSetVcpusFlags"),
    ],
)
def test_vcpus_that_cannot_be_set(connection: Any, name: str, flags: int, code: int, text: str) -> None:
    domain = connection.lookupByName(name)
    before = domain.info()
    refused(lambda: domain.setVcpusFlags(3, flags), code, text)
    assert domain.info() == before


def test_memory_for_the_next_start(connection: Any) -> None:
    off, running = connection.lookupByName("archive"), connection.lookupByName("web")
    assert off.setMemoryFlags(1 << 18, CONFIG) == 0
    assert off.info()[2] == 1 << 18
    before = running.info()
    text = "the domain is running, and VMware has one value for it and for its configuration"
    refused(lambda: running.setMemoryFlags(1 << 18, CONFIG), libvirt.VIR_ERR_OPERATION_INVALID, text)
    assert running.info() == before
    assert running.setMemoryFlags(1 << 18, LIVE | CONFIG) == 0
    assert running.info()[2] == 1 << 18


def test_addresses_whatever_source_is_asked(connection: Any) -> None:
    domain = connection.lookupByName("web")
    lease, agent = (
        libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
        libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    )
    assert domain.interfaceAddresses(lease) == domain.interfaceAddresses(agent) != {}
    for other in (libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP, 3):
        text = f"Unknown IP address data source {other}"
        refused(lambda: domain.interfaceAddresses(other), libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED, text)  # noqa: B023


def test_those_who_only_read(connection: Any) -> None:
    driver_of(connection).read_only = True
    domain = connection.lookupByName("web")
    assert domain.hasManagedSaveImage() == 0
    assert domain.blockInfo("sda")[0] > 0
    assert domain.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE)
    for call, function in (
        (domain.managedSave, "virDomainManagedSave"),
        (domain.managedSaveRemove, "virDomainManagedSaveRemove"),
        (lambda: domain.blockPeek("sda", 0, 1), "virDomainBlockPeek"),
        (lambda: domain.coreDump("x"), "virDomainCoreDump"),
    ):
        refused(call, libvirt.VIR_ERR_OPERATION_DENIED, f"read only access prevents {function}")
