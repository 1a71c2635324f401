"""What the manual says of logging in and of certificates."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from tests.manual.beside import Client, alike, esxvirsh, require_standard_ports, virsh
from tests.proxy.proxies import running_proxy
from tests.reference import harness
from tests.tools import NEWEST, require

# Opens connections with a callback that knows answers by credential type, and tells what it was asked and the outcome.
OPEN = """
import json, sys
LIBRARY
libvirt.registerErrorHandler(lambda context, error: None, None)
uri, how, types, known = json.loads(sys.argv[1])
asked = []
def callback(wanted, opaque):
    for item in wanted:
        asked.append(item[:4])
        item[4] = known.get(f"{item[0]} {item[2]}", known.get(str(item[0])))
    return 0
try:
    if how == "openAuth":
        connection = libvirt.openAuth(uri, [types, callback, None], 0)
    else:
        connection = getattr(libvirt, how)(uri)
    print(json.dumps([asked, connection.getHostname(), len(connection.listAllDomains(0))]))
except libvirt.libvirtError as error:
    print(json.dumps([asked, str(error), error.get_error_code()]))
"""
AUTHNAME, PASSPHRASE, NOECHOPROMPT = 2, 5, 7


def opened(uri: str, how: str, types: list[int], known: dict[str, str]) -> list[Any]:
    """What both libraries tell."""
    found = []
    arguments = json.dumps([uri, how, types, known])
    libraries = {
        require(f"libvirt-python-{NEWEST}"): "import libvirt",
        sys.executable: "import esxvirt.libvirt as libvirt",
    }
    for python, library in libraries.items():
        answer = harness.run([python, "-c", OPEN.replace("LIBRARY", library), arguments], [])
        assert answer.code == 0, answer
        found.append(json.loads(answer.stdout))
    assert found[1] == found[0], found
    result: list[Any] = found[1]
    return result


@pytest.fixture(scope="module", params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Simulator]:
    with Simulator("vcenter-7.0", transport="http", hosts=2) as simulator:
        require_standard_ports(simulator)
        for endpoint in simulator.endpoints:
            endpoint.access.add_account("ann", "ReadOnly", simulator.password)
        yield simulator


@pytest.fixture(scope="module")
def secure() -> Iterator[Simulator]:
    with Simulator("esx-7.0") as simulator:
        yield simulator


class TestAuthentication:
    """Authentication"""

    @pytest.mark.parametrize("how", ["open", "openReadOnly"])
    def test_only_open_auth_logs_in(self, how: str, server: Simulator) -> None:
        asked, error, code = opened(server.uri, how, [], {})
        assert (asked, code) == ([], 8)
        assert "Missing authentication credentials" in error

    def test_open_auth_asks_the_callback(self, server: Simulator) -> None:
        uri = server.uri.replace("administrator%40vsphere.local@", "").replace("root@", "")
        known = {str(AUTHNAME): server.username, str(NOECHOPROMPT): server.password}
        asked, hostname, machines = opened(uri, "openAuth", [AUTHNAME, NOECHOPROMPT], known)
        assert [kind for kind, *_ in asked] == [AUTHNAME, NOECHOPROMPT]
        assert hostname
        assert machines == 5

    def test_the_challenge_is_the_host(self, server: Simulator) -> None:
        uri = server.uri.replace("administrator%40vsphere.local@", "").replace("root@", "")
        known = {str(AUTHNAME): server.username, str(PASSPHRASE): server.password}
        asked, *_ = opened(uri, "openAuth", [AUTHNAME, PASSPHRASE], known)
        # A password's challenge is empty in libvirt 11.3.0; its prompt has the host.
        assert [challenge for _, _, challenge, _ in asked] == [server.host, None]
        assert all(f" for {server.host}" in prompt for _, prompt, *_ in asked)

    @pytest.mark.parametrize("value", ["*", "{0}"])
    def test_the_challenge_tells_an_esx_server_from_its_vcenter(self, value: str, vcenter: Simulator) -> None:
        host = vcenter.site.hosts[0].address
        known = {
            f"{AUTHNAME} {host}": "root",
            f"{AUTHNAME} {vcenter.host}": vcenter.username,
            str(PASSPHRASE): vcenter.password,
        }
        uri = f"esx://{host}/?transport=http&vcenter={value.format(vcenter.host)}"
        asked, *_ = opened(uri, "openAuth", [AUTHNAME, PASSPHRASE], known)
        assert [challenge for _, _, challenge, _ in asked] == [host, None, vcenter.host, None]
        assert [prompt.split()[-1] for _, prompt, *_ in asked[1::2]] == [host, vcenter.host]

    @pytest.mark.parametrize("types", [[PASSPHRASE], [AUTHNAME, PASSPHRASE], [NOECHOPROMPT]])
    def test_the_uris_user_is_the_vcenters_too(self, types: list[int], vcenter: Simulator) -> None:
        uri = f"esx://ann@{vcenter.site.hosts[0].address}/?transport=http&vcenter=*"
        asked, *_ = opened(uri, "openAuth", types, {str(types[-1]): vcenter.password})
        assert [(kind, prompt.partition("'")[0]) for kind, prompt, *_ in asked] == [(types[-1], "Enter ann")] * 2

    def test_an_auth_file_has_the_vcenter_by_its_address(self, vcenter: Simulator) -> None:
        uri = f"{vcenter.host_uris[0].replace('root@', '')}&vcenter=*"
        assert alike(vcenter, lambda client: client("list", uri=uri)).code == 0

    @pytest.mark.parametrize("account", ["vmuser", "readonly"])
    def test_restricted_accounts(self, account: str, server: Simulator) -> None:
        uri = server.uri.replace("administrator%40vsphere.local@", f"{account}@").replace("root@", f"{account}@")

        def act(client: Client) -> Any:
            client.log_in_as(account)
            listed, refused = client("list", "--all", uri=uri), client("undefine", "archive", uri=uri)
            return listed, refused.code, "Permission to perform this operation was denied" in refused.stderr

        listed, *refused = alike(server, act)
        assert "archive" in listed.stdout
        assert refused == [1, True]


class TestCertificates:
    """Certificates for HTTPS"""

    def test_https_is_the_default(self, secure: Simulator) -> None:
        assert alike(secure, lambda client: client("list", uri=f"{secure.uri}?no_verify=1")).code == 0
        with Simulator("esx-7.0", transport="http") as plain:
            assert (
                alike(plain, lambda client: client("list", uri=f"{plain.uri.partition('?')[0]}?no_verify=1").code) == 1
            )

    def test_an_unknown_certificate_is_an_error_that_says_so(self, secure: Simulator, tmp_path: Path) -> None:
        assert alike(secure, lambda client: client("list").code) == 1
        assert "certificate" in Client(virsh, secure, tmp_path)("list").stderr
        ours = Client(esxvirsh, secure, tmp_path)("list").stderr
        assert "cannot be verified" in ours
        assert f"thumbprint={secure.thumbprint}" in ours
        assert secure.sessions == []

    def test_no_verify_accepts_it(self, secure: Simulator) -> None:
        assert alike(secure, lambda client: client("list", uri=f"{secure.uri}?no_verify=1")).code == 0

    @pytest.mark.parametrize("known", ["of this machine", "by the URI"])
    def test_one_of_a_known_ca_is_accepted(self, known: str, secure: Simulator, tmp_path: Path) -> None:
        # What the real virsh trusts is the machine's to say, and stays as it is.
        client = Client(esxvirsh, secure, tmp_path)
        if known == "by the URI":
            assert client("list", uri=f"{secure.uri}?cacert={secure.cacert}").code == 0
        else:
            assert client("list", SSL_CERT_FILE=str(secure.cacert)).code == 0

    def test_it_is_for_names_too(self, tmp_path: Path) -> None:
        with Simulator("esx-7.0", names=["esx.lab.example"]) as simulator, ExitStack() as stack:
            names = {"esx.lab.example": simulator.host, "other.lab.example": simulator.host}
            proxy = stack.enter_context(running_proxy("http", names))
            client = Client(esxvirsh, simulator, tmp_path)
            form = f"esx://root@{{}}:{simulator.port}/?cacert={simulator.cacert}&proxy={proxy.parameter}"
            assert client("list", uri=form.format("esx.lab.example")).code == 0
            refused = client("list", uri=form.format("other.lab.example"))
            assert refused.code == 1
            assert "other.lab.example" in refused.stderr
