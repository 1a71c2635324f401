"""A test of one's own program against a simulated vCenter: no server, no account, nothing left behind.

usage: pytest test_against_simulator.py
"""

import esxvirt.libvirt as libvirt
from esxvirt.sim import Simulator


def switch_off_what_is_not_ours(connection: libvirt.virConnect, ours: str) -> list[str]:
    """Switch off each running machine whose name does not begin with `ours`; return their names."""
    others = [
        domain
        for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_RUNNING)
        if not domain.name().startswith(ours)
    ]
    for domain in others:
        domain.destroy()
    return sorted(domain.name() for domain in others)


def test_only_others_are_switched_off() -> None:
    def credentials(wanted: list[list[object]], _opaque: object) -> int:
        for item in wanted:
            item[4] = simulator.username if item[0] == libvirt.VIR_CRED_AUTHNAME else simulator.password
        return 0

    with Simulator("vcenter-7.0", transport="http", hosts=2, vms=3) as simulator:
        kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]
        connection = libvirt.openAuth(simulator.vcenter_uri, [kinds, credentials, None], 0)
        assert switch_off_what_is_not_ours(connection, "web") == ["vm-0001", "vm-0003"]
        assert connection.lookupByName("web").isActive()
        connection.close()
        assert {call.method for call in simulator.calls} >= {"Login", "PowerOffVM_Task", "Logout"}
        assert simulator.sessions == []
