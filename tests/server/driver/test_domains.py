"""Looking at domains, on every kind of product."""

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import autostart, description, handles, info, lookup
from esxvirt.driver.domain.listing import ListFlags, list_domains
from esxvirt.driver.stats import stats
from esxvirt.errors import ArgumentUnsupportedError, DomainNotFoundError, EsxvirtError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

FEDORA = "50115e16-9bdc-49d7-f171-53c4d7f91710"


@pytest.fixture
def connection(simulator: Simulator, connect: Opener) -> Connection:
    return connect(simulator)


def names(found: list[handles.DomainHandle]) -> set[str]:
    return {domain.name for domain in found}


def test_all_of_them_in_one_call(simulator: Simulator, connection: Connection) -> None:
    simulator.calls.clear()
    found = {domain.name: domain for domain in list_domains(connection)}
    assert len(simulator.calls) == 1
    assert {"Fedora11", "web", "builder", "archive", "broken", "vm-0001"} < found.keys()
    assert found["Fedora11"].uuid == FEDORA
    assert [(found[name].state, found[name].id > 0) for name in ("web", "builder", "archive")] == [
        (1, True),
        (3, True),
        (5, False),
    ]
    assert found["archive"].id == -1


def test_a_machine_that_cannot_be_read_is_there_with_what_is_known(connection: Connection) -> None:
    troubled = [domain for domain in list_domains(connection) if domain.problem]
    assert troubled
    assert all(domain.name for domain in troubled)


@pytest.mark.parametrize(
    ("flags", "there", "not_there"),
    [
        (ListFlags.ACTIVE, {"web", "builder"}, {"archive", "Fedora11"}),
        (ListFlags.INACTIVE, {"archive", "Fedora11", "broken"}, {"web", "builder"}),
        (ListFlags.RUNNING, {"web"}, {"builder", "archive"}),
        (ListFlags.PAUSED, {"builder"}, {"web", "archive"}),
        (ListFlags.SHUTOFF, {"archive"}, {"web", "builder"}),
        (ListFlags.RUNNING | ListFlags.SHUTOFF, {"web", "archive"}, {"builder"}),
        (ListFlags.ACTIVE | ListFlags.SHUTOFF, set(), {"web", "builder", "archive"}),
        (ListFlags.PERSISTENT, {"web", "archive"}, set()),
        (ListFlags.TRANSIENT, set(), {"web", "archive"}),
        (ListFlags.PERSISTENT | ListFlags.TRANSIENT, {"web"}, set()),
        (ListFlags.NO_MANAGEDSAVE, {"web", "archive"}, {"builder"}),
        (ListFlags.MANAGEDSAVE, {"builder"}, {"web", "archive"}),
        (ListFlags.MANAGEDSAVE | ListFlags.NO_MANAGEDSAVE, {"web", "builder"}, set()),
        (ListFlags.MANAGEDSAVE | ListFlags.INACTIVE, set(), {"web", "builder"}),
        (ListFlags.HAS_CHECKPOINT, set(), {"web"}),
        (ListFlags.AUTOSTART | ListFlags.NO_AUTOSTART, {"web", "archive"}, set()),
        (ListFlags.HAS_SNAPSHOT | ListFlags.NO_SNAPSHOT, {"web", "archive"}, set()),
    ],
)
def test_filters(connection: Connection, flags: ListFlags, there: set[str], not_there: set[str]) -> None:
    found = names(list_domains(connection, flags))
    assert there <= found
    assert not not_there & found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ListFlags.AUTOSTART, ListFlags.NO_AUTOSTART),
        (ListFlags.HAS_SNAPSHOT, ListFlags.NO_SNAPSHOT),
        (ListFlags.ACTIVE, ListFlags.INACTIVE),
    ],
)
def test_two_filters_of_a_group_split_all_domains(connection: Connection, one: ListFlags, other: ListFlags) -> None:
    first, second = names(list_domains(connection, one)), names(list_domains(connection, other))
    assert not first & second
    assert first | second == names(list_domains(connection))


def test_autostart_agrees_with_its_filter(connection: Connection) -> None:
    starting = names(list_domains(connection, ListFlags.AUTOSTART))
    for domain in list_domains(connection):
        assert autostart.get_autostart(connection, domain) is (domain.name in starting)


def test_lookups(simulator: Simulator, connection: Connection) -> None:
    simulator.calls.clear()
    by_name = lookup.lookup_by_name(connection, "Fedora11")
    assert len(simulator.calls) == 1
    assert lookup.lookup_by_uuid(connection, FEDORA.upper().replace("-", "")).ref == by_name.ref
    web = lookup.lookup_by_name(connection, "web")
    assert lookup.lookup_by_id(connection, web.id).name == "web"


def test_lookups_that_find_nothing(connection: Connection) -> None:
    with pytest.raises(DomainNotFoundError, match="Could not find domain with name 'nobody'"):
        lookup.lookup_by_name(connection, "nobody")
    with pytest.raises(DomainNotFoundError, match="Could not find domain with name 'fedora11'"):
        lookup.lookup_by_name(connection, "fedora11")
    with pytest.raises(DomainNotFoundError, match="00000000-0000-4000-8000-000000000000"):
        lookup.lookup_by_uuid(connection, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(DomainNotFoundError, match="No domain with ID 99999"):
        lookup.lookup_by_id(connection, 99999)
    with pytest.raises(DomainNotFoundError, match="No domain with ID -1"):
        lookup.lookup_by_id(connection, -1)


def test_a_machine_that_was_registered_anew_is_found_by_its_uuid(connection: Connection) -> None:
    domain = lookup.lookup_by_name(connection, "web")
    true = domain.ref
    domain.ref = true._replace(value="4711")
    assert info.domain_info(connection, domain).vcpus == 2
    assert domain.ref == true


def test_a_machine_that_is_gone_is_said_so(connection: Connection) -> None:
    domain = lookup.lookup_by_name(connection, "web")
    domain.ref = domain.ref._replace(value="4711")
    domain.uuid = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(DomainNotFoundError, match="Could not find domain with UUID"):
        info.domain_info(connection, domain)
    with pytest.raises(DomainNotFoundError, match="Could not find domain with UUID"):
        description.xml_description(connection, domain)


def test_info(connection: Connection) -> None:
    fedora = info.domain_info(connection, lookup.lookup_by_name(connection, "Fedora11"))
    assert fedora == info.DomainInfo(state=5, max_memory=1048576, memory=1048576, vcpus=1)
    web = lookup.lookup_by_name(connection, "web")
    assert info.domain_info(connection, web) == info.DomainInfo(1, 2097152, 2097152, 2)
    assert info.max_memory(connection, web) == 2097152
    assert info.vcpus(connection, web) == 2
    assert info.state(connection, web) == 1
    assert info.max_vcpus(connection) >= 4


def test_the_xml_of_the_manuals_machine(simulator: Simulator, connection: Connection) -> None:
    domain = lookup.lookup_by_name(connection, "Fedora11")
    simulator.calls.clear()
    xml = description.xml_description(connection, domain)
    assert len(simulator.calls) == 1
    assert "<name>Fedora11</name>" in xml
    assert "<source file='[local-storage] Fedora11/Fedora11.vmdk'/>" in xml
    assert "<mac address='00:50:56:91:48:c7'" in xml
    assert f"<vmware:moref>{domain.ref.value}</vmware:moref>" in xml


def test_only_an_active_domain_has_an_id(connection: Connection) -> None:
    web = lookup.lookup_by_name(connection, "web")
    assert f"<domain type='vmware' id='{web.id}'" in description.xml_description(connection, web)
    assert " id='" not in description.xml_description(connection, web, inactive=True).partition("\n")[0]
    archive = lookup.lookup_by_name(connection, "archive")
    assert " id='" not in description.xml_description(connection, archive).partition("\n")[0]


def test_a_broken_vmx_file_is_named_with_the_reason(connection: Connection) -> None:
    domain = lookup.lookup_by_name(connection, "broken")
    with pytest.raises(EsxvirtError, match=r"'\[local-storage\] broken/broken\.vmx' of the domain 'broken'.*line 4"):
        description.xml_description(connection, domain)


def test_a_missing_vmx_file_is_named(connection: Connection) -> None:
    domain = lookup.lookup_by_name(connection, "missing")
    with pytest.raises(EsxvirtError, match=r"VMX file of the domain 'missing' is missing.*missing/missing\.vmx"):
        description.xml_description(connection, domain)


def test_stats_of_all_domains_in_one_call(simulator: Simulator, connection: Connection) -> None:
    simulator.calls.clear()
    found = {domain.name: values for domain, values in stats.all_stats(connection)}
    assert len(simulator.calls) == 1
    web = found["web"]
    assert (web["state.state"], web["vcpu.current"], web["balloon.maximum"]) == (1, 2, 2097152)
    number = next(n for n in range(int(web["block.count"])) if web[f"block.{n}.name"] == "sda")
    assert web[f"block.{number}.path"] == "[local-storage] web/web.vmdk"
    assert int(web[f"block.{number}.capacity"]) > 0
    assert web["net.count"] == 1


def test_stats_of_some_groups_and_domains(connection: Connection) -> None:
    web = lookup.lookup_by_name(connection, "web")
    archive = lookup.lookup_by_name(connection, "archive")
    found = stats.stats_of(connection, [archive, web], stats.STATE | stats.VCPU)
    assert [domain.name for domain, _ in found] == ["archive", "web"]
    assert all(key.startswith(("state.", "vcpu.")) for _, values in found for key in values)
    with pytest.raises(ArgumentUnsupportedError):
        stats.all_stats(connection, 1 << 9, enforce=True)
    assert stats.all_stats(connection, 1 << 9)[0][1] == {}


def test_what_cannot_be_read_is_warned_of_where_it_is_shown(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    list_domains(connection)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "'unreadable'" in caplog.text
    caplog.clear()
    lookup.lookup_by_name(connection, "web")
    list_domains(connection, ListFlags.RUNNING)
    assert caplog.records == []
    lookup.lookup_by_name(connection, "unreadable")
    assert "NoPermission" in caplog.text
