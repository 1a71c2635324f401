"""Whom a connection trusts: servers with certificates of a CA made for the test, on loopback."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from esxvirt.errors import CertificateError, InvalidArgumentError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.http import HttpConnection
from esxvirt.vsphere.tls import TlsPolicy, make_context, thumbprint


class Server:
    """Shakes hands with whoever comes, and notes what came through after that."""

    def __init__(self, certificate: trustme.LeafCert) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self.context)
        der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        self.thumbprint = hashlib.sha256(der).digest().hex(":").upper()
        self.received = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            peer.settimeout(30)
            with peer, suppress(OSError), self.context.wrap_socket(peer, server_side=True) as secured:
                data = secured.recv(1000)
                self.received += data
                if data:
                    secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the accept
        self.thread.join()
        self.listener.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[Server]:
    running = Server(authority.issue_cert("127.0.0.1"))
    yield running
    running.stop()


def get(port: int, policy: TlsPolicy, host: str = "127.0.0.1") -> int:
    endpoint = Endpoint(host, port, policy)
    connection = HttpConnection(endpoint, make_context(policy), Deadline(30))
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_certificate_of_nobody_known_is_refused_before_anything_is_sent(server: Server) -> None:
    with pytest.raises(CertificateError) as caught:
        get(server.port, TlsPolicy())
    message = str(caught.value)
    assert f"'127.0.0.1:{server.port}'" in message
    assert f"thumbprint={server.thumbprint}" in message
    assert "cacert=FILE" in message
    assert "no_verify=1" in message
    assert server.received == b""


def test_its_ca_makes_it_good(server: Server, authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    assert get(server.port, TlsPolicy(cacert=str(file))) == 204


def test_another_ca_does_not(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    with pytest.raises(CertificateError):
        get(server.port, TlsPolicy(cacert=str(file)))
    assert server.received == b""


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    running = Server(authority.issue_cert("esx.example.com"))
    try:
        with pytest.raises(CertificateError, match="IP address mismatch"):
            get(running.port, TlsPolicy(cacert=str(file)))
    finally:
        running.stop()


def test_its_thumbprint_makes_it_good_whatever_its_name(server: Server) -> None:
    assert get(server.port, TlsPolicy(thumbprint=server.thumbprint)) == 204
    assert get(server.port, TlsPolicy(thumbprint=server.thumbprint), host="localhost") == 204


def test_another_thumbprint_does_not_and_nothing_is_sent(server: Server) -> None:
    other = thumbprint(b"another")
    with pytest.raises(CertificateError, match="not the one that thumbprint= names") as caught:
        get(server.port, TlsPolicy(thumbprint=other))
    assert other in str(caught.value)
    assert server.thumbprint in str(caught.value)
    assert server.received == b""


def test_a_thumbprint_is_not_overruled_by_no_verify(server: Server) -> None:
    with pytest.raises(CertificateError):
        get(server.port, TlsPolicy(verify=False, thumbprint=thumbprint(b"another")))


def test_unverified(server: Server) -> None:
    assert get(server.port, TlsPolicy(verify=False)) == 204


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_ca_file_that_is_none(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidArgumentError, match="cannot use cacert file"):
        make_context(TlsPolicy(cacert=str(file)))


def test_a_port_that_speaks_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(TransportError, match="does it speak HTTPS on this port"):
            get(listener.getsockname()[1], TlsPolicy())
        thread.join()


def test_thumbprints_are_written_as_vmware_writes_them() -> None:
    assert thumbprint(b"") == (
        "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"
    )
