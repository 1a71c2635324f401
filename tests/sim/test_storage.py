"""Datastores and disks of every kind, with the real virsh and with govc."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.wire.values import Fault, Ref
from tests.sim.test_virsh import Virsh
from tests.tools import require
from tests.unit.sim.inside import Inside

PROFILES = ("esx-3.5", "esx-4.0", "esx-5.5", "esx-6.7", "esx-8.0", "vcenter-7.0")
ARRAY = "iqn.2004-08.com.example:array1"


@pytest.fixture(params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http", storage=("nfs", "iscsi")) as running:
        yield running


@pytest.fixture
def virsh(simulator: Simulator, tmp_path: Path) -> Virsh:
    return Virsh(simulator, tmp_path)


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()[2:] if line.strip()]


def test_pools(simulator: Simulator, virsh: Virsh) -> None:
    pools = {row[0]: row[1] for row in _rows(virsh("pool-list", "--all"))}
    assert pools == dict.fromkeys(("local-storage", "nfs-storage", "san-storage", ARRAY), "active")
    xml = virsh("pool-dumpxml", "nfs-storage")
    assert "<pool type='netfs'>" in xml
    assert "<host name='filer.example.com'/>" in xml
    assert "<dir path='/export/vms'/>" in xml
    assert "<pool type='fs'>" in virsh("pool-dumpxml", "san-storage")
    xml = virsh("pool-dumpxml", ARRAY)
    assert "<pool type='iscsi'>" in xml
    assert f"<iqn name='{ARRAY}'/>" in xml
    assert "<host name='10.0.2.1' port='3260'/>" in xml
    for name in pools:
        uuid = virsh("pool-uuid", name).strip()
        assert virsh("pool-name", uuid).strip() == name
        assert "running" in virsh("pool-info", name)
    simulator.site.datastores[-1].accessible = False
    assert "inaccessible" in virsh("pool-info", "san-storage")
    lost = virsh.run("vol-list", "san-storage")
    assert lost.returncode == 1
    assert "Unable to access datastore" in lost.stderr


def test_disks_of_an_array(simulator: Simulator, virsh: Virsh) -> None:
    def disks() -> list[str]:
        return [row[0] for row in _rows(virsh("vol-list", ARRAY))]

    adapter = simulator.site.hosts[0].adapters[-1]
    names = [f"/vmfs/devices/disks/{lun.name}" for lun in adapter.targets[0].luns]
    assert disks() == names[:2]
    virsh("pool-refresh", ARRAY)
    assert disks() == names
    info = virsh("vol-info", names[0], "--pool", ARRAY)
    assert "block" in info
    assert "100.00 GiB" in info
    assert "<path>" in virsh("vol-dumpxml", names[1], "--pool", ARRAY)
    key = virsh("vol-key", names[0], "--pool", ARRAY).strip()
    assert virsh("vol-name", key).strip() == names[0]
    for arguments in (("vol-delete", names[0], "--pool", ARRAY), ("vol-wipe", names[0], "--pool", ARRAY)):
        done = virsh.run(*arguments)
        assert done.returncode == 1
        assert "does not support" in done.stderr


def test_volumes_on_other_datastores(virsh: Virsh) -> None:
    for pool in ("nfs-storage", "san-storage"):
        virsh("vol-create-as", pool, "data/disk.vmdk", "1G", "--format", "vmdk", "--allocation", "1G")
        assert "data/disk.vmdk" in virsh("vol-list", pool)
        virsh("vol-clone", "data/disk.vmdk", "data/two.vmdk", "--pool", pool)
        virsh("vol-delete", "data/disk.vmdk", "--pool", pool)
    assert virsh.warnings == []


@pytest.mark.parametrize("profile", ["esx-5.0", "esx-8.0"])
def test_govc(profile: str) -> None:
    program = require("govc")
    with Simulator(profile, "http", storage=("iscsi",)) as simulator:
        environment = {
            **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username,
            "GOVC_PASSWORD": simulator.password, "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
            "GOVC_VIM_VERSION": simulator.profile.api_version,
        }  # fmt: skip

        def govc(*arguments: str) -> str:
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
            return done.stdout

        assert "vmhba33" in govc("host.storage.info", "-t", "hba")
        before = govc("host.storage.info", "-t", "lun")
        after = govc("host.storage.info", "-t", "lun", "-rescan")
        assert (before.count("naa."), after.count("naa.")) == (2, 3)
        assert "san-storage" in govc("datastore.info")


def test_what_cannot_be() -> None:
    inside = Inside("esx-7.0")
    with pytest.raises(Fault) as caught:
        inside.call("RescanHba", Ref("HostStorageSystem", "ha-storagesystem"), hbaDevice="vmhba99")
    assert caught.value.data.type_name == "NotFound"
    with pytest.raises(ValueError, match="no such storage as tape"):
        Simulator("esx", storage=("tape",))
    with pytest.raises(ValueError, match="no iSCSI adapters"):
        Simulator("gsx", storage=("iscsi",))
