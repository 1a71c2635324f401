"""The simulator as a thing: its addresses, its life, the program."""

import re
import signal
import socket
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.main import run
from esxvirt.sim.wire.values import Data
from tests.unit.sim.inside import Inside, filter_spec, traversal


def test_the_uri_of_a_host() -> None:
    with Simulator("esx-7.0", "http") as esx:
        assert esx.uri == f"esx://root@127.0.0.1:{esx.port}/?transport=http"
        assert esx.host_uris == [esx.uri]
        assert esx.vcenter_uri is None
        assert (esx.username, esx.password) == ("root", "secret")
        assert esx.thumbprint is None


def test_the_uris_of_a_vcenter() -> None:
    with Simulator("vcenter-7.0", hosts=2) as vcenter:
        parts = urlsplit(vcenter.uri)
        assert unquote(parts.username or "") == vcenter.username == "administrator@vsphere.local"
        assert parts.path == "/dc1/esx1.example.com"
        assert urlsplit(vcenter.vcenter_uri).path == "/"
        assert len(vcenter.host_uris) == 2
        assert {urlsplit(uri).scheme for uri in vcenter.host_uris} == {"esx"}
        addresses = {(server.address, server.port) for server in vcenter._servers}
        assert len(addresses) == 3
        assert [host.management_server for host in vcenter.site.hosts] == [vcenter.host] * 2
        assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", vcenter.thumbprint or "")


def test_an_address_that_is_given_wins() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Simulator("vcenter-7.0", "http", listen=("127.0.0.1", port)) as vcenter:
        assert (vcenter.host, vcenter.port) == ("127.0.0.1", port)
        with pytest.raises(OSError, match=r"\w"), Simulator("esx-7.0", "http", listen=("127.0.0.1", port)):
            pass


def test_two_vcenters_at_once() -> None:
    with Simulator("vcenter-7.0", "http") as one, Simulator("vcenter-7.0", "http") as two:
        assert one.uri != two.uri


def test_its_life() -> None:
    esx = Simulator("esx-7.0", "http")
    with pytest.raises(RuntimeError, match="not running"):
        _ = esx.uri
    esx.start()
    with pytest.raises(RuntimeError, match="running already"):
        esx.start()
    port = esx.port
    esx.stop()
    esx.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with esx:
        assert esx.port


@pytest.mark.parametrize("arguments", [{"transport": "ftp"}, {"latency": -1}, {"hosts": 2}, {"vms": -1}])
def test_arguments_that_cannot_be(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Simulator("esx-7.0", **arguments)  # type: ignore[arg-type]  # that is the point


def test_an_unknown_profile() -> None:
    with pytest.raises(LookupError, match=r"choose one of .*esx-7\.0"):
        Simulator("esx-1.0")


def test_latency() -> None:
    inside = Inside()
    inside.endpoint.latency = 0.02
    inside.endpoint.calls.clear()
    inside.read(inside.machine("web"), "name")
    assert inside.endpoint.calls[0].seconds >= 0.02
    esx = Simulator("esx-7.0", latency=0.5)
    esx.latency = 0.1
    assert [endpoint.latency for endpoint in esx.endpoints] == [0.1]


def test_a_hundred_thousand_machines_can_be_listed() -> None:
    inside = Inside("vcenter-7.0", hosts=4, vms=100_000)
    paths = ("name", "runtime.powerState")
    spec = filter_spec("VirtualMachine", paths, inside.vm_folder, traversal("Folder", "childEntity"), skip=True)
    options = Data("RetrieveOptions", maxObjects=20_000)
    page = inside.collect("RetrievePropertiesEx", spec, options=options)
    count = 0
    while True:
        count += page.xml.count("<objects>")
        token = re.match(r"<token>([^<]+)", page.xml)
        if token is None:
            break
        collector = inside.endpoint.managers["propertyCollector"]
        page = inside.call("ContinueRetrievePropertiesEx", collector, token=token[1])
    assert count == 100_005


def test_the_program() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "esxvirt.sim.main", "--listen", "127.0.0.1:0", "--vms", "2", "--latency", "1ms"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        line = program.stdout.readline()
        assert re.fullmatch(
            r"uri=esx://root@127\.0\.0\.1:\d+/ user=root password=secret thumbprint=([0-9A-F]{2}:){31}[0-9A-F]{2}\n",
            line,
        )
        port = urlsplit(line.split()[0].removeprefix("uri=")).port
        assert port is not None
        socket.create_connection(("127.0.0.1", port)).close()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        assert (program.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--profile", "esx-1.0"], "no profile 'esx-1.0': choose one of"),
        (["--listen", "nonsense"], "is no address: write 127.0.0.1:8443"),
        (["--listen", "127.0.0.1:99999"], "is no address"),
        (["--latency", "soon"], "is no duration: write 5ms"),
        (["--vms", "-1"], "is no count"),
        (["--hosts", "2"], "a host's profile has one"),
        (["--transport", "ftp"], "invalid choice"),
        (["--troubled", "nonsense"], "no such trouble"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_wrong_options(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(arguments)
    assert caught.value.code == 2
    assert text in capsys.readouterr().err


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            assert run(["--listen", f"127.0.0.1:{taken.getsockname()[1]}"]) == 1
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert "cannot listen on 127.0.0.1:" in capsys.readouterr().err


def test_importing_the_package_imports_no_server() -> None:
    code = "import esxvirt.sim, sys; sys.exit('aiohttp' in sys.modules or 'pyVmomi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
