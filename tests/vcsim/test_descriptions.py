"""Descriptions on vcsim: its machines have empty VMX files, until govc uploads real ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt import libvirt
from tests.client import esxvirsh, open_connection, write_auth_file
from tests.servers import Vcsim, running_vcsim
from tests.vcsim.witness import govc, machines_of

VMX = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "13"
displayName = "{name}"
annotation = "größer |22x|22 & <y>"
memsize = "512"
numvcpus = "2"
uuid.bios = "{uuid}"
guestOS = "other-64"
scsi0.present = "true"
scsi0.virtualDev = "pvscsi"
scsi0:0.present = "true"
scsi0:0.deviceType = "scsi-hardDisk"
scsi0:0.fileName = "disk1.vmdk"
"""


@pytest.fixture(scope="module", params=[True, False], ids=["esx", "vcenter"])
def server(request: pytest.FixtureRequest) -> Iterator[Vcsim]:
    with running_vcsim(esx=request.param, tls=True) as running:
        yield running


def uri(server: Vcsim) -> str:
    return server.uri("/" if server.esx else "/DC0/DC0_H0", thumbprint=server.thumbprint)


def test_an_empty_vmx_file_is_named_and_sinks_no_list(server: Vcsim, tmp_path: Path) -> None:
    machines = machines_of(server, "localhost.localdomain" if server.esx else "DC0_H0")
    name = min(machines)
    auth_file = write_auth_file(tmp_path, server.username, server.password)
    answer = esxvirsh("-c", uri(server), "dumpxml", name, auth_file=auth_file)
    assert (answer.returncode, answer.stdout) == (1, "\n")
    assert f"[LocalDS_0] {name}/{name}.vmx" in answer.stderr
    assert "empty" in answer.stderr
    answer = esxvirsh("-c", uri(server), "list", "--all", "--name", auth_file=auth_file)
    assert (answer.returncode, sorted(answer.stdout.split())) == (0, sorted(machines))


def test_an_uploaded_vmx_file_is_what_is_described(server: Vcsim, tmp_path: Path) -> None:
    machines = machines_of(server, "localhost.localdomain" if server.esx else "DC0_H0")
    name = max(machines)
    digits = machines[name].uuid.replace("-", "")
    pairs = [digits[place : place + 2] for place in range(0, 32, 2)]
    file = tmp_path / "upload.vmx"
    file.write_text(VMX.format(name=name, uuid=f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"), encoding="utf-8")
    uploaded = govc(server, "datastore.upload", "-ds", "LocalDS_0", str(file), f"{name}/{name}.vmx")
    assert uploaded.returncode == 0, uploaded.stderr

    connection = open_connection(uri(server), server.username, server.password)
    try:
        xml = connection.lookupByName(name).XMLDesc()
    finally:
        connection.close()
    assert xml.startswith("<domain type='vmware'")
    for line in (
        f"<name>{name}</name>",
        f"<uuid>{machines[name].uuid}</uuid>",
        "<description>größer &quot;x&quot; &amp; &lt;y&gt;</description>",
        "<memory unit='KiB'>524288</memory>",
        "<vcpu placement='static'>2</vcpu>",
        f"<source file='[LocalDS_0] {name}/disk1.vmdk'/>",
        "<controller type='scsi' index='0' model='vmpvscsi'/>",
        f"<vmware:datacenterpath>{'ha-datacenter' if server.esx else 'DC0'}</vmware:datacenterpath>",
    ):
        assert line in xml


def test_statistics_of_all_machines_come_in_one_answer(server: Vcsim) -> None:
    machines = machines_of(server, "localhost.localdomain" if server.esx else "DC0_H0")
    connection = open_connection(uri(server), server.username, server.password)
    try:
        found = {domain.name(): stats for domain, stats in connection.getAllDomainStats()}
    finally:
        connection.close()
    assert sorted(found) == sorted(machines)
    for name, machine in machines.items():
        assert found[name]["state.state"] == libvirt.VIR_DOMAIN_RUNNING
        assert found[name]["balloon.maximum"] == machine.memory * 1024
        assert found[name]["vcpu.maximum"] == machine.vcpus
