"""Files and virtual disks on datastores, with the real virsh and with govc."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.sim.test_virsh import Virsh
from tests.tools import require

PROFILES = ("esx-3.5", "esx-5.0", "esx-8.0", "gsx-2.0", "vcenter-4.0", "vcenter-7.0")
POOL = "local-storage"


@pytest.fixture(params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http") as running:
        yield running


@pytest.fixture
def virsh(simulator: Simulator, tmp_path: Path) -> Virsh:
    return Virsh(simulator, tmp_path)


def _values(text: str) -> dict[str, str]:
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


def test_a_volume_from_its_making_to_its_end(simulator: Simulator, virsh: Virsh) -> None:
    store = simulator.site.datastores[0]
    virsh("vol-create-as", POOL, "new/data.vmdk", "4G", "--format", "vmdk", "--allocation", "0")
    descriptor = store.find("new/data.vmdk")
    assert descriptor is not None
    assert 'ddb.thinProvisioned = "1"' in descriptor.read().decode()
    info = _values(virsh("vol-info", "new/data.vmdk", "--pool", POOL))
    assert (info["Capacity"], info["Allocation"]) == ("4.00 GiB", "0.00 B")
    assert virsh("vol-path", "new/data.vmdk", "--pool", POOL).strip() == "[local-storage] new/data.vmdk"
    virsh("vol-wipe", "new/data.vmdk", "--pool", POOL)
    assert _values(virsh("vol-info", "new/data.vmdk", "--pool", POOL))["Allocation"] == "4.00 GiB"
    virsh("vol-clone", "new/data.vmdk", "new/copy.vmdk", "--pool", POOL)
    keys = {virsh("vol-key", name, "--pool", POOL).strip() for name in ("new/data.vmdk", "new/copy.vmdk")}
    assert len(keys) == 2
    for key in keys:
        assert virsh("vol-name", key).strip() in {"new/data.vmdk", "new/copy.vmdk"}
    assert "new/copy.vmdk" in virsh("vol-list", POOL)
    virsh("vol-delete", "new/data.vmdk", "--pool", POOL)
    assert store.find("new/data.vmdk") is None
    assert store.find("new/data-flat.vmdk") is None
    assert "new/data.vmdk" not in virsh("vol-list", POOL)
    assert virsh.warnings == []


def test_what_virsh_reads(virsh: Virsh) -> None:
    virsh("pool-refresh", POOL)
    info = _values(virsh("pool-info", POOL))
    assert info["State"] == "running"
    assert re.fullmatch(r"[\d.]+ [GT]iB", info["Available"])
    assert "install.iso" in virsh("vol-list", POOL)
    xml = virsh("vol-dumpxml", "Fedora11/Fedora11.vmdk", "--pool", POOL)
    assert "<capacity unit='bytes'>8589934592</capacity>" in xml
    assert virsh.warnings == []


def test_what_virsh_refuses_to_make(simulator: Simulator, virsh: Virsh) -> None:
    for arguments, message in (
        (("vol-create-as", POOL, "Fedora11/Fedora11.vmdk", "4G", "--format", "vmdk"), "exists"),
        (("vol-create-as", POOL, "big/disk.vmdk", "4000T", "--format", "vmdk", "--allocation", "4000T"), "NoDiskSpace"),
        (("vol-delete", "web/web.vmdk", "--pool", POOL), "locked"),
        (("vol-delete", "web/gone.vmdk", "--pool", POOL), "gone.vmdk"),
    ):
        done = virsh.run(*arguments)
        assert done.returncode == 1
        assert message.lower() in done.stderr.lower(), (arguments, done.stderr)
    assert simulator.site.datastores[0].find("big/disk.vmdk") is None


@pytest.mark.parametrize("profile", ["esx-4.1", "esx-7.0", "vcenter-6.7"])
def test_govc(profile: str, tmp_path: Path) -> None:
    program = require("govc")
    with Simulator(profile, "http") as simulator:
        environment = {
            **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username,
            "GOVC_PASSWORD": simulator.password, "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
            "GOVC_DATASTORE": POOL, "GOVC_VIM_VERSION": simulator.profile.api_version,
        }  # fmt: skip

        def govc(*arguments: str, fails: str = "") -> str:
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
            assert (done.returncode != 0) == bool(fails), (arguments, done.stdout, done.stderr)
            assert fails in done.stderr, (arguments, done.stderr)
            return done.stdout

        govc("datastore.mkdir", "one")
        govc("datastore.mkdir", "-p", "one/two/three")
        govc("datastore.mkdir", "one", fails="already exists")
        govc("datastore.mkdir", "no/such", fails="not found")
        govc("datastore.disk.create", "-size", "1G", "one/disk.vmdk")
        govc("datastore.disk.create", "-size", "1G", "one/disk.vmdk", fails="already exists")
        govc("datastore.cp", "one/disk.vmdk", "one/two/other.vmdk")
        govc("datastore.mv", "one/two/other.vmdk", "one/moved.vmdk")
        assert "moved.vmdk" in govc("datastore.ls", "one")
        assert "two/" in govc("datastore.ls", "-p", "one")
        assert govc("datastore.ls", "-R", "one").count("disk.vmdk") == 1
        govc("datastore.disk.extend", "-size", "2G", "one/disk.vmdk")
        (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
        govc("datastore.upload", str(tmp_path / "note.txt"), "one/note.txt")
        govc("datastore.cp", "one/note.txt", "one/two/note.txt")
        govc("datastore.cp", "one/note.txt", "one/two/note.txt", fails="already exists")
        govc("datastore.mv", "one", "uno")
        store = simulator.site.datastores[0]
        note = store.find("uno/two/note.txt")
        assert note is not None
        assert note.read() == b"hello"
        flat = store.find("uno/disk-flat.vmdk")
        assert flat is not None
        assert flat.size == 2 << 30
        govc("datastore.rm", "uno/disk.vmdk")
        assert store.find("uno/disk-flat.vmdk") is None
        govc("datastore.rm", "web", fails="locked")
        govc("datastore.rm", "uno")
        assert not store.is_directory("uno")
        govc("datastore.rm", "uno", fails="not found")
