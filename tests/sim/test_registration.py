"""When a machine's registration reads its VMX file, and who of several gets a path."""

from collections.abc import Iterator

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from tests.sim.test_holds import Client

_PATIENCE = 20.0
_VMX = 'config.version = "8"\nvirtualHW.version = "8"\ndisplayName = "{0}"\nmemSize = "{1}"\nguestOS = "other"\n'
_ARGUMENTS = (
    "<path>[local-storage] archive/guest.vmx</path>{}<asTemplate>false</asTemplate>"
    '<pool type="ResourcePool">ha-root-pool</pool>'
)
_PUT = "/folder/archive/guest.vmx?dcPath=ha-datacenter&dsName=local-storage"


@pytest.fixture
def client(esx: Simulator) -> Iterator[Client]:
    made = Client(esx)
    yield made
    made.close()


def _register(client: Client, name: str = "") -> None:
    named = f"<name>{name}</name>" if name else ""
    answer = client.call("RegisterVM_Task", "Folder", "ha-folder-vm", _ARGUMENTS.format(named))
    assert answer.status == 200, answer.body


def test_when(esx: Simulator) -> None:
    assert esx.registration == "end"
    esx.registration = "start"
    assert esx.registration == "start"
    with pytest.raises(ValueError, match="start or end"):
        esx.registration = "middle"


@pytest.mark.parametrize(("when", "memory"), [("start", 256), ("end", 512)])
def test_an_upload_meanwhile(esx: Simulator, client: Client, when: str, memory: int) -> None:
    esx.registration = when
    assert client.request("PUT", _PUT, _VMX.format("guest", 256)).status == 201
    with esx.hold("RegisterVM_Task", task=True) as hold:
        _register(client)
        hold.wait(_PATIENCE)
        assert client.request("PUT", _PUT, _VMX.format("guest", 512)).status == 200
    hold.wait_done(_PATIENCE)
    assert esx.tasks.recent[-1].state == "success"
    assert esx.site.find_machine("guest").config.memory_mb == memory


@pytest.mark.parametrize("when", ["start", "end"])
def test_a_file_that_is_deleted_meanwhile(esx: Simulator, client: Client, when: str) -> None:
    esx.registration = when
    client.request("PUT", _PUT, _VMX.format("guest", 256))
    with esx.hold("RegisterVM_Task", task=True) as hold:
        _register(client)
        hold.wait(_PATIENCE)
        assert client.request("DELETE", _PUT).status == 204
    hold.wait_done(_PATIENCE)
    task = esx.tasks.recent[-1]
    if when == "start":
        assert task.error is None
        assert esx.site.find_machine("guest").config.memory_mb == 256
    else:
        assert task.error is not None
        assert task.error.data.type_name == "NotFound"


@pytest.mark.parametrize("when", ["start", "end"])
def test_a_directory_that_is_deleted_meanwhile(esx: Simulator, client: Client, when: str) -> None:
    esx.registration = when
    store = esx.site.datastores[0]
    store.make_directory("new")
    store.put("new/guest.vmx", File.of(_VMX.format("guest", 256).encode()))
    with esx.hold("RegisterVM_Task", task=True) as hold:
        arguments = _ARGUMENTS.format("").replace("archive/", "new/")
        assert client.call("RegisterVM_Task", "Folder", "ha-folder-vm", arguments).status == 200
        hold.wait(_PATIENCE)
        with esx.site.lock:
            store.delete_directory("new")
    hold.wait_done(_PATIENCE)
    # At its end it would write the UUIDs that the file lacks, and so it is not registered in either way.
    task = esx.tasks.recent[-1]
    assert task.error is not None
    assert task.error.data.type_name == {"start": "FileNotFound", "end": "NotFound"}[when]
    with pytest.raises(LookupError):
        esx.site.find_machine("guest")


@pytest.mark.parametrize("when", ["start", "end"])
def test_one_path_is_never_registered_twice(esx: Simulator, client: Client, when: str) -> None:
    esx.registration = when
    client.request("PUT", _PUT, _VMX.format("guest", 256))
    with esx.hold("RegisterVM_Task", task=True, count=2) as hold:
        _register(client, "one")
        _register(client, "two")
        hold.wait(_PATIENCE, count=2)
    hold.wait_done(_PATIENCE)
    ends = [task.error.data.type_name if task.error else task.state for task in esx.tasks.recent]
    assert sorted(ends) == ["AlreadyExists", "success"]
    assert [machine.vmx_file for machine in esx.site.machines.values()].count("archive/guest.vmx") == 1
    # One that comes later hears of it as well.
    _register(client, "three")
    task = esx.tasks.recent[-1]
    with esx.site.changed:
        assert esx.site.changed.wait_for(lambda: task.done, _PATIENCE)
    assert task.error is not None
    assert task.error.data.type_name == "AlreadyExists"
