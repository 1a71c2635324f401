"""The free licence of ESXi, whose API only reads: whatever changes something is refused, and the error says why."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.server.libvirt.test_accounts import NEW

CHANGES: dict[str, Callable[[Any], Any]] = {
    "define": lambda c: c.defineXML(NEW),
    "define anew": lambda c: c.defineXML(c.lookupByName("archive").XMLDesc().replace(">524288<", ">1048576<")),
    "undefine": lambda c: c.lookupByName("archive").undefine(),
    "start": lambda c: c.lookupByName("archive").create(),
    "destroy": lambda c: c.lookupByName("web").destroy(),
    "suspend": lambda c: c.lookupByName("web").suspend(),
    "resume": lambda c: c.lookupByName("builder").resume(),
    "shutdown": lambda c: c.lookupByName("web").shutdown(),
    "dompmsuspend": lambda c: c.lookupByName("web").pMSuspendForDuration(0, 0),
    "setmem": lambda c: c.lookupByName("archive").setMemory(262144),
    "setmaxmem": lambda c: c.lookupByName("archive").setMaxMemory(2097152),
    "setvcpus": lambda c: c.lookupByName("archive").setVcpus(2),
    "schedinfo": lambda c: c.lookupByName("archive").setSchedulerParameters({"shares": 7}),
    "memtune": lambda c: c.lookupByName("archive").setMemoryParameters({"min_guarantee": 1024}),
    "autostart": lambda c: c.lookupByName("archive").setAutostart(1),
    "send-key": lambda c: c.lookupByName("web").sendKey(0, 0, [30], 1),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", license="free") as running:
        yield running


def state(simulator: Simulator) -> list[tuple[str, str, str]]:
    """All machines: name, power and VMX file; and the names of the files."""
    machines = [(found.name, found.power, found.text()) for found in simulator.site.machines.values()]
    return machines + [(store.name, name, "") for store in simulator.site.datastores for name, _ in store.walk("")]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_changed_and_the_licence_is_named(simulator: Simulator, change: str) -> None:
    before = state(simulator)
    with open_connection(simulator.uri, "root", simulator.password) as connection:
        with pytest.raises(libvirt.libvirtError, match=r"(?i)licen[cs]e") as caught:
            CHANGES[change](connection)
        code = caught.value.get_error_code()
        assert code in {libvirt.VIR_ERR_OPERATION_DENIED, libvirt.VIR_ERR_ACCESS_DENIED}
        assert len(connection.listAllDomains()) == 5
    assert state(simulator) == before
    assert simulator.sessions == []
