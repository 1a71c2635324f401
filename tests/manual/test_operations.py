"""What the manual says of migration, the scheduler and VMware Tools."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from esxvirt.sim import Simulator
from tests.manual.beside import Answer, Client, alike, on_each, require_standard_ports

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")
VCENTERS = ("vcenter-2.5", "vcenter-5.0", "vcenter-7.0")


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as simulator:
        yield simulator


@contextmanager
def two_hosts(profile: str) -> Iterator[Simulator]:
    """A vCenter of two hosts, which have a datastore together."""
    with Simulator(profile, transport="http", hosts=2, vms=2, shared=True) as simulator:
        require_standard_ports(simulator)
        yield simulator


def of_hosts(simulator: Simulator, query: str) -> list[str]:
    """The URIs of the hosts themselves."""
    return [f"{uri.replace('root@', '')}{query}" for uri in simulator.host_uris]


class TestMigration:
    """Migration"""

    def test_it_cannot_be_initiated_on_an_esx_server_alone(self) -> None:
        def act(client: Client) -> Answer:
            here, there = of_hosts(client.simulator, "")
            return client("migrate", "vm-0001", there, uri=here)

        answer = on_each(lambda: two_hosts("vcenter-7.0"), act)
        assert answer.code == 1
        assert "not supported by the connection driver" in answer.stderr

    @pytest.mark.parametrize("profile", VCENTERS)
    @pytest.mark.parametrize("value", ["*", "{0}"])
    def test_by_the_hosts_with_their_vcenter(self, profile: str, value: str) -> None:
        def act(client: Client) -> Any:
            here, there = of_hosts(client.simulator, f"&vcenter={value.format(client.simulator.host)}")
            answer = client("migrate", "vm-0001", there, uri=here)
            return answer, client.simulator.site.find_machine("vm-0001").host.name

        assert on_each(lambda: two_hosts(profile), act) == (Answer("\n", "", 0), "esx2")

    @pytest.mark.parametrize("profile", VCENTERS)
    def test_by_the_vcenter(self, profile: str) -> None:
        def act(client: Client) -> Any:
            there = client.simulator.uri.replace("/esx1.", "/esx2.")
            answer = client("migrate", "vm-0001", there)
            return answer, client.simulator.site.find_machine("vm-0001").host.name

        assert on_each(lambda: two_hosts(profile), act) == (Answer("\n", "", 0), "esx2")

    def test_a_host_without_a_vcenter(self) -> None:
        with Simulator("esx-7.0", transport="http") as simulator:
            answer = alike(simulator, lambda client: client("list", uri=f"{simulator.uri}&vcenter=*"))
        assert "This host is not managed by a vCenter" in answer.stderr

    def test_another_vcenter_than_the_hosts(self) -> None:
        with two_hosts("vcenter-7.0") as simulator:
            uri = of_hosts(simulator, "&vcenter=127.0.0.1")[0]
            answer = alike(simulator, lambda client: client("list", uri=uri))
        assert "a mismatching vCenter '127.0.0.1'" in answer.stderr


def schedule(profile: str, *parameters: str, name: str = "web") -> list[Answer]:
    """Set the parameters one after the other, and tell what they are then."""

    def act(client: Client) -> list[Answer]:
        done = [client("schedinfo", name, *line.split()) for line in parameters]
        return [*done, client("schedinfo", name)]

    return on_each(lambda: Simulator(profile, transport="http"), act)


def values(answer: Answer) -> dict[str, str]:
    """The parameters that are told."""
    return {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in answer.stdout.splitlines())
    }


@pytest.mark.parametrize("profile", PROFILES)
class TestScheduler:
    """Scheduler configuration"""

    def test_there_are_three_parameters(self, profile: str) -> None:
        assert values(schedule(profile)[-1]) | {"": ""} == {
            "Scheduler": "allocation", "reservation": "0", "limit": "-1", "shares": "-2", "": "",
        }  # fmt: skip

    def test_reservation(self, profile: str) -> None:
        *done, told = schedule(profile, "reservation=500", "reservation=0", "reservation=300")
        assert [answer.code for answer in done] == [0, 0, 0]
        assert values(told)["reservation"] == "300"

    def test_a_negative_reservation(self, profile: str) -> None:
        refused, told = schedule(profile, "reservation=-1")
        assert (refused.code, values(told)["reservation"]) == (1, "0")

    def test_limit(self, profile: str) -> None:
        *done, told = schedule(profile, "limit=1000", "limit=-1")
        assert [values(answer)["limit"] for answer in [*done, told]] == ["1000", "-1", "-1"]

    @pytest.mark.parametrize("limit", ["400", "-2"])
    def test_a_limit_below_the_reservation(self, limit: str, profile: str) -> None:
        _, refused, told = schedule(profile, "reservation=500", f"limit={limit}")
        assert (refused.code, values(told)["limit"]) == (1, "-1")

    def test_shares(self, profile: str) -> None:
        *done, told = schedule(profile, "shares=0", "shares=1500")
        assert [values(answer)["shares"] for answer in [*done, told]] == ["0", "1500", "1500"]

    @pytest.mark.parametrize("level", ["-1", "-2", "-3"])
    def test_levels_of_shares(self, level: str, profile: str) -> None:
        *_, told = schedule(profile, f"shares={level}")
        assert values(told)["shares"] == level

    def test_other_levels(self, profile: str) -> None:
        refused, _ = schedule(profile, "shares=-4")
        assert refused.code == 1


@pytest.mark.parametrize("profile", PROFILES)
class TestTools:
    """VMware tools"""

    def test_without_them_the_servers_error_is_reported(self, profile: str) -> None:
        def act(client: Client) -> list[Answer]:
            client.simulator.trouble("web", "notools")
            return [client(command, "web") for command in ("shutdown", "reboot")]

        for answer in on_each(lambda: Simulator(profile, transport="http"), act):
            assert answer.code == 1
            assert "Tools" in answer.stderr

    def test_with_them(self, profile: str) -> None:
        def act(client: Client) -> list[Answer]:
            return [client(*line.split()) for line in ("domhostname web", "domifaddr web --source agent", "reboot web")]

        answers = on_each(lambda: Simulator(profile, transport="http"), act)
        assert [answer.code for answer in answers] == [0, 0, 0]

    @pytest.mark.parametrize("line", ["domhostname web", "domifaddr web --source agent"])
    def test_what_the_guest_tells_is_not_there_without_them(self, line: str, profile: str) -> None:
        def act(client: Client) -> Any:
            client.simulator.trouble("web", "notools")
            answer = client(*line.split())
            return answer.stdout, answer.code

        assert on_each(lambda: Simulator(profile, transport="http"), act)[1] == 1
