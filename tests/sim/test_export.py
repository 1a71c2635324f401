"""Exporting a machine's disks through a lease."""

import hashlib
import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from tests.tools import require


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", "http") as running:
        running.site.find_machine("archive").config.disks[0].capacity_kib = 512
        yield running


@pytest.fixture
def machine(simulator: Simulator) -> Iterator[Any]:
    service = connect.SmartConnect(
        protocol="http", host=simulator.host, port=simulator.port, user="root", pwd=simulator.password
    )
    root = service.content.rootFolder.childEntity[0].vmFolder.childEntity
    yield next(item for item in root if item.name == "archive")
    connect.Disconnect(service)


def _get(simulator: Simulator, url: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(simulator.host, simulator.port, timeout=30)
    try:
        connection.request(method, urlsplit(url).path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_disk_is_downloaded(simulator: Simulator, machine: Any) -> None:
    store = simulator.site.datastores[0]
    store.put("archive/archive-flat.vmdk", File.of(b"what is on the disk" * 1000))
    lease = machine.ExportVm()
    assert lease.state == "ready"
    assert lease.info.entity == machine
    assert lease.info.totalDiskCapacityInKB == 512
    (url,) = lease.info.deviceUrl
    assert url.url.startswith("http://*/nfc/")
    assert not lease.HttpNfcLeaseGetManifest()
    status, content = _get(simulator, url.url)
    assert (status, content) == (200, b"what is on the disk" * 1000)
    (entry,) = lease.HttpNfcLeaseGetManifest()
    assert entry.sha1 == hashlib.sha1(content).hexdigest()
    assert (entry.key, entry.size) == (url.key, len(content))
    lease.HttpNfcLeaseProgress(70)
    assert lease.transferProgress == 70
    lease.HttpNfcLeaseComplete()
    assert lease.state == "done"
    assert _get(simulator, url.url)[0] == 404
    with pytest.raises(vim.fault.InvalidState):
        lease.HttpNfcLeaseProgress(80)


def test_what_cannot_be_exported(simulator: Simulator, machine: Any) -> None:
    simulator.site.find_machine("archive").power = "poweredOn"
    with pytest.raises(vim.fault.InvalidPowerState):
        machine.ExportVm()
    simulator.site.find_machine("archive").power = "poweredOff"
    lease = machine.ExportVm()
    with pytest.raises(vim.fault.TaskInProgress):
        machine.ExportVm()
    with pytest.raises(vmodl.fault.InvalidArgument):
        lease.HttpNfcLeaseProgress(101)
    lease.HttpNfcLeaseAbort()
    assert lease.state == "error"
    machine.ExportVm().HttpNfcLeaseAbort()
    simulator.site.datastores[0].delete("archive/archive-flat.vmdk")
    simulator.site.datastores[0].delete("archive/archive.vmdk")
    with pytest.raises(vim.fault.FileNotFound):
        machine.ExportVm()


def test_a_lease_times_out(simulator: Simulator, machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = machine.ExportVm()
    url = lease.info.deviceUrl[0].url
    later = time.monotonic() + 301
    monkeypatch.setattr("esxvirt.sim.state.machine.leases.time.monotonic", lambda: later)
    assert lease.state == "error"
    assert isinstance(lease.error, vim.fault.Timedout)
    assert lease.info is None
    with pytest.raises(vim.fault.Timedout):
        lease.HttpNfcLeaseComplete()
    assert _get(simulator, url)[0] == 404


@pytest.mark.parametrize("path", ["/nfc/", "/nfc/x", "/nfc/x/disk-0.vmdk", "/nfc/../folder", "/nfc/%2e%2e/x"])
def test_strangers_get_nothing(simulator: Simulator, machine: Any, path: str) -> None:
    machine.ExportVm()
    assert _get(simulator, path)[0] in {401, 404}


def test_an_exported_machine_stays_as_it_is(simulator: Simulator, machine: Any) -> None:
    lease = machine.ExportVm()
    with pytest.raises(vim.fault.TaskInProgress):
        machine.PowerOn()
    with pytest.raises(vim.fault.TaskInProgress):
        machine.Unregister()
    lease.HttpNfcLeaseAbort()
    WaitForTask(machine.PowerOn())
    assert simulator.site.find_machine("archive").running


def test_a_descriptor(simulator: Simulator, machine: Any) -> None:
    state = simulator.site.find_machine("archive")
    state.config.nics[0].network = "a & b"
    service = vim.ServiceInstance("ServiceInstance", machine._stub)
    manager: Any = service.content.ovfManager
    file = vim.OvfManager.OvfFile(deviceId="/4/VirtualDisk2000", path="disk-0.vmdk", size=1234)
    made = manager.CreateDescriptor(machine, vim.OvfManager.CreateDescriptorParams(name="<it>", ovfFiles=[file]))
    root = etree.fromstring(made.ovfDescriptor.encode())
    names = {"o": root.nsmap[None], "r": root.nsmap["rasd"]}
    kinds = root.xpath("//r:ResourceType/text()", namespaces=names)
    assert kinds == ["3", "4", "6", "17", "10"]
    assert root.xpath("//o:VirtualSystem/o:Name/text()", namespaces=names) == ["<it>"]
    assert root.xpath("//r:Connection/text()", namespaces=names) == ["a & b"]
    assert root.xpath("//o:File/@*[local-name()='href']", namespaces=names) == ["disk-0.vmdk"]
    assert root.xpath("//r:HostResource/text()", namespaces=names) == ["ovf:/disk/vmdisk1"]
    for wrong in ([file, file], [vim.OvfManager.OvfFile(deviceId="nothing", path="x", size=1)]):
        with pytest.raises(vmodl.fault.InvalidArgument):
            manager.CreateDescriptor(machine, vim.OvfManager.CreateDescriptorParams(ovfFiles=wrong))
    with pytest.raises(vmodl.fault.InvalidArgument):
        manager.CreateDescriptor(machine.parent, vim.OvfManager.CreateDescriptorParams())


def test_govc_exports(simulator: Simulator, tmp_path: Path) -> None:
    store = simulator.site.datastores[0]
    store.put("archive/archive-flat.vmdk", File.of(b"what is on the disk" * 1000))
    environment = {
        **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": "root", "GOVC_PASSWORD": "secret",
        "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
    }  # fmt: skip
    done = subprocess.run(
        [require("govc"), "export.ovf", "-vm", "archive", "-sha", "1", str(tmp_path)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = {path.name: path for path in (tmp_path / "archive").iterdir()}
    assert set(written) == {"archive.ovf", "archive.mf", "archive-disk-0.vmdk"} or len(written) == 3, written
    disk = next(path for name, path in written.items() if name.endswith(".vmdk"))
    assert disk.read_bytes() == b"what is on the disk" * 1000
    ovf = written["archive.ovf"].read_text()
    assert f'href="{disk.name}"' in ovf
