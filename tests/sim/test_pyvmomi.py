"""pyVmomi's own connection and objects on the simulator."""

import gc
import hashlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyVim.connect import Connect, Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from esxvirt.sim import Simulator


def _connect(simulator: Simulator, **more: Any) -> Any:
    context = ssl.create_default_context(cafile=str(simulator.cacert))
    return SmartConnect(
        host=simulator.host,
        port=simulator.port,
        user=simulator.username,
        pwd=simulator.password,
        sslContext=context,
        **more,
    )


@pytest.fixture(scope="module", params=["gsx-2.0", "esx-7.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, vms=3) as running:
        yield running


@pytest.fixture
def service(simulator: Simulator) -> Iterator[Any]:
    service = _connect(simulator)
    yield service
    Disconnect(service)
    assert simulator.sessions == []


def test_the_version_is_negotiated(simulator: Simulator, service: Any) -> None:
    assert service._stub.versionId == f"urn:vim25/{simulator.profile.api_version}".join('""')
    assert service.content.about.fullName == simulator.profile.full_name


def test_objects_are_read_property_by_property(simulator: Simulator, service: Any) -> None:
    content = service.RetrieveContent()
    machine = content.searchIndex.FindByUuid(None, "50115e16-9bdc-49d7-f171-53c4d7f91710", True)
    assert machine.name == "Fedora11"
    assert machine.runtime.powerState == vim.VirtualMachine.PowerState.poweredOff
    assert machine.config.files.vmPathName == "[local-storage] Fedora11/Fedora11.vmx"
    assert isinstance(machine.config.hardware.device[0], vim.vm.device.VirtualIDEController)
    assert any(isinstance(device, vim.vm.device.VirtualLsiLogicController) for device in machine.config.hardware.device)
    assert machine.datastore[0].summary.name == "local-storage"
    datacenter = content.rootFolder.childEntity[0]
    assert {item.name for item in datacenter.vmFolder.childEntity} == {
        machine.name for machine in simulator.site.machines.values()
    }
    host = datacenter.hostFolder.childEntity[0].host[0]
    assert host.hardware.cpuInfo.numCpuCores == simulator.site.hosts[0].cores
    assert host.summary.hardware.memorySize == simulator.site.hosts[0].memory


def test_views(service: Any) -> None:
    content = service.RetrieveContent()
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    assert len(view.view) == 8
    view.Destroy()
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        _ = view.view


def test_a_wrong_password(simulator: Simulator) -> None:
    with warnings.catch_warnings():
        # pyVmomi forgets the connection of a login that fails.
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(vim.fault.InvalidLogin):
            SmartConnect(
                host=simulator.host,
                port=simulator.port,
                user="root",
                pwd="wrong",
                sslContext=ssl.create_default_context(cafile=str(simulator.cacert)),
            )
        gc.collect()


def test_the_certificate_is_not_known_without_the_authority(simulator: Simulator) -> None:
    with (
        socket.create_connection((simulator.host, simulator.port)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(raw, server_hostname=simulator.host)


def test_the_thumbprint_is_the_certificates(simulator: Simulator) -> None:
    text = ssl.get_server_certificate((simulator.host, simulator.port))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest().upper()
    assert simulator.thumbprint == ":".join(digest[index : index + 2] for index in range(0, 64, 2))


def test_an_expired_session(simulator: Simulator) -> None:
    service = _connect(simulator)
    machine = service.content.searchIndex.FindByUuid(None, "50115e16-9bdc-49d7-f171-53c4d7f91710", True)
    simulator.expire_sessions()
    with pytest.raises(vim.fault.NotAuthenticated):
        _ = machine.name
    service._stub.DropConnections()


def test_tasks() -> None:
    with Simulator("esx-7.0") as simulator:
        service = _connect(simulator)
        content = service.RetrieveContent()
        index = content.searchIndex
        datacenter = content.rootFolder.childEntity[0]
        machine = index.FindByDatastorePath(datacenter, "[local-storage] archive/archive.vmx")
        WaitForTask(machine.PowerOn())
        assert machine.runtime.powerState == "poweredOn"
        with pytest.raises(vim.fault.InvalidPowerState):
            WaitForTask(machine.PowerOn())
        assert [task.info.descriptionId for task in content.taskManager.recentTask] == ["VirtualMachine.powerOn"] * 2
        Disconnect(service)


def test_an_old_server_without_a_list_of_versions() -> None:
    with Simulator("esx-3.5") as simulator:
        context = ssl.create_default_context(cafile=str(simulator.cacert))
        service = Connect(
            host=simulator.host, port=simulator.port, user="root", pwd="secret", version="vim.version.version2",
            sslContext=context,
        )  # fmt: skip
        machine = service.content.rootFolder.childEntity[0].vmFolder.childEntity[0]
        assert machine.name == "Fedora11"
        assert machine.config.firmware is None
        Disconnect(service)


def test_readers_and_writers_at_once() -> None:
    with Simulator("esx-7.0", vms=8) as simulator:
        wrong: list[BaseException] = []

        def write(name: str) -> None:
            service = _connect(simulator)
            content = service.RetrieveContent()
            path = f"[local-storage] {name}/{name}.vmx"
            machine = content.searchIndex.FindByDatastorePath(content.rootFolder.childEntity[0], path)
            for _ in range(3):
                WaitForTask(machine.PowerOff() if machine.runtime.powerState == "poweredOn" else machine.PowerOn())
            Disconnect(service)

        def read() -> None:
            service = _connect(simulator)
            content = service.RetrieveContent()
            for _ in range(10):
                names = {machine.name for machine in content.rootFolder.childEntity[0].vmFolder.childEntity}
                assert len(names) == 13
            Disconnect(service)

        def guarded(work: Callable[..., None], *arguments: str) -> None:
            try:
                work(*arguments)
            except BaseException as error:  # noqa: BLE001  # the main thread tells of it
                wrong.append(error)

        before = {name: simulator.site.find_machine(name).running for name in ("archive", "web", "vm-0001", "vm-0002")}
        threads = [threading.Thread(target=guarded, args=(write, name)) for name in before]
        threads += [threading.Thread(target=guarded, args=(read,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert {name: not simulator.site.find_machine(name).running for name in before} == before
        assert simulator.sessions == []
        assert [call.fault for call in simulator.calls if call.fault] == []
