"""What the manual says of products, URIs and parameters."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.profiles import PROFILES
from tests.manual.beside import Client, alike, esxvirsh, on_each, require_standard_ports, virsh
from tests.proxy.proxies import KINDS, running_proxy
from tests.reference import harness


@pytest.fixture(scope="module")
def esx() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def secure() -> Iterator[Simulator]:
    with Simulator("esx-7.0") as simulator:
        yield simulator


def unused(scheme: str, query: str = "") -> str:
    """A URI to an address of this machine where nobody listens."""
    return f"{scheme}://127.213.77.1/{query}"


class TestProducts:
    """VMware ESX hypervisor driver"""

    @pytest.mark.parametrize("profile", PROFILES)
    def test_esx_gsx_and_vcenter_are_managed(self, profile: str) -> None:
        def act(client: Client) -> list[object]:
            version = client("version").stdout.splitlines()[-2]
            rest = ["list --all", "hostname", "dominfo Fedora11", "domblklist web", "net-list", "pool-list", "nodeinfo"]
            return [version, *(client(*line.split()) for line in rest)]

        with Simulator(profile, transport="http") as simulator:
            version, *answers = alike(simulator, act)
        assert re.fullmatch(r"Running hypervisor: ESX [\d.]+", str(version))
        assert all(isinstance(answer, harness.Answer) and answer.code == 0 for answer in answers)


class TestPrerequisites:
    """Deployment pre-requisites"""

    def test_neither_a_daemon_nor_a_program_is_needed_here(self, esx: Simulator, tmp_path: Path) -> None:
        client = Client(lambda line, stdin, **more: harness.run(harness.OURS, line, stdin, **more), esx, tmp_path)
        assert client("list", "--all", PATH="", LIBVIRT_DEFAULT_URI="").code == 0

    def test_vi_api_2_5_is_enough(self) -> None:
        def act(client: Client) -> list[harness.Answer]:
            lines = [
                "domstate web",
                "schedinfo web",
                "vol-list local-storage",
                "snapshot-list archive",
                "start archive",
            ]
            return [client(*line.split()) for line in [*lines, "list", "destroy archive"]]

        answers = on_each(lambda: Simulator("esx-3.5", transport="http"), act)
        assert [answer.code for answer in answers] == [0] * 7


class TestConnections:
    """Connections to the VMware ESX driver"""

    @pytest.mark.parametrize(
        ("profile", "transport", "form"),
        [
            ("vcenter-5.0", "https", "vpx://{0}/dc1/srv1?no_verify=1"),
            ("esx-5.0", "https", "esx://{0}/?no_verify=1"),
            ("gsx-2.0", "https", "gsx://{0}/?no_verify=1"),
            ("esx-5.0", "http", "esx://{0}/?transport=http"),
        ],
    )
    def test_the_examples_of_uris(self, profile: str, transport: str, form: str) -> None:
        tree = ["dc1/srv1"] if profile.startswith("vcenter") else []
        with Simulator(profile, transport=transport, tree=tree) as simulator:
            uri = form.format(f"{simulator.host}:{simulator.port}")
            answer = alike(simulator, lambda client: [client("uri", uri=uri), client("list", "--all", uri=uri)])
        assert answer[0].stdout == f"{form.format('SERVER')}\n\n"
        assert "Fedora11" in answer[1].stdout

    @pytest.mark.parametrize("transport", ["tcp", "tls", "ssh"])
    def test_remote_transports_do_not_work(self, transport: str) -> None:
        line = ["-c", f"esx+{transport}://127.213.77.1/", "list"]
        ours = esxvirsh(line)
        assert virsh(line).code != 0  # without an ssh a signal ends it
        assert ours.code == 1
        assert f"asks for libvirtd's remote transport '{transport}'" in ours.stderr


class TestUriFormat:
    """URI Format"""

    def test_a_user_name_may_be_left_out(self, esx: Simulator) -> None:
        without = esx.uri.replace("root@", "")
        assert alike(esx, lambda client: client("list", uri=without)).code == 0
        assert alike(esx, lambda client: client("list", uri=esx.uri)).code == 0

    def test_there_are_three_types(self) -> None:
        for program in (virsh, esxvirsh):
            for scheme, path in (("esx", ""), ("gsx", ""), ("vpx", "dc1/srv1")):
                assert "127.213.77.1" in program(["-c", unused(scheme, path), "list"], "root\nsecret\n").stderr
            assert "127.213.77.1 port" not in program(["-c", unused("vmx"), "list"]).stderr

    @pytest.mark.parametrize(
        ("scheme", "query", "port"),
        [
            ("esx", "", 443),
            ("vpx", "dc1/srv1", 443),
            ("gsx", "", 8333),
            ("esx", "?transport=http", 80),
            ("vpx", "dc1/srv1?transport=http", 80),
            ("gsx", "?transport=http", 8222),
        ],
    )
    def test_the_default_port_depends_on_type_and_transport(self, scheme: str, query: str, port: int) -> None:
        line = ["-c", unused(scheme, query), "list"]
        stdin = "root\nsecret\n"
        assert f"127.213.77.1 port {port} " in virsh(line, stdin).stderr
        assert f"127.213.77.1:{port}" in esxvirsh(line, stdin).stderr

    def test_a_port_that_is_given_counts(self) -> None:
        line = ["-c", "gsx://127.213.77.1:4711/", "list"]
        assert "127.213.77.1 port 4711 " in virsh(line, "root\nsecret\n").stderr
        assert "127.213.77.1:4711" in esxvirsh(line, "root\nsecret\n").stderr

    @pytest.mark.parametrize(
        "place", ["dc1/srv1", "dc1/cluster1+/srv1", "folder1/dc1:/folder2/srv1", "f/g/dc1:/h/c+/srv1"]
    )
    def test_a_path_leads_to_one_host(self, place: str) -> None:
        other = place.replace("srv1", "srv2")
        with Simulator("vcenter-7.0", transport="http", tree=[place, other], vms=4) as simulator:
            path = place.replace("+", "").replace(":", "")
            uri = f"vpx://{simulator.host}:{simulator.port}/{path}?transport=http"
            names = alike(simulator, lambda client: client("list", "--all", "--name", uri=uri)).stdout.split()
            here = {machine.name for machine in simulator.site.machines.values() if machine.host.name == "srv1"}
            assert set(names) == here
            assert len(here) < len(simulator.site.machines)

    @pytest.mark.parametrize(("place", "path"), [("dc1/cluster1+/srv1", "dc1/srv1"), ("folder1/dc1:/srv1", "dc1/srv1")])
    def test_clusters_and_folders_are_not_left_out(self, place: str, path: str) -> None:
        with Simulator("vcenter-7.0", transport="http", tree=[place]) as simulator:
            uri = f"vpx://{simulator.host}:{simulator.port}/{path}?transport=http"
            assert alike(simulator, lambda client: client("list", uri=uri).code) == 1

    def test_a_vcenter_is_no_longer_restricted_to_one_host(self, tmp_path: Path) -> None:
        with Simulator("vcenter-7.0", transport="http", hosts=2, vms=4) as simulator:
            names = Client(esxvirsh, simulator, tmp_path)("list", "--all", "--name", uri=simulator.vcenter_uri)
            assert sorted(names.stdout.split()) == sorted(machine.name for machine in simulator.site.machines.values())


class TestParameters:
    """Extra parameters"""

    def test_parameters_are_pairs_with_ampersands_between_them(self, secure: Simulator) -> None:
        answer = alike(secure, lambda client: client("list", uri=f"{secure.uri}?no_verify=1&auto_answer=1"))
        assert answer.code == 0

    @pytest.mark.parametrize("transport", ["http", "https"])
    def test_transport(self, transport: str, esx: Simulator, secure: Simulator) -> None:
        def act(client: Client) -> int:
            address = f"{client.simulator.host}:{client.simulator.port}"
            return client("list", uri=f"esx://root@{address}/?no_verify=1&transport={transport}").code

        assert alike(esx, act) == (transport != "http")
        assert alike(secure, act) == (transport != "https")

    @pytest.mark.parametrize("vcenter", ["*", "{0}"])
    def test_vcenter_is_an_address_or_the_one_that_the_host_knows(self, vcenter: str) -> None:
        with Simulator("vcenter-7.0", transport="http", hosts=2) as simulator:
            require_standard_ports(simulator)
            uri = f"{simulator.host_uris[0].replace('root@', '')}&vcenter={vcenter.format(simulator.host)}"
            assert alike(simulator, lambda client: client("list", "--all", uri=uri)).code == 0
            assert {call.endpoint for call in simulator.calls} == {"vcenter", "esx1"}

    @pytest.mark.parametrize(("query", "code"), [("", 1), ("?no_verify=0", 1), ("?no_verify=1", 0)])
    def test_no_verify_is_0_unless_it_is_1(self, query: str, code: int, secure: Simulator) -> None:
        assert alike(secure, lambda client: client("list", uri=f"{secure.uri}{query}").code) == code

    @pytest.mark.parametrize("given", ["http://", "", "socks://", "socks4://", "socks4a://", "socks5://"])
    def test_proxy(self, given: str, esx: Simulator, tmp_path: Path) -> None:
        kind = {"": "http", "socks": "socks5"}.get(given.removesuffix("://"), given.removesuffix("://"))
        assert kind in KINDS
        with running_proxy(kind) as proxy:
            uri = f"{esx.uri}&proxy={given}127.0.0.1:{proxy.port}"
            before = 0
            for program in (virsh, esxvirsh):
                assert Client(program, esx, tmp_path)("list", uri=uri).code == 0
                assert len(proxy.requests()) > before
                before = len(proxy.requests())
            assert all(str(esx.port) in request for request in proxy.requests())

    def test_a_proxys_port_is_1080(self, esx: Simulator) -> None:
        line = ["-c", f"{esx.uri}&proxy=127.213.77.1", "list"]
        assert "127.213.77.1 port 1080 " in virsh(line, "secret\n").stderr
        assert "127.213.77.1:1080" in esxvirsh(line, "secret\n").stderr

    def test_other_types_of_proxies_are_refused(self, esx: Simulator) -> None:
        answer = esxvirsh(["-c", f"{esx.uri}&proxy=ftp://127.0.0.1", "list"])
        assert answer.code == 1
        assert "Query parameter 'proxy' contains unexpected type 'ftp'" in answer.stderr


class TestConnectionProblems:
    """Connection problems"""

    @pytest.mark.parametrize("transport", ["tcp", "tls", "ssh"])
    def test_the_error_says_which_uri_would_do(self, transport: str) -> None:
        answer = esxvirsh(["-c", f"esx+{transport}://example.com/", "list"])
        assert answer.stderr.endswith("use 'esx://example.com/' instead\n")

    def test_no_libvirt_is_loaded(self) -> None:
        code = "import sys; from esxvirt.cli import main; import esxvirt.libvirt; print('libvirtmod' in sys.modules)"
        assert harness.run([sys.executable, "-c", code], []).stdout == "False\n"
