"""Migration between hosts, clusters and datastores of a vCenter; what it needs, and what it leaves alone."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection import vcenter
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import info, lifecycle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF
from esxvirt.driver.migration import migration
from esxvirt.driver.migration.migration import Destination
from esxvirt.errors import (
    DomainNotFoundError,
    EsxvirtError,
    InvalidArgumentError,
    PoolNotFoundError,
    QuestionError,
    ReadOnlyError,
    ServerFault,
    UriSyntaxError,
)
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vsphere.decode import Data
from tests.tools import missing

PROFILES = ["vcenter-2.5", "vcenter-4.0", "vcenter-5.0", "vcenter-7.0", "vcenter-8.0"]


class Opener:
    """Opens connections to a simulated vCenter and its hosts, all with the right account."""

    def __init__(self, simulator: Simulator, stack: ExitStack) -> None:
        self.simulator = simulator
        self._stack = stack

    def __call__(self, path: str | None = None, *, read_only: bool = False) -> Connection:
        base, _, query = (self.simulator.vcenter_uri or self.simulator.uri).partition("?")
        return self.open(f"{base}{path}?{query}" if path else self.simulator.uri, read_only=read_only)

    def open(self, uri: str, *, read_only: bool = False) -> Connection:
        """Connect to a URI."""

        def account(hostname: str, **_: object) -> Credentials:
            name = self.simulator.username if hostname == self.simulator.host else "root"
            return Credentials(name, Secret(self.simulator.password))

        connection = Connection.open(parse(uri), account, read_only=read_only)
        self._stack.callback(connection.close)
        return connection


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def start(stack: ExitStack, profile: str = "vcenter-7.0", **knobs: Any) -> Opener:
    """Start a vCenter of two hosts, unless `knobs` say something else."""
    simulator = Simulator(profile, transport="http", **{"hosts": 2, "vms": 4, "shared": True, **knobs})
    return Opener(stack.enter_context(simulator), stack)


def host_of(opener: Opener, name: str) -> str:
    """The host that a machine is on."""
    return opener.simulator.site.find_machine(name).host.name


def migrate(source: Connection, name: str, there: Connection, storage: str | None = None) -> None:
    """Migrate a domain."""
    domain = lookup_by_name(source, name)
    migration.perform(source, domain, migration.prepare(there), storage)
    assert migration.finish(there, domain).uuid == domain.uuid


@pytest.mark.parametrize("profile", PROFILES)
def test_what_runs_what_is_off_and_what_is_suspended(profile: str, stack: ExitStack) -> None:
    opener = start(stack, profile)
    here, there = opener(), opener("dc1/esx2.example.com")
    migrate(here, "vm-0001", there)
    moved = lookup_by_name(there, "vm-0001")
    assert info.state(there, moved) == RUNNING
    lifecycle.suspend(there, moved)
    migrate(there, "vm-0001", here)
    assert info.state(here, lookup_by_name(here, "vm-0001")) == PAUSED
    migrate(there, "vm-0002", here)
    assert info.state(here, lookup_by_name(here, "vm-0002")) == SHUTOFF
    for name in ("vm-0001", "vm-0002"):
        with pytest.raises(DomainNotFoundError):
            lookup_by_name(there, name)


@pytest.mark.parametrize("profile", PROFILES)
def test_snapshots_go_with_the_machine(profile: str, stack: ExitStack) -> None:
    opener = start(stack, profile)
    here, there = opener(), opener("dc1/esx2.example.com")
    domain = lookup_by_name(here, "vm-0001")
    machine = domain.ref
    here.session.call(machine, "CreateSnapshot_Task", "before", "", False, False)
    known = opener.simulator.site.find_machine("vm-0001").snapshots
    with opener.simulator.site.changed:
        assert opener.simulator.site.changed.wait_for(lambda: known.find(1) is not None, timeout=30)
    migrate(here, "vm-0001", there)
    assert host_of(opener, "vm-0001") == "esx2"
    assert opener.simulator.site.find_machine("vm-0001").snapshots.find(1) is not None


def test_between_clusters(stack: ExitStack) -> None:
    opener = start(stack, hosts=4, clusters=2)
    here = opener()
    paths = {host.name: host.path for host in opener.simulator.site.hosts}
    assert len({path.rpartition("/")[0] for path in paths.values()}) == 2
    other = next(name for name, path in paths.items() if path.split("/")[1] != paths["esx1"].split("/")[1])
    migrate(here, "vm-0001", opener(paths[other]))
    assert host_of(opener, "vm-0001") == other


def test_a_cluster_is_a_destination(stack: ExitStack) -> None:
    opener = start(stack, hosts=4, clusters=2)
    paths = {host.name: host.path.rpartition("/")[0] for host in opener.simulator.site.hosts}
    other = next(path for path in paths.values() if path != paths["esx1"])
    migrate(opener(), "vm-0001", opener(other))
    assert paths[host_of(opener, "vm-0001")] == other


def test_several_hosts_that_are_no_cluster_are_no_destination(stack: ExitStack) -> None:
    opener = start(stack)
    with pytest.raises(InvalidArgumentError, match="name one"):
        migration.prepare(opener("dc1"))


def test_from_a_connection_to_all_hosts(stack: ExitStack) -> None:
    opener = start(stack)
    everything = opener("dc1")
    migrate(everything, "vm-0001", opener("dc1/esx2.example.com"))
    assert host_of(opener, "vm-0001") == "esx2"


def test_to_another_datacenter(stack: ExitStack) -> None:
    opener = start(stack, hosts=4, datacenters=2)
    there = opener(opener.simulator.site.hosts[1].path)
    with pytest.raises(EsxvirtError, match=r"validation reported a problem: .*another datacenter"):
        migrate(opener(), "vm-0001", there)
    assert host_of(opener, "vm-0001") == "esx1"


@pytest.mark.parametrize("profile", PROFILES)
def test_files_to_another_datastore(profile: str, stack: ExitStack) -> None:
    opener = start(stack, profile)
    here, there = opener(), opener("dc1/esx2.example.com")
    archive = opener.simulator.site.find_machine("archive")
    shared = next(store for store in opener.simulator.site.hosts[0].datastores if "shared" in store.name)
    with pytest.raises(EsxvirtError, match=r"reported a problem: .*archive\.vmx; .*archive\.vmdk"):
        migrate(here, "archive", there)
    with pytest.raises(PoolNotFoundError, match=f"no datastore 'nope'; it has .*{shared.name}"):
        migrate(here, "archive", there, "nope")
    assert (archive.host.name, archive.datastore.name) == ("esx1", "local-storage")
    migrate(here, "archive", here, shared.name)
    assert (archive.host.name, archive.datastore) == ("esx1", shared)
    migrate(here, "archive", there)
    assert archive.host.name == "esx2"


def test_an_open_question_nobody_answers(stack: ExitStack) -> None:
    opener = start(stack)
    here, there = opener(), opener("dc1/esx2.example.com")
    opener.simulator.trouble("archive", "moved")
    domain = lookup_by_name(here, "archive")
    here.session.call(domain.ref, "PowerOnVM_Task", None)
    machine = opener.simulator.site.find_machine("archive")
    with opener.simulator.site.changed:
        assert opener.simulator.site.changed.wait_for(lambda: machine.question is not None, timeout=30)
    with pytest.raises(QuestionError, match="moved or copied"):
        migrate(here, "archive", there)
    assert "ValidateMigration" not in opener.simulator.calls.methods()


def test_warnings_are_told_and_stop_nothing(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opener = start(stack)
    here, there = opener(), opener("dc1/esx2.example.com")
    call = here.session.call

    def warned(managed: Any, method: str, *arguments: Any, **more: Any) -> Any:
        answer = call(managed, method, *arguments, **more)
        if method == "ValidateMigration":
            return [*answer, Data("MigrationWarningEvent", {"fullFormattedMessage": "CPU masks differ"})]
        return answer

    monkeypatch.setattr(here.session, "call", warned)
    with caplog.at_level(logging.WARNING):
        migrate(here, "vm-0001", there)
    assert [record.getMessage() for record in caplog.records] == ["migration: CPU masks differ"]
    assert host_of(opener, "vm-0001") == "esx2"


@pytest.mark.parametrize("fault", ["NotSupported", "NotImplemented"])
def test_a_vcenter_that_cannot_validate(stack: ExitStack, fault: str) -> None:
    opener = start(stack)
    opener.simulator.faults.add(fault=fault, method="ValidateMigration")
    migrate(opener(), "vm-0001", opener("dc1/esx2.example.com"))
    assert host_of(opener, "vm-0001") == "esx2"


def test_a_reader_migrates_nothing(stack: ExitStack) -> None:
    opener = start(stack)
    here = opener(read_only=True)
    with pytest.raises(ReadOnlyError, match="prevents virDomainMigrate"):
        migrate(here, "vm-0001", opener("dc1/esx2.example.com"))


def test_an_account_that_may_not_migrate(stack: ExitStack) -> None:
    opener = start(stack)
    opener.simulator.faults.add(fault="NoPermission", method="MigrateVM_Task")
    with pytest.raises(ServerFault, match="'MigrateVM_Task'"):
        migrate(opener(), "vm-0001", opener("dc1/esx2.example.com"))
    assert host_of(opener, "vm-0001") == "esx1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vpxmigr://1.2.3.4/resgroup-1/host-2", Destination("1.2.3.4", "resgroup-1", ("host-2",))),
        ("VPXMIGR://[::1]:5//a/b/c", Destination("::1", "a", ("b",))),
        ("vpxmigr://x/a", Destination("x", "a", ())),
        ("vpxmigr:", Destination("", "", ())),
    ],
)
def test_a_migration_uri(text: str, expected: Destination) -> None:
    assert migration.parse_destination(text) == expected


@pytest.mark.parametrize("text", ["vpxmigr://a:b/", "vpxmigr://[::1/a/b"])
def test_no_uri(text: str) -> None:
    with pytest.raises(UriSyntaxError, match="Unable to parse URI vpxmigr"):
        migration.parse_destination(text)


# By the hosts themselves, which tell their vCenter's address but no port.


@pytest.fixture(params=PROFILES)
def hosts(request: pytest.FixtureRequest, stack: ExitStack) -> tuple[Opener, list[Connection]]:
    opener = start(stack, request.param)
    if opener.simulator.port != 80:
        missing("the standard ports may not be bound here, and a host knows no port of its vCenter")
    return opener, [opener.open(f"{uri}&vcenter=*".replace("root@", "")) for uri in opener.simulator.host_uris]


def test_a_host_on_its_vcenter(hosts: tuple[Opener, list[Connection]]) -> None:
    opener, (one, two) = hosts
    by_path = opener("dc1/esx2.example.com")
    assert vcenter.find_place(two) == vcenter.find_place(by_path)
    assert migration.prepare(two) == migration.prepare(by_path)
    domain = lookup_by_name(one, "vm-0001")
    row = vcenter.find_machine(one, domain, ("name",))
    assert row.ref == lookup_by_name(opener(), "vm-0001").ref
    assert row.ref != domain.ref
    migrate(one, "vm-0001", two)
    assert host_of(opener, "vm-0001") == "esx2"
    with pytest.raises(DomainNotFoundError, match="The vCenter lists no domain with UUID"):
        migration.perform(one, domain, migration.prepare(two))


def test_a_host_that_the_vcenter_has_by_another_address(hosts: tuple[Opener, list[Connection]]) -> None:
    opener, (one, two) = hosts
    before = vcenter.find_place(two)
    for host in opener.simulator.site.hosts:
        host.address = "192.0.2.1"
    opener.simulator.site.hosts[0].uuid = ""
    assert vcenter.find_place(two) == before
    with pytest.raises(EsxvirtError, match="neither by its address nor by its hardware's UUID"):
        vcenter.find_place(one)


def test_two_of_one_uuid_on_a_host(hosts: tuple[Opener, list[Connection]]) -> None:
    opener, (one, two) = hosts
    site = opener.simulator.site
    twin = site.find_machine("vm-0003")
    assert twin.host.name == "esx1"
    domain = lookup_by_name(one, "vm-0001")
    text = twin.text().replace(_spaced(twin.config.uuid), _spaced(domain.uuid))
    with site.lock:
        twin.rewrite(text)
        site.reindex()
    migration.perform(one, domain, migration.prepare(two))
    assert (host_of(opener, "vm-0001"), host_of(opener, "vm-0003")) == ("esx2", "esx1")


def _spaced(uuid: str) -> str:
    digits = uuid.replace("-", "")
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"
