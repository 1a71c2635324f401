"""`?vcenter=NAME`: the certificate is checked for the name that was given, though its address is what identifies it."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.manual.beside import require_standard_ports

NAMED, OTHER = "vc.lab.example", "other.lab.example"


@pytest.fixture
def vcenter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    with Simulator("vcenter-7.0", hosts=2, names=[NAMED]) as simulator:
        require_standard_ports(simulator)
        look_up = socket.getaddrinfo

        def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
            return look_up(simulator.host if host in {NAMED.encode(), OTHER.encode()} else host, *arguments, **options)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        yield simulator


def connect(simulator: Simulator, name: str) -> Any:
    def answer(credentials: list[list[Any]], _opaque: Any) -> int:
        for credential in credentials:
            user = simulator.username if credential[2] in {simulator.host, name} else "root"
            credential[4] = user if credential[0] == libvirt.VIR_CRED_AUTHNAME else simulator.password
        return 0

    uri = f"{simulator.host_uris[0].replace('root@', '')}"
    joined = "&" if "?" in uri else "?"
    kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]
    return libvirt.openAuth(f"{uri}{joined}cacert={simulator.cacert}&vcenter={name}", [kinds, answer, None], 0)


def test_the_name_of_the_certificate_is_accepted(vcenter: Simulator) -> None:
    with connect(vcenter, NAMED) as connection:
        assert connection.numOfDomains() > 0


def test_another_name_is_refused(vcenter: Simulator) -> None:
    with pytest.raises(libvirt.libvirtError, match=f"{OTHER}:443' cannot be verified: Hostname mismatch"):
        connect(vcenter, OTHER)
    assert vcenter.sessions == []
