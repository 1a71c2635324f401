"""What the server does with HTTP: files, strange requests, faults at the socket."""

import base64
import http.client
import socket
import ssl
import threading
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esxvirt.sim import Simulator
from esxvirt.sim.http.versions import service_versions
from esxvirt.sim.objects.managers.service_instance import ServiceInstance
from esxvirt.sim.profiles import PROFILES

_ROOT = {"Authorization": "Basic " + base64.b64encode(b"root:secret").decode()}
_VMX = "/folder/Fedora11/Fedora11.vmx?dcPath=ha-datacenter&dsName=local-storage"
_CALL = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><{0} xmlns="urn:vim25">'
    '<_this type="{1}">{2}</_this>{3}</{0}></e:Body></e:Envelope>'
)
_CONTENT = _CALL.format("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "")


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def request(
    simulator: Simulator, method: str, path: str, body: bytes | str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    connection = http.client.HTTPConnection(simulator.host, simulator.port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def shown_to(simulator: Simulator, name: str, port: int | None = None) -> dict[str, Any]:
    """The certificate, as a client that wants this name and trusts the simulator's authority takes it."""
    context = ssl.create_default_context(cafile=simulator.cacert)
    with (
        socket.create_connection((simulator.host, port or simulator.port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.getpeercert() or {}


def test_the_certificate_is_for_names_and_addresses() -> None:
    with Simulator("esx-7.0", names=["esx.lab.example", "192.0.2.7"]) as simulator:
        for name in ("esx.lab.example", "192.0.2.7", "esx1.example.com", simulator.host, "localhost"):
            certificate = shown_to(simulator, name)
        assert certificate["subject"][-1] == (("commonName", "esx.lab.example"),)
        with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for 'other\.example'"):
            shown_to(simulator, "other.example")


def test_the_certificate_of_a_vcenter_is_for_its_hosts_too() -> None:
    # A name that no certificate can have is left out.
    with Simulator("vcenter-7.0", tree=["dc1/esx7.lab.example", "dc1/host 8"]) as simulator:
        names = {value for _, value in shown_to(simulator, "vcenter.example.com")["subjectAltName"]}
        assert {host.address for host in simulator.site.hosts} <= names
        assert simulator.site.hosts[0].full_name in names
        assert not any(" " in name for name in names)


@pytest.mark.parametrize("name", ["", "a b", "a..b", "-a", "x" * 65, "http://a"])
def test_a_certificate_cannot_be_for_that(name: str) -> None:
    with pytest.raises(ValueError, match="neither a host's name nor an address"):
        Simulator("esx-7.0", names=[name])


def test_a_file(esx: Simulator) -> None:
    answer = request(esx, "GET", _VMX, headers=_ROOT)
    assert answer.status == 200
    assert answer.body.startswith(b"#!/usr/bin/vmware\n")
    head = request(esx, "HEAD", _VMX, headers=_ROOT)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(answer.body))
    part = request(esx, "GET", _VMX, headers={**_ROOT, "Range": "bytes=2-5"})
    assert (part.status, part.body) == (206, answer.body[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(answer.body)}"
    assert request(esx, "GET", _VMX, headers={**_ROOT, "Range": "bytes=-4"}).body == answer.body[-4:]
    assert request(esx, "GET", _VMX, headers={**_ROOT, "Range": f"bytes={len(answer.body)}-"}).status == 416
    assert request(esx, "GET", _VMX, headers={**_ROOT, "Range": "lines=1-2"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"root:wrong").decode()},
        {"Authorization": "Bearer root"},
        {"Cookie": "vmware_soap_session=nonsense"},
    ],
)
def test_who_may_read_files(esx: Simulator, headers: dict[str, str]) -> None:
    answer = request(esx, "GET", _VMX, headers=headers)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_session_reads_files(esx: Simulator) -> None:
    login = _CALL.format(
        "Login", "SessionManager", "ha-sessionmgr", "<userName>root</userName><password>secret</password>"
    )
    answer = request(esx, "POST", "/sdk", login)
    assert answer.status == 200
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith('vmware_soap_session="')
    assert request(esx, "GET", _VMX, headers={"Cookie": cookie}).status == 200
    esx.expire_sessions()
    assert request(esx, "GET", _VMX, headers={"Cookie": cookie}).status == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/folder/nobody/nobody.vmx?dcPath=ha-datacenter&dsName=local-storage", 404),
        ("/folder/Fedora11/Fedora11.vmx?dcPath=ha-datacenter&dsName=nobody", 404),
        ("/folder/Fedora11/Fedora11.vmx", 404),
        ("/folder/%2e%2e/etc/passwd?dcPath=ha-datacenter&dsName=local-storage", 400),
        ("/folder/..%2f..%2fetc%2fpasswd?dcPath=ha-datacenter&dsName=local-storage", 400),
        ("/folder/a%00b?dcPath=ha-datacenter&dsName=local-storage", 400),
        ("/folder?dcPath=ha-datacenter&dsName=local-storage", 200),
        ("/folder/Fedora11/?dcPath=ha-datacenter&dsName=local-storage", 200),
        ("/nonsense", 404),
        ("/sdk", 405),
    ],
)
def test_paths(esx: Simulator, path: str, status: int) -> None:
    assert request(esx, "GET", path, headers=_ROOT).status == status


def test_writing_and_deleting(esx: Simulator) -> None:
    path = "/folder/iso/new.bin?dcPath=ha-datacenter&dsName=local-storage"
    content = bytes(range(256)) * 10_000
    assert request(esx, "PUT", path, content, _ROOT).status == 201
    assert request(esx, "GET", path, headers=_ROOT).body == content
    assert request(esx, "PUT", path, b"short", _ROOT).status == 200
    assert request(esx, "GET", path, headers=_ROOT).body == b"short"
    assert request(esx, "DELETE", path, headers=_ROOT).status == 204
    assert request(esx, "DELETE", path, headers=_ROOT).status == 404
    assert request(esx, "PUT", path.replace("iso/", "nobody/"), b"x", _ROOT).status == 404
    assert request(esx, "PUT", path.replace("iso/new.bin", "iso"), b"x", _ROOT).status == 409
    reader = {"Authorization": "Basic " + base64.b64encode(b"readonly:secret").decode()}
    assert request(esx, "PUT", path, b"x", reader).status == 403


def test_files_of_a_vcenter_have_a_datacenter() -> None:
    with Simulator("vcenter-7.0", "http") as vcenter:
        account = base64.b64encode(f"{vcenter.username}:secret".encode()).decode()
        path = "/folder/Fedora11/Fedora11.vmx?dcPath={}&dsName=local-storage"
        for datacenter, status in (("dc1", 200), ("ha-datacenter", 404), ("", 404)):
            answer = request(vcenter, "GET", path.format(datacenter), headers={"Authorization": f"Basic {account}"})
            assert answer.status == status


@pytest.mark.parametrize("name", PROFILES)
def test_versions(name: str) -> None:
    text = service_versions(PROFILES[name])
    if name == "esx-3.5":
        assert text is None
        return
    assert text is not None
    assert f"<version>{PROFILES[name].api_version}</version>" in text
    assert "<version>2.5</version>" in text
    assert ("<version>8.0.2.0</version>" in text) == name.endswith("8.0")


def test_a_call(esx: Simulator) -> None:
    answer = request(esx, "POST", "/sdk", _CONTENT)
    assert answer.status == 200
    assert b'<rootFolder type="Folder">ha-folder-root</rootFolder>' in answer.body
    fault = request(esx, "POST", "/sdk", _CONTENT.replace("RetrieveServiceContent", "NoSuchMethod"))
    assert fault.status == 500
    assert b'xsi:type="InvalidRequest"' in fault.body


def test_a_client_of_another_api(esx: Simulator) -> None:
    answer = request(esx, "POST", "/sdk", _CONTENT, {"SOAPAction": "urn:nonsense/1.0"})
    assert answer.status == 500
    assert b"VersionMismatchFaultCode" in answer.body
    for action in ('"urn:vim25/99.0"', "urn:vim25/2.5", '"urn:vim25"', ""):
        assert request(esx, "POST", "/sdk", _CONTENT, {"SOAPAction": action}).status == 200


def test_an_older_client_sees_less(esx: Simulator) -> None:
    new = request(esx, "POST", "/sdk", _CONTENT, {"SOAPAction": "urn:vim25/7.0.3.0"}).body
    old = request(esx, "POST", "/sdk", _CONTENT).body
    assert b"licenseProductName" in new
    assert b"licenseProductName" not in old


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=st.binary(max_size=400), action=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
def test_rubbish_is_a_fault(esx: Simulator, body: bytes, action: str) -> None:
    answer = request(esx, "POST", "/sdk", body, {"SOAPAction": action})
    assert answer.status == 500
    assert b"<faultcode>" in answer.body
    assert b"Traceback" not in answer.body


_FOLDER = st.builds(
    "{}{}?dcPath={}&dsName={}".format,
    st.sampled_from(["/folder/", "/folder", "/folder/Fedora11/", "/folder/../", "/folder//"]),
    st.text(st.sampled_from("ab./\\%2eF0 "), max_size=12).map(quote),
    st.sampled_from(["ha-datacenter", "x", ""]),
    st.sampled_from(["local-storage", "x", "", "..", "%00"]),
)
_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(path=_FOLDER, wanted=st.one_of(st.just("bytes=0-1"), _HEADER), who=st.one_of(st.just(""), _HEADER))
def test_strange_requests_for_files(esx: Simulator, path: str, wanted: str, who: str) -> None:
    headers = {"Range": wanted, "Authorization": f"Basic {who}" if who else _ROOT["Authorization"]}
    answer = request(esx, "GET", path, headers=headers)
    assert answer.status in {200, 206, 400, 401, 404, 416}
    assert b"Traceback" not in answer.body
    assert b"root:x:" not in answer.body


def test_an_accident_is_a_fault(esx: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ServiceInstance, "RetrieveServiceContent", broken)
    answer = request(esx, "POST", "/sdk", _CONTENT)
    assert answer.status == 500
    assert b'xsi:type="SystemError"' in answer.body
    assert b"Traceback" not in answer.body


def test_an_empty_array_is_none_at_all(esx: Simulator) -> None:
    login = _CALL.format(
        "Login", "SessionManager", "ha-sessionmgr", "<userName>root</userName><password>secret</password>"
    )
    cookie = request(esx, "POST", "/sdk", login).headers["Set-Cookie"].partition(";")[0]
    nothing = _CALL.format("RetrieveProperties", "PropertyCollector", "ha-property-collector", "")
    answer = request(esx, "POST", "/sdk", nothing, {"Cookie": cookie})
    assert answer.status == 200
    assert b"<returnval>" not in answer.body


def test_entities_are_not_followed(esx: Simulator) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _CONTENT.replace("<_this", "<x>&x;</x><_this")
    answer = request(esx, "POST", "/sdk", bomb)
    assert answer.status == 500
    assert b"root:" not in answer.body


def test_a_body_that_is_too_big(esx: Simulator) -> None:
    connection = http.client.HTTPConnection(esx.host, esx.port, timeout=20)
    connection.putrequest("POST", "/sdk")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()
    answer = Answer(connection.getresponse()) if _send_much(connection) else None
    connection.close()
    assert answer is None or answer.status == 413
    assert request(esx, "POST", "/sdk", _CONTENT).status == 200


def _send_much(connection: http.client.HTTPConnection) -> bool:
    try:
        for _ in range(80):
            connection.send(bytes(1 << 20))
    except OSError:
        return False
    return True


def test_503(esx: Simulator) -> None:
    esx.faults.add(socket="http503", method="RetrieveServiceContent", count=1)
    answer = request(esx, "POST", "/sdk", _CONTENT)
    assert answer.status == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert request(esx, "POST", "/sdk", _CONTENT).status == 200
    assert [call.fault for call in esx.calls] == ["socket http503", None]


def test_garbage(esx: Simulator) -> None:
    esx.faults.add(socket="garbage", count=1)
    assert b"<soapenv" not in request(esx, "POST", "/sdk", _CONTENT).body[:20]
    assert b"<soapenv" in request(esx, "POST", "/sdk", _CONTENT).body


@pytest.mark.parametrize("kind", ["truncate", "reset", "refuse"])
@pytest.mark.parametrize("path", ["/sdk", _VMX])
def test_broken_connections(esx: Simulator, kind: str, path: str) -> None:
    method, body = ("POST", _CONTENT) if path == "/sdk" else ("GET", None)
    esx.faults.add(socket=kind, count=1)
    with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionError)):
        request(esx, method, path, body, _ROOT)
    assert request(esx, method, path, body, _ROOT).status == 200


def test_a_slow_answer_is_the_same(esx: Simulator) -> None:
    right = request(esx, "POST", "/sdk", _CONTENT).body
    esx.faults.add(socket="drip", count=1)
    assert request(esx, "POST", "/sdk", _CONTENT).body == right


def test_no_answer(esx: Simulator) -> None:
    esx.faults.add(socket="hang", count=1)
    with socket.create_connection((esx.host, esx.port)) as connection:
        head = f"POST /sdk HTTP/1.1\r\nHost: x\r\nContent-Length: {len(_CONTENT)}\r\n\r\n"
        connection.sendall((head + _CONTENT).encode())
        assert request(esx, "POST", "/sdk", _CONTENT).status == 200
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_before_tls() -> None:
    with Simulator("esx-7.0") as esx:
        context = ssl.create_default_context(cafile=str(esx.cacert))

        def connect() -> None:
            with (
                socket.create_connection((esx.host, esx.port), timeout=20) as raw,
                context.wrap_socket(raw, server_hostname=esx.host, do_handshake_on_connect=False) as wrapped,
            ):
                wrapped.do_handshake()

        for kind in ("refuse", "reset", "garbage"):
            esx.faults.add(socket=kind, before_tls=True, count=1)
            with pytest.raises((ssl.SSLError, ConnectionError)):
                connect()
            connect()
        rule = esx.faults.add(socket="tls", count=1)
        with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
            connect()
        connect()
        assert rule.seen == 1


def test_calls_are_logged_and_downloads_are_not(esx: Simulator) -> None:
    request(esx, "POST", "/sdk", _CONTENT)
    request(esx, "GET", _VMX, headers=_ROOT)
    assert esx.calls.methods() == ["RetrieveServiceContent"]
    assert esx.calls[0].session is None


def test_many_clients_at_once(esx: Simulator) -> None:
    wrong: list[Any] = []

    def work() -> None:
        for _ in range(20):
            answer = request(esx, "POST", "/sdk", _CONTENT)
            if answer.status != 200:
                wrong.append(answer.body)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(esx.calls) == 160
