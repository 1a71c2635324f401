"""What servers tell of what has happened."""

import gc
import json
import os
import subprocess
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from esxvirt.sim import Simulator
from tests.tools import require

_SELF = vim.event.EventFilterSpec.RecursionOption.self
_ALL = vim.event.EventFilterSpec.RecursionOption.all
_CHILDREN = vim.event.EventFilterSpec.RecursionOption.children


@pytest.fixture(params=["esx-4.1", "esx-7.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http", hosts=2 if request.param.startswith("vcenter") else 1) as running:
        yield running


@pytest.fixture
def service(simulator: Simulator) -> Iterator[Any]:
    made = connect.SmartConnect(
        protocol="http", host=simulator.host, port=simulator.port, user=simulator.username, pwd=simulator.password
    )
    yield made
    connect.Disconnect(made)


@pytest.fixture
def manager(service: Any) -> Any:
    return service.content.eventManager


def _machine(service: Any, name: str) -> Any:
    return next(item for item in service.content.rootFolder.childEntity[0].vmFolder.childEntity if item.name == name)


def _about(entity: Any, recursion: Any, **more: Any) -> Any:
    spec = vim.event.EventFilterSpec(
        entity=vim.event.EventFilterSpec.ByEntity(entity=entity, recursion=recursion), **more
    )
    # Only the events of machines: logins are the host's.
    spec.type = spec.type or [vim.event.VmEvent]
    return spec


def test_a_machines_life(service: Any, manager: Any) -> None:
    archive = _machine(service, "archive")
    WaitForTask(archive.PowerOn())
    WaitForTask(archive.PowerOff())
    with pytest.raises(vim.fault.InvalidPowerState):
        WaitForTask(archive.PowerOff())
    found = manager.QueryEvents(_about(archive, _SELF))
    kinds = [type(event) for event in found]
    assert kinds == [vim.event.VmPoweredOnEvent, vim.event.VmPoweredOffEvent, vim.event.VmFailedToPowerOffEvent]
    on, off, failed = found
    assert on.vm.vm == archive
    assert on.vm.name == "archive"
    assert on.host.name == archive.runtime.host.name
    assert on.userName == service.content.sessionManager.currentSession.userName
    assert "archive on " in on.fullFormattedMessage
    assert on.key < off.key < failed.key
    assert isinstance(failed.reason, vim.fault.InvalidPowerState)
    # A task's event and what came of it are one chain.
    chained = manager.QueryEvents(vim.event.EventFilterSpec(eventChainId=off.chainId))
    assert [type(event) for event in chained] == [vim.event.TaskEvent, vim.event.VmPoweredOffEvent]
    assert chained[0].info.descriptionId == "VirtualMachine.powerOff"


def test_names_and_ends(service: Any, manager: Any) -> None:
    archive = _machine(service, "archive")
    WaitForTask(archive.Reconfigure(vim.vm.ConfigSpec(annotation="soon gone")))
    WaitForTask(archive.Rename("attic"))
    WaitForTask(archive.Destroy())
    spec = vim.event.EventFilterSpec(type=[vim.event.VmEvent])
    changed, renamed, removed = manager.QueryEvents(spec)
    assert type(changed) is vim.event.VmReconfiguredEvent
    assert (type(renamed), renamed.oldName, renamed.newName) == (vim.event.VmRenamedEvent, "archive", "attic")
    assert (type(removed), removed.vm.name) == (vim.event.VmRemovedEvent, "attic")


def test_filters(service: Any, manager: Any) -> None:
    archive, web = _machine(service, "archive"), _machine(service, "web")
    WaitForTask(archive.PowerOn())
    WaitForTask(web.PowerOff())

    def names(spec: Any) -> list[str]:
        return [event.vm.name for event in manager.QueryEvents(spec)]

    host, root = archive.runtime.host, service.content.rootFolder
    assert names(_about(web, _SELF)) == ["web"]
    assert names(_about(host, _SELF)) == []
    assert names(_about(host, _CHILDREN)) == names(_about(root, _ALL)) == ["archive", "web"]
    assert names(_about(host, _ALL, type=[vim.event.VmPoweredOffEvent])) == ["web"]
    assert names(_about(root, _ALL, category=["error"])) == []
    users = vim.event.EventFilterSpec.ByUsername(systemUser=False, userList=["nobody"])
    assert names(_about(root, _ALL, userName=users)) == []
    last = manager.QueryEvents(_about(root, _ALL))[-1].createdTime
    since = vim.event.EventFilterSpec.ByTime(beginTime=last)
    assert names(_about(root, _ALL, time=since)) == ["web"]
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        names(_about(vim.VirtualMachine("nonsense", web._stub), _SELF))
    assert type(manager.latestEvent) is vim.event.VmPoweredOffEvent


def test_pages(service: Any, manager: Any) -> None:
    web = _machine(service, "web")
    for _ in range(3):
        WaitForTask(web.PowerOff())
        WaitForTask(web.PowerOn())
    keys = [event.key for event in manager.QueryEvents(_about(web, _SELF))]
    assert len(keys) == 6
    collector = manager.CreateCollectorForEvents(_about(web, _SELF))
    collector.SetCollectorPageSize(4)
    assert [event.key for event in collector.latestPage] == list(reversed(keys[2:]))
    assert [event.key for event in collector.ReadNextEvents(2)] == keys[:2]
    assert [event.key for event in collector.ReadNextEvents(10)] == keys[2:]
    assert not collector.ReadNextEvents(10)
    collector.ResetCollector()
    assert [event.key for event in collector.ReadPreviousEvents(2)] == list(reversed(keys[4:]))
    assert [event.key for event in collector.ReadPreviousEvents(9)] == list(reversed(keys[:4]))
    assert not collector.ReadPreviousEvents(1)
    collector.RewindCollector()
    assert collector.ReadNextEvents(1)[0].key == keys[0]
    for wrong in (0, -1, 1001):
        with pytest.raises(vmodl.fault.InvalidArgument):
            collector.ReadNextEvents(wrong)
    collector.DestroyCollector()
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        collector.ReadNextEvents(1)


def test_a_session_has_so_many_collectors(manager: Any) -> None:
    for _ in range(manager.maxCollector):
        manager.CreateCollectorForEvents(vim.event.EventFilterSpec())
    with pytest.raises(vim.fault.InvalidState):
        manager.CreateCollectorForEvents(vim.event.EventFilterSpec())


def test_logins_and_own_words(simulator: Simulator, service: Any, manager: Any) -> None:
    with warnings.catch_warnings():
        # pyVmomi forgets the connection of a login that fails.
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(vim.fault.InvalidLogin):
            connect.SmartConnect(protocol="http", host=simulator.host, port=simulator.port, user="nobody", pwd="x")
        gc.collect()
    manager.LogUserEvent(_machine(service, "web"), "Hello there")
    spec = vim.event.EventFilterSpec(type=[vim.event.SessionEvent, vim.event.GeneralEvent])
    assert [type(event) for event in manager.QueryEvents(spec)] == [
        vim.event.UserLoginSessionEvent, vim.event.BadUsernameSessionEvent, vim.event.GeneralUserEvent
    ]  # fmt: skip
    assert manager.latestEvent.fullFormattedMessage == "Hello there"


@pytest.mark.parametrize("simulator", ["vcenter-7.0"], indirect=True)
def test_a_migration_says_from_where(service: Any, manager: Any) -> None:
    machine = _machine(service, "Fedora11")
    here = machine.runtime.host
    there = service.content.rootFolder.childEntity[0].hostFolder.childEntity[1].host[0]
    shared = next(store for store in here.datastore if store.name == "shared-nfs")
    WaitForTask(machine.Relocate(vim.vm.RelocateSpec(datastore=shared)))
    WaitForTask(machine.Migrate(pool=there.parent.resourcePool, host=there, priority="defaultPriority"))
    event: Any = manager.QueryEvents(_about(machine, _SELF))[-1]
    assert type(event) is vim.event.VmMigratedEvent
    assert (event.sourceHost.host, event.host and event.host.host) == (here, there)


def test_govc_reads_them() -> None:
    program = require("govc")
    with Simulator("vcenter-7.0") as simulator:
        environment = {
            **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username, "GOVC_INSECURE": "1",
            "GOVC_PASSWORD": simulator.password, "GOVC_PERSIST_SESSION": "false",
        }  # fmt: skip

        def govc(*arguments: str) -> str:
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
            return done.stdout

        govc("vm.power", "-on", "archive")
        assert "archive on esx1.example.com in dc1 is powered on" in govc("events", "vm/archive")
        decoder, text, told = json.JSONDecoder(), govc("events", "-json", "-n", "9").strip(), []
        while text:
            event, end = decoder.raw_decode(text)
            told.append((event["category"], event["message"]))
            text = text[end:].strip()
        assert ("info", "archive on esx1.example.com in dc1 is powered on") in told
