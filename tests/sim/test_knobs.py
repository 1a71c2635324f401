"""What tests may do to a simulator: inventories of their own, restarts, full datastores, lost answers."""

import http.client
import threading
from pathlib import Path
from typing import Any

import pytest
from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from esxvirt.sim import Simulator
from tests.sim.test_http import _CALL, _CONTENT, _ROOT, request
from tests.sim.test_virsh import Virsh

_FILE = "/folder/iso/upload?dcPath=ha-datacenter&dsName=local-storage"
_Collector = vmodl.query.PropertyCollector
_BROKEN = (http.client.RemoteDisconnected, http.client.IncompleteRead, ConnectionError)


def _connect(simulator: Simulator, username: str | None = None) -> Any:
    return connect.SmartConnect(
        protocol="http", host=simulator.host, port=simulator.port, user=username or simulator.username,
        pwd=simulator.password,
    )  # fmt: skip


def _machine(service: Any, name: str) -> Any:
    folder = service.content.rootFolder.childEntity[0].vmFolder
    return next(item for item in folder.childEntity if item.name == name)


def _watch(target: Any, path: str) -> Any:
    properties = _Collector.PropertySpec(type=type(target), pathSet=[path])
    return _Collector.FilterSpec(propSet=[properties], objectSet=[_Collector.ObjectSpec(obj=target)])


# The tree of a vCenter.


def test_an_inventory_by_paths(tmp_path: Path) -> None:
    tree = ["dc1/esx1", "dc1/row 1/prod+/esx2", "dc1/row 1/prod+/esx3", "eu/dc%2f2:/höher/esx%254"]
    with Simulator("vcenter-7.0", "http", tree=tree, vms=4) as simulator:
        paths = [host.path for host in simulator.site.hosts]
        assert paths == ["dc1/esx1", "dc1/row 1/prod/esx2", "dc1/row 1/prod/esx3", "eu/dc%2f2/höher/esx%254"]
        service = _connect(simulator)
        index = service.content.searchIndex
        for path, host in zip(paths, simulator.site.hosts, strict=True):
            found = index.FindByInventoryPath(path.replace("dc1/", "dc1/host/").replace("2f2/", "2f2/host/"))
            # A host without a cluster is below a resource of its name.
            if isinstance(found, vim.ComputeResource):
                found = found.host[0]
            assert isinstance(found, vim.HostSystem)
            assert found.name == host.full_name
        cluster = index.FindByInventoryPath("dc1/host/row 1/prod")
        assert isinstance(cluster, vim.ClusterComputeResource)
        assert [host.name for host in cluster.host] == ["esx2", "esx3"]
        assert index.FindByInventoryPath("eu/dc%2f2").name == "dc%2f2"
        connect.Disconnect(service)
        # Slashes that belong to a name are no separators; libvirt reads the path as it stands in the URI.
        for path in ("dc1/esx1", "dc1/row%201/prod/esx3"):
            base = (simulator.vcenter_uri or "").partition("?")[0]
            virsh = Virsh(simulator, tmp_path, f"{base}{path}?transport=http")
            assert virsh("hostname").strip() == path.rpartition("/")[2]


@pytest.mark.parametrize(
    "tree",
    [["dc1"], [""], ["dc1:"], ["a:/b:/c"], ["dc/c+/d+/h"], ["dc/c+/d/h"], ["dc/%01/h"], ["dc/ /h"], ["dc/+/h"],
     ["dc/h", "dc/h"], ["dc/x+/h", "dc/x/h"], ["dc/x/h", "dc/x"], [f"dc/{'n' * 81}"]],
)  # fmt: skip
def test_paths_that_cannot_be(tree: list[str]) -> None:
    with pytest.raises(ValueError, match=r"path|name"):
        Simulator("vcenter-7.0", "http", tree=tree)


def test_paths_and_numbers_do_not_mix() -> None:
    with pytest.raises(ValueError, match="paths of hosts say"):
        Simulator("vcenter-7.0", "http", tree=["dc/h"], clusters=1)
    with pytest.raises(ValueError, match="vCenter"):
        Simulator("esx-7.0", "http", tree=["dc/h"])


def test_a_name_with_a_slash(esx: Simulator) -> None:
    service = _connect(esx)
    WaitForTask(_machine(service, "archive").Rename("50%2f50 100%25"))
    assert esx.site.find_machine("50/50 100%").vmx_path == "[local-storage] archive/archive.vmx"
    machine = _machine(service, "50%2f50 100%25")
    assert machine.config.name == machine.summary.config.name == machine.name
    index = service.content.searchIndex
    assert index.FindByInventoryPath("ha-datacenter/vm/50%2f50 100%25") == machine
    connect.Disconnect(service)


# Answers that are lost.


def test_lost_answers(esx: Simulator) -> None:
    service = _connect(esx)
    machine = _machine(service, "archive")
    rule = esx.faults.add(socket="lost", method="PowerOnVM_Task", count=1)
    call = _CALL.format("PowerOnVM_Task", "VirtualMachine", machine._moId, "")
    with pytest.raises(_BROKEN):
        request(esx, "POST", "/sdk", call, {"Cookie": service._stub.cookie.partition(";")[0]})
    with esx.site.changed:
        assert esx.site.changed.wait_for(lambda: esx.site.find_machine("archive").running, 30)
    assert rule.seen == 1
    assert machine.runtime.powerState == "poweredOn"
    connect.Disconnect(service)


def test_faults_by_request(esx: Simulator) -> None:
    store = esx.site.datastores[0]
    esx.faults.add(socket="lost", http="put", path="/folder/iso", count=1)
    assert request(esx, "GET", "/folder/iso?dsName=local-storage", None, _ROOT).status == 200
    assert request(esx, "PUT", _FILE.replace("iso/", ""), "elsewhere", _ROOT).status == 201
    with pytest.raises(_BROKEN):
        request(esx, "PUT", _FILE, "whole", _ROOT)
    assert request(esx, "GET", _FILE, None, _ROOT).body == b"whole"
    for kind in ("refuse", "http503"):
        esx.faults.add(socket=kind, http="PUT", count=1)
        if kind == "refuse":
            with pytest.raises(_BROKEN):
                request(esx, "PUT", _FILE, "not this", _ROOT)
        else:
            assert request(esx, "PUT", _FILE, "not this", _ROOT).status == 503
        assert request(esx, "GET", _FILE, None, _ROOT).body == b"whole"
    # An upload that breaks off leaves what has come.
    esx.faults.add(socket="reset", http="PUT", count=1)
    with pytest.raises(_BROKEN):
        request(esx, "PUT", _FILE, "x" * 1000, _ROOT)
    found = store.find("iso/upload")
    assert found is not None
    assert found.size == 500
    esx.faults.add(socket="lost", http="DELETE", count=1)
    with pytest.raises(_BROKEN):
        request(esx, "DELETE", _FILE, None, _ROOT)
    assert store.find("iso/upload") is None
    for wrong in ({"fault": "NotAuthenticated", "http": "PUT"}, {"socket": "refuse", "before_tls": True, "path": "/"}):
        with pytest.raises(ValueError, match=r"socket faults|before TLS"):
            esx.faults.add(**wrong)


def test_refused_connections(esx: Simulator) -> None:
    where = esx.host, esx.port
    for _ in range(2):
        with esx.refused():
            with pytest.raises(ConnectionRefusedError):
                request(esx, "POST", "/sdk", _CONTENT)
            assert (esx.host, esx.port) == where
        assert request(esx, "POST", "/sdk", _CONTENT).status == 200
    esx.faults.add(socket="refuse", before_tls=True)
    with pytest.raises(ConnectionRefusedError):
        request(esx, "POST", "/sdk", _CONTENT)
    esx.faults.clear()
    assert request(esx, "POST", "/sdk", _CONTENT).status == 200


def test_a_server_that_starts_refusing() -> None:
    simulator = Simulator("esx-7.0", "http")
    simulator.faults.add(socket="refuse", before_tls=True)
    with simulator:
        with pytest.raises(ConnectionRefusedError):
            request(simulator, "POST", "/sdk", _CONTENT)
        simulator.faults.clear()
        assert request(simulator, "POST", "/sdk", _CONTENT).status == 200


# Restarts.


@pytest.mark.parametrize("tasks", ["keep", "fail"])
def test_a_vcenter_that_restarts(tasks: str) -> None:
    with Simulator("vcenter-7.0", "http", troubled=["moved"]) as simulator:
        service = _connect(simulator)
        task = _machine(service, "moved").PowerOn()
        asked = simulator.site.find_machine("moved")
        with simulator.site.changed:
            assert simulator.site.changed.wait_for(lambda: asked.question is not None, 30)
        service.content.propertyCollector.CreateFilter(_watch(task, "info.state"), partialUpdates=False)
        version = service.content.propertyCollector.WaitForUpdatesEx("").version
        call = _CALL.format("WaitForUpdates", "PropertyCollector", "propertyCollector", f"<version>{version}</version>")
        cookie = {"Cookie": service._stub.cookie.partition(";")[0]}
        ended: list[Exception] = []

        def wait() -> None:
            try:
                request(simulator, "POST", "/sdk", call, cookie)
            except _BROKEN as error:
                ended.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not any(item.active for item in simulator.sessions):
            request(simulator, "POST", "/sdk", _CONTENT)
        simulator.restart(tasks)
        waiting.join(30)
        assert not waiting.is_alive()
        assert len(ended) == 1
        assert simulator.sessions == []
        service._stub.DropConnections()
        again = _connect(simulator)
        machine = _machine(again, "moved")
        found = vim.Task(task._moId, again._stub)  # pyVmomi has no other name for it
        if tasks == "keep":
            machine.Answer(machine.runtime.question.id, "1")
            WaitForTask(found)
            assert machine.runtime.powerState == "poweredOn"
        else:
            assert found.info.state == "error"
            assert "restarted" in str(found.info.error)
            assert machine.runtime.question is None
        connect.Disconnect(again)


def test_who_waits_alone_is_not_kept(esx: Simulator) -> None:
    """A client that hangs up while it waits for changes leaves no thread behind, one that waits no idle session."""
    service = _connect(esx)
    collector = service.content.propertyCollector
    collector.CreateFilter(_watch(_machine(service, "web"), "name"), partialUpdates=False)
    version = collector.WaitForUpdatesEx("").version
    stub = service._stub  # the cookie is what the test needs
    connection = http.client.HTTPConnection(esx.host, esx.port, timeout=30)
    version = f"<version>{version}</version>"
    body = _CALL.format("WaitForUpdates", "PropertyCollector", "ha-property-collector", version)
    esx.calls.clear()
    connection.request("POST", "/sdk", body, {"Cookie": stub.cookie.partition(";")[0]})
    session = esx.endpoints[0].sessions
    while not any(item.active for item in session):
        request(esx, "POST", "/sdk", _CONTENT)
    session.idle_timeout = 0.0
    assert len(esx.sessions) == 1
    connection.close()
    while "WaitForUpdates" not in esx.calls.methods():
        request(esx, "POST", "/sdk", _CONTENT)
    assert [call.fault for call in esx.calls if call.method == "WaitForUpdates"] == ["RequestCanceled"]
    assert esx.sessions == []
    service._stub.DropConnections()


# Full datastores, accounts.


def test_a_datastore_that_fills_up(esx: Simulator) -> None:
    esx.set_free("local-storage", 3000)
    assert esx.site.datastores[0].free == 3000
    assert request(esx, "PUT", _FILE, "x" * 3001, _ROOT).status == 500
    assert request(esx, "PUT", _FILE, "x" * 2000, _ROOT).status == 201
    # Another's place is room, too.
    assert request(esx, "PUT", _FILE, "x" * 3000, _ROOT).status == 200
    assert request(esx, "PUT", _FILE.replace("upload", "more"), "x", _ROOT).status == 500
    service = _connect(esx)
    manager = service.content.virtualDiskManager
    spec = vim.VirtualDiskManager.FileBackedVirtualDiskSpec(
        capacityKb=1024, adapterType="lsiLogic", diskType="preallocated"
    )
    with pytest.raises(vim.fault.FileFault):
        WaitForTask(manager.CreateVirtualDisk("[local-storage] iso/disk.vmdk", None, spec))
    connect.Disconnect(service)
    with pytest.raises(LookupError, match="no datastore 'nowhere'"):
        esx.set_free("nowhere", 1)


def test_accounts_of_tests() -> None:
    with Simulator("vcenter-7.0", "http") as simulator:
        simulator.add_role("starter", {"System.Read", "VirtualMachine.Interact.PowerOn"})
        simulator.add_account("bob", "starter")
        service = _connect(simulator, "bob")
        machine = _machine(service, "archive")
        WaitForTask(machine.PowerOn())
        with pytest.raises(vim.fault.NoPermission):
            machine.PowerOff()
        connect.Disconnect(service)
        with pytest.raises(ValueError, match="there is a role"):
            simulator.add_role("starter", set())
