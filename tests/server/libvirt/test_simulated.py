"""The library on simulated servers: what it costs, what it says, and what it must not say."""

import logging
import traceback
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from esxvirt.uri import parse

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")


def connect(sim: Simulator, password: str | None = None, flags: int = 0) -> libvirt.virConnect:
    def answer(credentials: Any, _opaque: Any) -> int:
        for credential in credentials:
            known = sim.username if credential[0] == libvirt.VIR_CRED_AUTHNAME else sim.password
            credential[4] = known if password is None else password
        return 0

    types = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_NOECHOPROMPT]
    return libvirt.openAuth(sim.uri, [types, answer, None], flags)


@pytest.mark.parametrize("profile", PROFILES)
def test_looking_at_host_and_domains(profile: str) -> None:
    with Simulator(profile, transport="http") as sim, connect(sim) as connection:
        assert connection.getURI() == parse(sim.uri).text
        assert connection.isAlive() == 1
        domains = {domain.name(): domain for domain in connection.listAllDomains()}
        assert {"Fedora11", "web", "builder"} <= set(domains)
        assert domains["Fedora11"].UUIDString() == "50115e16-9bdc-49d7-f171-53c4d7f91710"
        assert domains["Fedora11"].info()[:4] == [libvirt.VIR_DOMAIN_SHUTOFF, 1048576, 1048576, 1]
        assert domains["web"].state() == [libvirt.VIR_DOMAIN_RUNNING, 0]
        assert domains["builder"].state() == [libvirt.VIR_DOMAIN_PAUSED, 0]
        assert connection.listDomainsID() == [domains["web"].ID()]
        assert connection.lookupByID(domains["web"].ID()).name() == "web"
        assert {"Fedora11", "builder"} <= set(connection.listDefinedDomains())
        xml = domains["Fedora11"].XMLDesc()
        assert xml.startswith("<domain type='vmware'")
        stats = {domain.name(): values for domain, values in connection.getAllDomainStats()}
        assert stats["web"]["state.state"] == libvirt.VIR_DOMAIN_RUNNING
        assert stats["web"]["vcpu.current"] == 2
        [(again, values)] = connection.domainListGetStats([domains["web"]], libvirt.VIR_DOMAIN_STATS_STATE)
        assert again is domains["web"]
        assert values == {"state.state": 1, "state.reason": 0}
    assert list(sim.sessions) == []


@pytest.mark.parametrize(("profile", "most"), [("esx-7.0", 5), ("esx-3.5", 5), ("vcenter-7.0", 7)])
def test_a_list_costs_a_handful_of_calls_whatever_the_number_of_machines(profile: str, most: int) -> None:
    counts = []
    for vms in (10, 400):
        with Simulator(profile, transport="http", vms=vms) as sim:
            sim.calls.clear()
            with connect(sim) as connection:
                assert len(connection.listAllDomains()) >= vms
            counts.append(len(list(sim.calls)))
    assert counts[0] == counts[1] <= most


def test_one_domain_costs_a_handful_of_calls() -> None:
    with Simulator("esx-7.0", transport="http") as sim:
        sim.calls.clear()
        with connect(sim) as connection:
            domain = connection.lookupByName("web")
            assert [domain.ID(), domain.OSType(), domain.isPersistent(), domain.autostart()] == [2, "hvm", 1, 0]
            assert domain.info()[0] == libvirt.VIR_DOMAIN_RUNNING
        assert len(list(sim.calls)) <= 7


def test_a_simulator_of_its_own_asks_nobody() -> None:
    with libvirt.open("sim:///esx") as connection:
        assert connection.getURI() == "sim:///esx"
        assert connection.lookupByName("Fedora11").isActive() == 0


def test_a_wrong_password_is_libvirts_error_and_is_shown_nowhere(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    libvirt.registerErrorHandler(None, None)
    caplog.set_level(logging.DEBUG)
    with (
        Simulator("esx-7.0", transport="http") as sim,
        pytest.raises(libvirt.libvirtError) as caught,
    ):
        connect(sim, "hunter2 <&>'\"\u00fc")
    assert caught.value.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR
    assert "HTTP response code 500 for call to 'Login'. Fault: ServerFaultCode - " in str(caught.value)
    report: traceback.TracebackException | None = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    )
    frames = []
    while report is not None:
        frames += [frame for frame in report.stack if frame.filename != __file__]
        report = report.__cause__ or (None if report.__suppress_context__ else report.__context__)
    assert len(frames) > 4
    assert [frame for frame in frames if "hunter2" in repr(frame.locals)] == []
    output = capsys.readouterr()
    assert output.err.startswith("libvirt: ESX Driver error : internal error: HTTP response code 500")
    assert "hunter2" not in caplog.text + output.out + output.err
