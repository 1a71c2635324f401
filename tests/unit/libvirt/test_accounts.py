"""Restricted accounts: each operation works, or the error names the privilege and the object that it is missing on."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt.constants.errors import VIR_ERR_ACCESS_DENIED
from esxvirt.sim import Simulator
from tests.client import open_connection

NEW = """<domain type='vmware'><name>new</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<source file='[local-storage] archive/archive.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>"""
SNAPSHOT = "<domainsnapshot><name>before</name></domainsnapshot>"
BROWSE, FILES = "Datastore.Browse", "Datastore.FileManagement"


# What is tried, on what, and the privilege that the account of each role lacks for it; "" is none.
ACCOUNTS = ("readonly", "starter", "vmuser", "vmadmin")
OPERATIONS: dict[str, tuple[Callable[[Any], Any], str, tuple[str, str, str, str]]] = {
    "list": (lambda c: c.listAllDomains(), "", ("", "", "", "")),
    "domstats": (lambda c: c.getAllDomainStats(), "", ("", "", "", "")),
    "nodeinfo": (lambda c: c.getInfo(), "", ("", "", "", "")),
    "capabilities": (lambda c: c.getCapabilities(), "", ("", "", "", "")),
    "hosts": (lambda c: c.hosts(), "", ("", "", "", "")),
    "tree": (lambda c: c.inventory(True), "", ("", "", "", "")),
    "dominfo": (lambda c: c.lookupByName("web").info(), "", ("", "", "", "")),
    "autostart?": (lambda c: c.lookupByName("web").autostart(), "", ("", "", "", "")),
    "dumpxml": (
        lambda c: c.lookupByName("archive").XMLDesc(),
        "datastore 'local-storage'",
        (BROWSE, BROWSE, BROWSE, ""),
    ),
    "start": (
        lambda c: c.lookupByName("vm-0002").create(),
        "virtual machine 'vm-0002'",
        ("VirtualMachine.Interact.PowerOn", "", "", ""),
    ),
    "destroy": (
        lambda c: c.lookupByName("web").destroy(),
        "virtual machine 'web'",
        ("VirtualMachine.Interact.PowerOff", "VirtualMachine.Interact.PowerOff", "", ""),
    ),
    "suspend": (
        lambda c: c.lookupByName("vm-0003").suspend(),
        "virtual machine 'vm-0003'",
        ("VirtualMachine.Interact.Suspend", "VirtualMachine.Interact.Suspend", "", ""),
    ),
    "reset": (
        lambda c: c.lookupByName("vm-0001").reset(),
        "virtual machine 'vm-0001'",
        ("VirtualMachine.Interact.Reset", "VirtualMachine.Interact.Reset", "", ""),
    ),
    "setmem": (
        lambda c: c.lookupByName("archive").setMemoryFlags(524288, libvirt.VIR_DOMAIN_AFFECT_CONFIG),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.Resource",) * 3 + ("",),
    ),
    "setvcpus": (
        lambda c: c.lookupByName("archive").setVcpus(2),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.CPUCount",) * 3 + ("",),
    ),
    "schedinfo": (
        lambda c: c.lookupByName("archive").setSchedulerParameters({"shares": 7}),
        "virtual machine 'archive'",
        ("VirtualMachine.Config.Resource",) * 3 + ("",),
    ),
    "autostart": (
        lambda c: c.lookupByName("archive").setAutostart(1),
        "host 'esx1.example.com'",
        ("Host.Config.AutoStart",) * 4,
    ),
    "define": (lambda c: c.defineXML(NEW), "datastore 'local-storage'", (BROWSE, BROWSE, BROWSE, "")),
    "undefine": (
        lambda c: c.lookupByName("Fedora11").undefine(),
        "virtual machine 'Fedora11'",
        ("VirtualMachine.Inventory.Unregister",) * 3 + ("",),
    ),
    "rename": (
        lambda c: c.lookupByName("vm-0005").rename("other"),
        "virtual machine 'vm-0005'",
        ("VirtualMachine.Config.Rename",) * 3 + ("",),
    ),
    "snapshot": (
        lambda c: c.lookupByName("archive").snapshotCreateXML(SNAPSHOT),
        "virtual machine 'archive'",
        ("VirtualMachine.State.CreateSnapshot",) * 3 + ("",),
    ),
}


@pytest.fixture(scope="module", params=["esx-7.0", "vcenter-2.5", "all hosts"])
def simulator(request: pytest.FixtureRequest) -> Iterator[tuple[Simulator, str]]:
    profile = "vcenter-7.0" if request.param == "all hosts" else request.param
    with Simulator(profile, transport="http", vms=5) as running:
        access = running.endpoints[0].access
        role = access.add_role("Starter", {"System.Read", "VirtualMachine.Interact.PowerOn"})
        access.add_account("starter", role)
        uri = running.vcenter_uri if request.param == "all hosts" else running.uri
        yield running, re.sub("//[^@/]*@", "//", uri or "")


# In which state machines must be, whatever was done to them before.
STATES = {
    "start": ("vm-0002", "poweredOff"),
    "destroy": ("web", "poweredOn"),
    "suspend": ("vm-0003", "poweredOn"),
    "reset": ("vm-0001", "poweredOn"),
}


def prepare(server: Simulator, operation: str) -> None:
    """Put the operation's machine into the state that it needs."""
    name, power = STATES.get(operation, ("", ""))
    if name:
        with server.site.lock:
            server.site.find_machine(name).power = power


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_works_or_names_what_is_missing(simulator: tuple[Simulator, str], account: str, operation: str) -> None:
    server, uri = simulator
    act, what, lacking = OPERATIONS[operation]
    privilege = lacking[ACCOUNTS.index(account)]
    prepare(server, operation)
    with open_connection(uri, account, server.password) as connection:
        if not privilege:
            act(connection)
        else:
            with pytest.raises(libvirt.libvirtError) as caught:
                act(connection)
            assert caught.value.get_error_code() == VIR_ERR_ACCESS_DENIED
            assert f"the account lacks the privilege '{privilege}' on " in str(caught.value)
            assert what in str(caught.value)
    assert server.sessions == []


def test_files_that_may_be_read_and_not_written(simulator: tuple[Simulator, str]) -> None:
    server, uri = simulator
    with open_connection(uri, "operator", server.password) as connection:
        with pytest.raises(
            libvirt.libvirtError, match=f"lacks the privilege '{FILES}' on the datastore 'local-storage'"
        ):
            connection.defineXML(NEW.replace("new", "another"))
        assert not any(found.name() == "another" for found in connection.listAllDomains())


@pytest.mark.parametrize("operation", ["dominfo", "dumpxml", "start", "destroy", "setmem", "nodeinfo"])
def test_an_account_that_sees_nothing(simulator: tuple[Simulator, str], operation: str) -> None:
    server, uri = simulator
    refusal = pytest.raises(
        libvirt.libvirtError, match=r"lacks the privilege 'System.Read' on the (virtual machine|host) '"
    )
    with open_connection(uri, "noaccess", server.password) as connection, refusal:
        OPERATIONS[operation][0](connection)
