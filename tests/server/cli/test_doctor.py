"""``esxvirsh doctor`` on servers that are well, and on servers with one thing wrong with them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from esxvirt.sim import Simulator
from esxvirt.vsphere.certificates import validity
from tests.client import esxvirsh, write_auth_file

LATER = ("account", "licence", "path", "vCenter", "clock", "datastores", "privileges")


@pytest.fixture(scope="module")
def tls() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="https", vms=2) as running:
        yield running


@pytest.fixture
def auth(tmp_path: Path) -> Path:
    return write_auth_file(tmp_path, "root", "")


class Findings:
    """What one run found, by check."""

    def __init__(self, tmp_path: Path, *arguments: str, username: str = "root", password: str = "x") -> None:
        accounts = write_auth_file(tmp_path, username, password)
        answer = esxvirsh(*arguments, "--json", auth_file=accounts)
        self.code = answer.returncode
        self.errors = answer.stderr
        self.rows = json.loads(answer.stdout)
        assert password not in answer.stdout + answer.stderr or len(password) < 3
        self.states = {row["check"]: row["state"] for row in self.rows}
        self.texts = {row["check"]: row["text"] + " | " + row["mend"] for row in self.rows}

    @property
    def wrong(self) -> list[str]:
        return [name for name, state in self.states.items() if state in {"WRONG", "WARNING"}]


def examine(tmp_path: Path, simulator: Simulator, uri: str, *before: str, username: str = "root") -> Findings:
    return Findings(tmp_path, *before, "doctor", uri, username=username, password=simulator.password)


def pinned(simulator: Simulator, **parameters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"thumbprint": simulator.thumbprint, **parameters}.items())
    return f"{simulator.uri.partition('?')[0]}?{query}"


def test_all_is_well(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, pinned(tls))
    assert (found.code, found.wrong, found.errors) == (0, [], "")
    assert "valid until" in found.texts["certificate"]
    assert "ESXi 7.0.3" in found.texts["product"]
    assert found.states["may change networks"] == "OK"
    assert tls.sessions == []


def test_plain_lines(tls: Simulator, tmp_path: Path) -> None:
    accounts = write_auth_file(tmp_path, "root", "wrong")
    answer = esxvirsh("-c", pinned(tls), "doctor", auth_file=accounts)
    lines = answer.stdout.splitlines()
    assert answer.returncode == 1
    assert lines[0].startswith("URI                      OK       esx://root@127.0.0.1")
    [at] = [number for number, line in enumerate(lines) if line.startswith("account")]
    assert "WRONG" in lines[at]
    assert "to mend: check user name and password" in lines[at + 1]
    assert (
        answer.stderr
        == f"error: 1 of {len([line for line in lines if line[:1].strip()])} checks found something to mend\n"
    )


@pytest.mark.parametrize("profile", ["esx-3.5", "gsx-2.0", "vcenter-2.5", "vcenter-7.0"])
def test_every_product(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, transport="http") as server:
        found = examine(tmp_path, server, server.uri, username=server.username)
        assert found.wrong == ["certificate"], found.texts  # HTTP
        assert "HTTP response code" not in found.texts["licence"]
        assert server.sessions == []


def test_no_uri() -> None:
    answer = esxvirsh("doctor", LIBVIRT_DEFAULT_URI="")
    assert answer.returncode == 1
    assert "name one, such as" in answer.stderr


@pytest.mark.parametrize(
    ("uri", "check", "text"),
    [
        ("nope", "URI", "does not include a driver name"),
        ("esx://", "URI", ""),
        ("qemu:///system", "URI", "no connection driver available for qemu:///system | begin it with esx://"),
        ("esx://h/?foo=1&transport=x", "URI", "transport"),
        ("esx://host.invalid/", "name", "check its spelling"),
        ("esx://127.0.0.1:1/", "connection", "check the address and the port"),
        ("esx://127.0.0.1/?proxy=socks5://127.0.0.1:1", "connection", "check proxy= in the URI"),
    ],
)
def test_what_keeps_from_the_server(tmp_path: Path, uri: str, check: str, text: str) -> None:
    found = Findings(tmp_path, "doctor", uri)
    assert (found.code, found.wrong) == (1, [check])
    assert text in found.texts[check]
    assert all(found.states[name] == "skipped" for name in LATER)


def test_a_password_in_the_uri_is_not_shown(tmp_path: Path) -> None:
    found = Findings(tmp_path, "doctor", "esx://root:s3cr3t@host.invalid/")
    assert "s3cr3t" not in json.dumps(found.rows) + found.errors


def test_an_unknown_certificate_is_told_with_its_thumbprint(tls: Simulator, tmp_path: Path) -> None:
    tls.calls.clear()
    found = examine(tmp_path, tls, tls.uri)
    assert found.wrong == ["certificate"]
    assert f"thumbprint={tls.thumbprint}" in found.texts["certificate"]
    assert found.states["product"] == "OK"
    assert all(found.states[name] == "skipped" for name in LATER)
    assert {call.method for call in tls.calls} == {"RetrieveServiceContent"}  # no password went out


def test_another_certificate_than_the_pinned_one(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, f"{tls.uri}?thumbprint={':'.join(['AB'] * 32)}")
    assert found.wrong == ["certificate"]
    assert "if the server's certificate was replaced" in found.texts["certificate"]


def test_a_ca_file_that_is_none(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, f"{tls.uri}?cacert=/nope.pem")
    assert found.wrong == ["certificate"]
    assert "name a file of PEM certificates" in found.texts["certificate"]


def test_an_unchecked_certificate_is_a_warning(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, f"{tls.uri}?no_verify=1")
    assert (found.code, found.wrong) == (1, ["certificate"])
    assert found.states["certificate"] == "WARNING"
    assert tls.thumbprint in found.texts["certificate"]


def test_http_where_https_is_spoken(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, f"{tls.uri}?transport=http")
    assert found.states["product"] == "WRONG"


def test_https_where_http_is_spoken(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        found = examine(tmp_path, server, server.uri.partition("?")[0])
    assert found.states["certificate"] == "WRONG"
    assert "transport=http" in found.texts["certificate"]


def test_another_product(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, pinned(tls).replace("esx://", "gsx://"))
    assert found.wrong == ["product"]
    assert "esx://..." in found.texts["product"]


def test_a_free_licence(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="https", license="free") as server:
        found = examine(tmp_path, server, pinned(server))
    assert found.wrong == ["licence"]
    assert "work with -r" in found.texts["licence"]


@pytest.mark.parametrize(("path", "text"), [("nope", "Could not find datacenter"), ("dc1/nope", "Could not find")])
def test_a_path_that_leads_nowhere(tmp_path: Path, path: str, text: str) -> None:
    with Simulator("vcenter-7.0", transport="https") as server:
        assert server.vcenter_uri is not None
        root = server.vcenter_uri.partition("?")[0].rstrip("/")
        found = examine(tmp_path, server, f"{root}/{path}?thumbprint={server.thumbprint}", username=server.username)
    assert found.wrong == ["path"]
    assert text in found.texts["path"]
    assert found.states["clock"] == "OK"


def test_a_vcenter_that_manages_nothing(tls: Simulator, tmp_path: Path) -> None:
    found = examine(tmp_path, tls, pinned(tls, vcenter="*"))
    assert found.wrong == ["vCenter"]
    assert "leave out vcenter=" in found.texts["vCenter"]


def test_a_clock_that_is_wrong(tls: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from esxvirt.sim.objects.managers import service_instance  # noqa: PLC0415  only here it is changed

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            del tz
            return datetime.now(UTC) - timedelta(hours=2)

    monkeypatch.setattr(service_instance, "datetime", Late)
    found = examine(tmp_path, tls, pinned(tls))
    assert found.wrong == ["clock"]
    assert "behind this machine's" in found.texts["clock"]


def test_a_datastore_that_is_lost(tmp_path: Path) -> None:
    with Simulator("esx-7.0", transport="https") as server:
        server.site.datastores[0].accessible = False
        found = examine(tmp_path, server, pinned(server))
    assert found.wrong == ["datastores"]
    assert "not accessible: 'local-storage'" in found.texts["datastores"]


def test_what_a_read_only_account_lacks(tls: Simulator, tmp_path: Path) -> None:
    uri = pinned(tls).replace("root@", "readonly@")
    found = examine(tmp_path, tls, uri, username="readonly")
    assert found.states["may list and look"] == "OK"
    assert found.states["may start and stop"] == "WRONG"
    assert "lacks VirtualMachine.Interact.PowerOn, VirtualMachine" in found.texts["may start and stop"]
    assert "Host.Config.Network on 'esx1.example.com'" in found.texts["may change networks"]
    found = examine(tmp_path, tls, uri, "-r", username="readonly")
    assert found.wrong == ["may read VMX files"]  # what only changes need is not asked for
    assert tls.sessions == []


def test_what_defining_takes_beside_the_machines(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", transport="https") as server:
        server.add_role("definer", {"System.Read", "VirtualMachine.Inventory.Register", "Datastore.FileManagement",
                                    "VirtualMachine.Inventory.Unregister"})  # fmt: skip
        server.add_account("dora", "definer")
        uri = pinned(server).replace("administrator%40vsphere.local@", "dora@")
        found = examine(tmp_path, server, uri, username="dora")
    assert "lacks Resource.AssignVMToPool on 'Resources'" in found.texts["may define and undefine"]
    assert "Datastore" not in found.texts["may define and undefine"]


def test_until_when_a_certificate_is_valid() -> None:
    for ends in (datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2061, 5, 6, 7, 8, 9, tzinfo=UTC)):
        made = trustme.CA().issue_cert("host.example.com", not_after=ends).cert_chain_pems[0].bytes()
        import ssl  # noqa: PLC0415  only here

        begins, found = validity(ssl.PEM_cert_to_DER_cert(made.decode()))
        assert found == ends
        assert begins is not None
        assert begins < datetime.now(UTC)
    for broken in (b"", b"\x30", b"\x30\x82\xff\xff", made[:50]):
        assert validity(broken) == (None, None)
