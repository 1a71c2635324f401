import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from esxvirt import errors, libvirt, libvirt_esx
from esxvirt.driver.domain.info import DomainInfo
from esxvirt.driver.host.host import NodeInfo


def refused(call: Any) -> tuple[int | None, int | None, str]:
    with pytest.raises(libvirt.libvirtError) as caught:
        call()
    return caught.value.get_error_code(), caught.value.get_error_domain(), str(caught.value)


class TestWhatTheDriverHasNot:
    def test_it_is_refused_with_the_functions_name(self, connection: Any, domain: Any) -> None:
        text = "this function is not supported by the connection driver: "
        assert refused(connection.getSEVInfo) == (3, 20, f"{text}virNodeGetSEVInfo")
        assert refused(lambda: connection.secretLookupByUsage(0, "x")) == (3, 30, f"{text}virSecretLookupByUsage")
        assert refused(domain.migrateGetMaxDowntime) == (3, 20, f"{text}virDomainMigrateGetMaxDowntime")
        assert refused(domain.listAllCheckpoints) == (3, 69, f"{text}virDomainListAllCheckpoints")
        assert refused(connection.newStream().finish) == (3, 38, f"{text}virStreamFinish")

    def test_it_checks_its_arguments_first(self, connection: Any, errors: list[Any]) -> None:
        with pytest.raises(TypeError, match=r"virConnect.getSEVInfo\(\) too many positional arguments"):
            connection.getSEVInfo(0, 0)
        with pytest.raises(TypeError, match=r"virConnect.secretLookupByUsage\(\) missing a required argument"):
            connection.secretLookupByUsage(0)
        with pytest.raises(TypeError, match="unexpected keyword argument 'flag'"):
            connection.getSEVInfo(flag=0)
        assert errors == []

    def test_it_looks_like_a_method(self, connection: Any) -> None:
        assert str(inspect.signature(vars(libvirt.virConnect)["getSEVInfo"])) == "(self, flags=0)"
        assert str(inspect.signature(connection.getSEVInfo)) == "(flags=0)"
        assert connection.getSEVInfo.__name__ == "getSEVInfo"
        assert "virNodeGetSEVInfo" in connection.getSEVInfo.__doc__

    def test_what_is_no_method_at_all_is_none(self, connection: Any, domain: Any) -> None:
        assert not hasattr(connection, "getSysInfo")
        assert not hasattr(domain, "nope")


class TestReadOnly:
    @pytest.fixture(autouse=True)
    def _read_only(self, driver: Any) -> None:
        driver.read_only = True

    def test_writes_are_refused_whether_supported_or_not(self, connection: Any, domain: Any) -> None:
        text = "operation forbidden: read only access prevents "
        assert refused(lambda: connection.defineXML("<domain/>")) == (29, 20, f"{text}virDomainDefineXML")
        assert refused(lambda: domain.rename("x")) == (29, 20, f"{text}virDomainRename")
        assert refused(lambda: domain.snapshotCreateXML("x")) == (29, 35, f"{text}virDomainSnapshotCreateXML")

    def test_reads_are_not(self, connection: Any, domain: Any) -> None:
        assert connection.getURI() == "esx://h/"
        assert domain.isPersistent() == 1
        assert refused(domain.migrateGetMaxDowntime)[0] == 3

    def test_secrets_are_refused(self, domain: Any) -> None:
        text = "operation forbidden: virDomainGetXMLDesc with secure flag"
        assert refused(lambda: domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)) == (29, 20, text)


class TestClosing:
    def test_it_closes_once(self, connection: Any, driver: Any) -> None:
        assert connection.close() == 0
        assert driver.closed == 1
        assert refused(connection.close) == (6, 0, "invalid connection pointer in virConnectClose")
        assert driver.closed == 1

    def test_nothing_can_be_asked_of_a_closed_one(self, connection: Any, domain: Any) -> None:
        stream = connection.newStream()
        connection.close()
        text = "invalid connection pointer in "
        assert refused(connection.getURI) == (6, 20, f"{text}virConnectGetURI")
        assert refused(connection.listAllNetworks) == (6, 19, f"{text}virConnectListAllNetworks")
        assert refused(domain.info) == (6, 20, f"{text}virDomainGetInfo")
        assert refused(stream.finish) == (6, 38, f"{text}virStreamFinish")
        assert domain.name() == "a/b"
        assert domain.connect() is connection

    def test_a_with_block_closes(self, connection: Any, driver: Any) -> None:
        with connection as same:
            assert same is connection
        assert driver.closed == 1

    def test_a_forgotten_connection_is_closed(self, driver: Any) -> None:
        connection = libvirt.virConnect(driver)
        del connection
        assert driver.closed == 1


class TestConnection:
    def test_what_costs_no_call(self, connection: Any, driver: Any) -> None:
        assert connection.getType() == "ESX"
        assert connection.getLibVersion() == libvirt.getVersion() == 11_003_000
        assert libvirt.getVersion("ESX") == (11_003_000, 11_003_000)
        assert (connection.isEncrypted(), connection.isSecure(), connection.isAlive()) == (1, 1, 1)
        driver.is_encrypted, driver.session.is_alive = False, lambda: False
        assert (connection.isEncrypted(), connection.isSecure(), connection.isAlive()) == (0, 0, 0)
        assert libvirt_esx.vim(connection) == "the service instance"

    def test_node_info_in_mib_and_kib(self, connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        info = NodeInfo(model="m", memory=4193780, cpus=8, mhz=2300, nodes=2, sockets=2, cores=4, threads=1)
        monkeypatch.setattr("esxvirt.driver.host.host.node_info", lambda _: info)
        assert connection.getInfo() == ["m", 4095, 8, 2300, 2, 2, 4, 1]
        assert libvirt_esx.node_info(connection) == ["m", 4193780, 8, 2300, 2, 2, 4, 1]

    @pytest.mark.parametrize(
        ("flags", "text"),
        [(1 << 16, "0x10000"), (1 << 31 | 1, "0x80000000"), (-1, "0xffff0000")],
    )
    def test_unknown_flags_are_named(self, connection: Any, flags: int, text: str) -> None:
        expected = f"unsupported flags ({text}) in function esxConnectListAllDomains"
        assert refused(lambda: connection.listAllDomains(flags)) == (8, 28, expected)

    def test_flags_are_numbers(self, connection: Any) -> None:
        with pytest.raises(TypeError):
            connection.listAllDomains("1")

    @pytest.mark.parametrize("uuid", ["", "zz", "5" * 31, "5" * 33, "{" + "5" * 32 + "}", "urn:uuid:" + "5" * 32])
    def test_what_is_no_uuid(self, connection: Any, uuid: str) -> None:
        assert refused(lambda: connection.lookupByUUIDString(uuid)) == (8, 20, "Invalid UUID")
        assert refused(lambda: connection.lookupByUUID(uuid.encode())) == (8, 20, "Invalid UUID")

    def test_uuids_in_all_forms_libvirt_takes(self, connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def lookup(_driver: object, uuid: str) -> Any:
            asked.append(uuid)
            raise errors.DomainNotFoundError("none")

        monkeypatch.setattr("esxvirt.driver.domain.lookup.lookup_by_uuid", lookup)
        for text in ("50115E16-9bdc-49d7-f171-53c4d7f91710", " 5011-5e169bdc49d7f17153c4d7f91710\n"):
            assert refused(lambda text=text: connection.lookupByUUIDString(text))[0] == 42
        assert refused(lambda: connection.lookupByUUID(bytes.fromhex("50115e169bdc49d7f17153c4d7f91710")))[0] == 42
        assert {uuid.lower() for uuid in asked} == {"50115e169bdc49d7f17153c4d7f91710"}

    def test_stats_flags_reach_the_driver(self, connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Any] = []
        handle = SimpleNamespace(name="x")

        def all_stats(_driver: object, groups: int, flags: int, *, enforce: bool) -> Any:
            asked.append((groups, flags, enforce))
            return [(handle, {"state.state": 1})]

        monkeypatch.setattr("esxvirt.driver.stats.stats.all_stats", all_stats)
        enforce = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS
        active = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
        [(found, stats)] = connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, active | enforce)
        connection.getAllDomainStats()
        assert (found.name(), stats) == ("x", {"state.state": 1})
        assert asked == [(1, active, True), (0, 0, False)]
        assert refused(lambda: connection.getAllDomainStats(0, 1 << 20))[0] == 8

    def test_stats_of_domains_come_in_their_order(
        self, connection: Any, domain: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "esxvirt.driver.stats.stats.stats_of",
            lambda _driver, handles, _groups, *, enforce: [(handle, {"enforce": enforce}) for handle in handles],
        )
        assert connection.domainListGetStats([domain]) == [(domain, {"enforce": False})]
        assert refused(lambda: connection.domainListGetStats([]))[0] == 8


class TestDomain:
    def test_what_is_known(self, domain: Any) -> None:
        assert (domain.ID(), domain.name(), domain.OSType()) == (7, "a/b", "hvm")
        assert domain.UUIDString() == "50115e16-9bdc-49d7-f171-53c4d7f91710"
        assert domain.UUID() == bytes.fromhex("50115e169bdc49d7f17153c4d7f91710")
        assert (domain.isPersistent(), domain.isUpdated()) == (1, 0)

    def test_shapes_of_what_is_asked(self, domain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("esxvirt.driver.domain.info.domain_info", lambda *_: DomainInfo(1, 2048, 1024, 2, 5))
        monkeypatch.setattr("esxvirt.driver.domain.info.state", lambda *_: 3)
        monkeypatch.setattr("esxvirt.driver.domain.autostart.get_autostart", lambda *_: True)
        assert domain.info() == [1, 2048, 1024, 2, 5]
        assert domain.state() == [3, 0]
        assert domain.isActive() == 1
        assert domain.autostart() == 1
        monkeypatch.setattr("esxvirt.driver.domain.info.state", lambda *_: 5)
        assert domain.isActive() == 0

    def test_vcpus(self, domain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("esxvirt.driver.domain.info.vcpus", lambda *_: 2)
        monkeypatch.setattr("esxvirt.driver.domain.info.max_vcpus", lambda *_: 16)
        assert (domain.vcpusFlags(), domain.vcpusFlags(1), domain.maxVcpus()) == (2, 2, 16)
        assert domain.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_MAXIMUM) == 16
        assert refused(lambda: domain.vcpusFlags(3))[:2] == (8, 20)
        assert refused(lambda: domain.vcpusFlags(2))[:2] == (8, 28)

    def test_flags_of_the_xml_reach_the_driver(self, domain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("esxvirt.driver.domain.description.xml_description", lambda *_, **flags: flags)
        assert domain.XMLDesc() == {"secure": False, "inactive": False}
        assert domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE) == {"secure": True, "inactive": False}
        assert domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE) == {"secure": False, "inactive": True}
        assert refused(lambda: domain.XMLDesc(libvirt.VIR_DOMAIN_XML_UPDATE_CPU))[:2] == (8, 28)

    def test_it_is_made_by_lookups_only(self, connection: Any) -> None:
        with pytest.raises(TypeError, match="lookup"):
            libvirt.virDomain(connection)


def test_the_objects_of_a_connection_know_it(connection: Any, domain: Any) -> None:
    for cls in (libvirt.virNetwork, libvirt.virStoragePool, libvirt.virStorageVol, libvirt.virSecret):
        assert cls(connection).connect() is connection
    network = libvirt.virNetwork(connection)
    port = libvirt.virNetworkPort(network)
    assert (port.network(), port.connect()) == (network, connection)
    for of_domain in (libvirt.virDomainSnapshot, libvirt.virDomainCheckpoint):
        instance = of_domain(domain)
        assert (instance.domain(), instance.getDomain(), instance.connect()) == (domain, domain, connection)
        assert instance.getConnect() is connection


def test_a_close_callback_is_taken(connection: Any) -> None:
    assert connection.registerCloseCallback(print, None) == 0
    assert connection.unregisterCloseCallback() is None
