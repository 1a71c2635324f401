"""Machines that a server does not reach, or of which it has no configuration; twins; machines in vApps."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import define
from esxvirt.driver.domain import description, domain_paths, info, lifecycle, lookup, reading
from esxvirt.driver.domain.listing import list_domains
from esxvirt.driver.stats import stats
from esxvirt.errors import AmbiguousError, DomainNotFoundError, EsxvirtError, OperationInvalidError
from esxvirt.records import replace
from esxvirt.sim import Simulator
from esxvirt.sim.state.site.troubles import put_into_app
from esxvirt.uri import parse
from esxvirt.uuids import NO_UUID
from esxvirt.vsphere.decode import Ref
from tests.server.driver.conftest import Opener

LOST = ("inaccessible", "invalid", "orphaned")


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Simulator]:
    """Serve a vCenter with machines of each kind, and a host that it does not reach."""
    tree = ("dc1/esx1", "dc1/esx2")
    with Simulator("vcenter-8.0", "http", tree=tree, vms=30, troubled=LOST) as running:
        running.trouble("vm-0002", "disconnected")
        yield running


@pytest.fixture
def connection(vcenter: Simulator) -> Iterator[Connection]:
    """Open a connection to all of it."""
    with opened(vcenter) as found:
        yield found


@contextmanager
def opened(simulator: Simulator) -> Iterator[Connection]:
    credentials = Credentials(simulator.username, Secret(simulator.password))
    connection = Connection.open(parse(simulator.vcenter_uri or simulator.uri), lambda **_: credentials)
    try:
        yield connection
    finally:
        connection.close()


class TestTheirNames:
    @pytest.mark.parametrize("name", LOST)
    def test_of_machines_without_configuration(
        self, name: str, connection: Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        domain = lookup.lookup_by_name(connection, name)
        assert domain.connection == name
        assert f"domain '{name}' (" in caplog.text
        assert f"): it is {name}: its host " in caplog.text
        info.state(connection, domain)
        assert domain.connection == name

    def test_of_a_machine_on_a_host_that_is_not_reached(self, connection: Connection) -> None:
        assert lookup.lookup_by_name(connection, "vm-0002").connection == "disconnected"
        assert lookup.lookup_by_name(connection, "vm-0001").connection == "connected"

    def test_many_on_one_host_are_one_warning(self, connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
        found = list_domains(connection)
        assert len([domain for domain in found if domain.connection == "disconnected"]) == 15
        said = [record.getMessage() for record in caplog.records if "disconnected" in record.getMessage()]
        assert len(said) == 1
        assert said[0].startswith("15 domains, 'vm-0002' (vm-")
        assert "and 7 more: of each, it is disconnected: the vCenter does not reach its host" in said[0]

    def test_they_are_in_the_list_with_the_others_in_one_call(self, vcenter: Simulator, connection: Connection) -> None:
        vcenter.calls.clear()
        names = {domain.name for domain in list_domains(connection)}
        assert names >= {*LOST, "web", "vm-0002"}
        assert len(vcenter.calls) == 1

    def test_a_state_that_is_new_later_is_told(self) -> None:
        with Simulator("esx-8.0", "http") as simulator, opened(simulator) as connection:
            domain = lookup.lookup_by_name(connection, "archive")
            simulator.trouble("archive", "inaccessible")
            assert domain.connection == "connected"
            info.state(connection, domain)
            assert domain.connection == "inaccessible"


class TestWithoutUuid:
    def test_they_are_told_apart(self, connection: Connection) -> None:
        uuids = [lookup.lookup_by_name(connection, name).uuid for name in LOST]
        assert len(set(uuids)) == len(LOST)
        assert NO_UUID not in uuids
        for name, uuid in zip(LOST, uuids, strict=True):
            assert lookup.lookup_by_uuid(connection, uuid).name == name

    def test_nobody_has_the_uuid_of_zeros(self, connection: Connection) -> None:
        with pytest.raises(DomainNotFoundError):
            lookup.lookup_by_uuid(connection, NO_UUID)

    def test_a_reference_that_is_gone_finds_no_other(self, connection: Connection) -> None:
        domain = lookup.lookup_by_name(connection, "inaccessible")
        gone = replace(domain, ref=Ref("VirtualMachine", "vm-99999"), uuid=NO_UUID)
        with pytest.raises(DomainNotFoundError):
            reading.find_again(connection, gone)


class TestStatistics:
    def test_no_zeros_for_what_is_unknown(self, connection: Connection) -> None:
        found = {domain.name: values for domain, values in stats.all_stats(connection)}
        for name in LOST:
            assert found[name] == {"state.state": 5, "state.reason": 0}
        assert found["web"]["balloon.maximum"] == 2 << 20
        assert "balloon.rss" in found["web"]

    def test_what_a_vcenter_remembers_but_no_figures_of_a_host_that_it_does_not_reach(
        self, connection: Connection
    ) -> None:
        running = lookup.lookup_by_name(connection, "vm-0004")
        assert running.state == 1
        ((_, values),) = stats.stats_of(connection, [running])
        assert values["balloon.maximum"]
        assert values["block.count"] == 2
        assert "balloon.rss" not in values

    @pytest.mark.parametrize(
        ("ask", "what"), [(info.max_memory, "memory"), (info.vcpus, "virtual processors")], ids=["memory", "vcpus"]
    )
    def test_single_figures_are_errors(self, ask: object, what: str, connection: Connection) -> None:
        domain = lookup.lookup_by_name(connection, "invalid")
        with pytest.raises(EsxvirtError, match=f"domain 'invalid' is invalid: .*; the server does not tell its {what}"):
            ask(connection, domain)  # type: ignore[operator]


class TestErrors:
    @pytest.mark.parametrize("name", [*LOST, "vm-0002"])
    def test_nothing_is_begun(self, name: str, vcenter: Simulator, connection: Connection) -> None:
        state = "disconnected" if name.startswith("vm") else name
        domain = lookup.lookup_by_name(connection, name)
        for change in (lifecycle.start, lifecycle.shutdown, lifecycle.resume):
            vcenter.calls.clear()
            with pytest.raises(OperationInvalidError, match=f"domain '{name}' is {state}: "):
                change(connection, domain)
            assert [call.method for call in vcenter.calls] == ["RetrievePropertiesEx"]

    @pytest.mark.parametrize("name", LOST)
    def test_there_is_no_description(self, name: str, connection: Connection) -> None:
        domain = lookup.lookup_by_name(connection, name)
        with pytest.raises(EsxvirtError, match=f"domain '{name}' is {name}: .*no configuration"):
            description.xml_description(connection, domain)

    def test_a_file_that_the_vcenter_cannot_fetch(self, connection: Connection) -> None:
        domain = lookup.lookup_by_name(connection, "vm-0002")
        with pytest.raises(EsxvirtError, match=r"domain 'vm-0002' is disconnected: .* its VMX file cannot be read"):
            description.xml_description(connection, domain)

    @pytest.mark.parametrize("name", LOST)
    def test_they_can_be_undefined(self, name: str) -> None:
        with Simulator("vcenter-8.0", "http", troubled=LOST) as simulator, opened(simulator) as connection:
            define.undefine(connection, lookup.lookup_by_name(connection, name))
            assert name not in {domain.name for domain in list_domains(connection)}


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-2.5"])
def test_every_product_has_inaccessible_machines(profile: str) -> None:
    with Simulator(profile, "http", troubled=("inaccessible", "invalid")) as simulator, opened(simulator) as connection:
        found = {domain.connection: domain for domain in list_domains(connection)}
        assert found.keys() == {"connected", "inaccessible", "invalid"}
        # A host knows no name of it: only where its file is.
        name = "inaccessible" if simulator.profile.is_vcenter else "/inaccessible/inaccessible.vmx"
        assert found["inaccessible"].name.endswith(name)
        assert lookup.lookup_by_name(connection, found["inaccessible"].name).ref == found["inaccessible"].ref


class TestTwins:
    def test_the_message_tells_what_helps(self) -> None:
        with Simulator("vcenter-8.0", "http", troubled=("twin",)) as simulator, opened(simulator) as connection:
            uuid = simulator.site.find_machine("twin").config.uuid
            with pytest.raises(AmbiguousError) as caught:
                lookup.lookup_by_uuid(connection, uuid)
            text = str(caught.value)
            assert text.startswith(f"There are 2 domains with UUID '{uuid}'; say which by its name or by its path: ")
            assert "'dc1/Fedora11' (" in text
            assert "'dc1/twin' (" in text
            assert "uuid.action" in text
            assert lookup.lookup_by_name(connection, "dc1/twin").name == "twin"

    def test_two_of_one_name_are_told_by_their_uuids(self) -> None:
        tree = ("dc1/esx1", "dc2/esx2")
        with Simulator("vcenter-8.0", "http", tree=tree, vms=2) as simulator, opened(simulator) as connection:
            simulator.site.find_machine("vm-0002").set_values({"displayName": "web"})
            with pytest.raises(AmbiguousError, match="say which by its path, by its UUID, or with --host") as caught:
                lookup.lookup_by_name(connection, "web")
            assert "uuid.action" not in str(caught.value)

    def test_a_definition_is_of_the_one_of_its_name(self, connect: Opener) -> None:
        with Simulator("esx-8.0", "http", troubled=("twin",)) as simulator:
            connection = connect(simulator)
            twin = lookup.lookup_by_name(connection, "twin")
            text = description.xml_description(connection, twin)
            before = simulator.site.find_machine("Fedora11").text()
            found = define.define(connection, text.replace(">524288<", ">1048576<"))
            assert found.name == "twin"
            assert simulator.site.find_machine("twin").config.memory_mb == 1024
            assert simulator.site.find_machine("Fedora11").text() == before
            with pytest.raises(AmbiguousError, match="2 domains with UUID"):
                define.define(connection, text.replace("<name>twin<", "<name>other<"))

    def test_one_that_was_registered_anew_is_found_by_its_name(self, connect: Opener) -> None:
        with Simulator("esx-8.0", "http", troubled=("twin",)) as simulator:
            connection = connect(simulator)
            domain = lookup.lookup_by_name(connection, "twin")
            gone = Ref("VirtualMachine", "99990")
            assert reading.find_again(connection, replace(domain, ref=gone))[0].name == "twin"
            with pytest.raises(AmbiguousError, match="look it up again by its path"):
                reading.find_again(connection, replace(domain, ref=gone, name="gone"))


class TestInApps:
    @pytest.fixture
    def apps(self) -> Iterator[Simulator]:
        """Serve a vCenter with a machine in a vApp in a vApp, and one in another in a folder."""
        with Simulator("vcenter-8.0", "http", vms=4, folders=1) as simulator:
            outer = put_into_app(simulator.site, simulator.site.find_machine("vm-0001"), "shop")
            put_into_app(simulator.site, simulator.site.find_machine("vm-0002"), "data/base", outer)
            yield simulator

    def test_their_paths(self, apps: Simulator) -> None:
        with opened(apps) as connection:
            found = {domain.name: domain for domain in list_domains(connection)}
            paths = domain_paths.inventory_paths(connection, [found["vm-0001"], found["vm-0002"], found["vm-0003"]])
            assert list(paths.values()) == [
                ("site1", "dc1", "group1", "shop", "vm-0001"),
                ("site1", "dc1", "group1", "shop", "data/base", "vm-0002"),
                ("site1", "dc1", "group1", "vm-0003"),
            ]

    @pytest.mark.parametrize(
        "path",
        [
            "shop/vm-0001",
            "dc1/group1/shop/vm-0001",
            "/site1/dc1/vm/group1/shop/vm-0001",
            "data%2fbase/vm-0002",
            "dc1/vm/group1/shop/data%2Fbase/vm-0002",
            "dc1/vm/group1/vm-0003",
            "dc1/host/hosts1/esx1.example.com/vm-0003",
        ],
    )
    def test_they_are_found_by_them(self, path: str, apps: Simulator) -> None:
        with opened(apps) as connection:
            assert lookup.lookup_by_name(connection, path).name == path.rpartition("/")[2]

    @pytest.mark.parametrize(
        "path",
        [
            "vm/vm-0003",
            "dc1/vm-0001",
            "group1/vm-0001",
            "vm/shop/vm-0001",
            "shop/vm/vm-0001",
            "dc1/vm/vm/group1/vm-0003",
        ],
    )
    def test_wrong_paths_find_nothing(self, path: str, apps: Simulator) -> None:
        with opened(apps) as connection, pytest.raises(DomainNotFoundError):
            lookup.lookup_by_name(connection, path)

    def test_they_are_machines_like_others(self, apps: Simulator) -> None:
        with opened(apps) as connection:
            domain = lookup.lookup_by_name(connection, "vm-0002")
            assert "<name>vm-0002</name>" in description.xml_description(connection, domain)
            lifecycle.start(connection, domain)
            assert apps.site.find_machine("vm-0002").running

    def test_a_vcenter_from_before_there_were_vapps(self) -> None:
        with Simulator("vcenter-2.5", "http") as simulator, opened(simulator) as connection:
            assert lookup.lookup_by_name(connection, "dc1/vm/web").name == "web"


def test_nothing_is_said_of_healthy_machines(connect: Opener, caplog: pytest.LogCaptureFixture) -> None:
    with Simulator("esx-8.0", "http") as simulator, caplog.at_level(logging.WARNING):
        list_domains(connect(simulator))
    assert not caplog.records
