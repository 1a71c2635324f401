"""vcsim itself: that the fixtures serve what the tests of the client build on, as govmomi's own client sees it."""

import os
import subprocess

import pytest

from tests.servers import Vcsim
from tests.tools import require


def govc(server: Vcsim, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    settings = {
        "GOVC_URL": f"{server.transport}://{server.host}:{server.port}/sdk",
        "GOVC_USERNAME": server.username,
        "GOVC_PASSWORD": server.password,
        "GOVC_INSECURE": "1",
        "GOVC_PERSIST_SESSION": "false",
    }
    command = [require("govc"), *arguments]
    variables = {**os.environ, **settings, **environment}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


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
