"""vcsim itself: that the fixtures serve what the tests of the client build on, as govmomi's own client sees it."""

import pytest

from tests.servers import Vcsim
from tests.vcsim.witness import govc, machines_of


@pytest.mark.parametrize("fixture", ["vcsim_esx", "vcsim_esx_plain", "vcsim_vcenter", "vcsim_vcenter_plain"])
def test_vcsim_serves_the_mode_and_transport_it_was_asked_for(request: pytest.FixtureRequest, fixture: str) -> None:
    server: Vcsim = request.getfixturevalue(fixture)
    answer = govc(server, "about")
    assert answer.returncode == 0, answer.stderr
    assert ("HostAgent" if server.esx else "VirtualCenter") in answer.stdout


def test_vcsim_refuses_a_wrong_password(vcsim_esx: Vcsim) -> None:
    answer = govc(vcsim_esx, "about", GOVC_PASSWORD="wrong")
    assert answer.returncode != 0
    assert "Login failure" in answer.stderr


def test_the_thumbprint_is_that_of_the_certificate(vcsim_esx: Vcsim) -> None:
    known_host = f"{vcsim_esx.host}:{vcsim_esx.port}"
    answer = govc(vcsim_esx, "about.cert", "-thumbprint")
    assert answer.stdout.split() == [known_host, vcsim_esx.thumbprint]


def test_every_host_has_machines(vcsim_esx: Vcsim, vcsim_vcenter: Vcsim) -> None:
    assert machines_of(vcsim_esx, "localhost.localdomain")
    hosts = [machines_of(vcsim_vcenter, name) for name in ("DC0_C0_H0", "DC0_C0_H1", "DC0_H0")]
    assert all(hosts)
    assert len(hosts[0] | hosts[1] | hosts[2]) == 60
