"""libvirt_qemu and libvirt_lxc: each function is refused as libvirt refuses it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt, libvirt_lxc, libvirt_qemu
from esxvirt.sim import Simulator

OF_DOMAIN: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (libvirt_qemu.qemuMonitorCommand, ("x", 0), "virDomainQemuMonitorCommand"),
    (libvirt_qemu.qemuMonitorCommandWithFiles, ("x",), "virDomainQemuMonitorCommandWithFiles"),
    (libvirt_qemu.qemuAgentCommand, ("x", -1, 0), "virDomainQemuAgentCommand"),
    (libvirt_lxc.lxcOpenNamespace, (0,), "virDomainLxcOpenNamespace"),
    (libvirt_lxc.lxcEnterCGroup, (0,), "virDomainLxcEnterCGroup"),
]
OF_CONNECTION: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (libvirt_qemu.qemuAttach, (1, 0), "virDomainQemuAttach"),
    (libvirt_qemu.qemuMonitorEventRegister, (None, "x", print, None), "virConnectDomainQemuMonitorEventRegister"),
    (libvirt_qemu.qemuMonitorEventDeregister, (1,), "virConnectDomainQemuMonitorEventDeregister"),
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


def connect(simulator: Simulator, flags: int) -> libvirt.virConnect:
    def answer(credentials: list[list[Any]], _: Any) -> int:
        for credential in credentials:
            user = credential[0] == libvirt.VIR_CRED_AUTHNAME
            credential[4] = simulator.username if user else simulator.password
        return 0

    kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE, libvirt.VIR_CRED_NOECHOPROMPT]
    return libvirt.openAuth(simulator.uri, [kinds, answer, None], flags)


@pytest.mark.parametrize("flags", [0, libvirt.VIR_CONNECT_RO])
def test_all_are_refused(simulator: Simulator, flags: int) -> None:
    with connect(simulator, flags) as conn:
        domain = conn.lookupByName("web")
        for things, functions in ((conn, OF_CONNECTION), (domain, OF_DOMAIN)):
            for function, arguments, name in functions:
                with pytest.raises(libvirt.libvirtError) as caught:
                    function(things, *arguments)
                prefix = (
                    "operation forbidden: read only access prevents "
                    if flags
                    else ("this function is not supported by the connection driver: ")
                )
                error = caught.value
                assert str(error) == prefix + name
                assert error.get_error_domain() == libvirt.VIR_FROM_NONE
        with pytest.raises(AttributeError):
            libvirt_qemu.qemuMonitorCommand(None, "x", 0)  # type: ignore[arg-type]  # as libvirt-python
    with pytest.raises(libvirt.libvirtError, match="invalid connection pointer in virDomainQemuMonitorCommand"):
        libvirt_qemu.qemuMonitorCommand(domain, "x", 0)
