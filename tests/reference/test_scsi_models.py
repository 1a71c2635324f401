"""The SCSI controller's model, beside the real virsh: said, deprecated as a driver's name, or detected in images."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.storage import disks
from tests.reference import harness

# Images by what their descriptors say.
ADAPTERS = ("buslogic", "lsilogic", "lsisas1068", "pvscsi")
NAMES = (
    "BusLogic",
    "buslogic",
    "LSILogic",
    "LsiSas1068",
    "vmpvscsi",
    "pvscsi",
    "auto",
    "AUTO",
    "nope",
    "",
    "virtio-scsi",
)
MODELS = ("", "auto", "lsilogic", "buslogic")


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        store = simulator.site.datastores[0]
        store.make_directory("images")
        for adapter in ADAPTERS:
            disks.create(store, f"images/{adapter}.vmdk", 1 << 20, adapter=adapter, thin=True, hw_version=8)
        yield simulator


def disk(image: str, target: str, driver: str | None) -> str:
    name = "" if driver is None else f"<driver name='{driver}'/>"
    source = f"<source file='[local-storage] images/{image}.vmdk'/>"
    return f"<disk type='file' device='disk'>{name}{source}<target dev='{target}' bus='scsi'/></disk>"


def document(*devices: str, model: str = "") -> str:
    controller = f"<controller type='scsi' index='0' model='{model}'/>" if model else ""
    return (
        "<domain type='vmware'><name>a</name><uuid>0a0b0c0d-0102-4304-8506-0708090a0b0c</uuid><memory>65536</memory>"
        f"<os><type arch='i686'>hvm</type></os><devices>{''.join(devices)}{controller}</devices></domain>"
    )


DOCUMENTS = {
    **{
        f"driver {name!r}, controller {model!r}": document(disk("lsilogic", "sda", name), model=model)
        for name in NAMES
        for model in MODELS
    },
    **{f"image {adapter}": document(disk(adapter, "sda", None), model="auto") for adapter in ADAPTERS},
    **{f"driver auto, image {adapter}": document(disk(adapter, "sda", "auto")) for adapter in ADAPTERS},
    "images that agree": document(disk("pvscsi", "sda", None), disk("pvscsi", "sdb", None), model="auto"),
    "images that differ": document(disk("pvscsi", "sda", None), disk("lsisas1068", "sdb", None), model="auto"),
    "names that differ": document(disk("lsilogic", "sda", "BusLogic"), disk("lsilogic", "sdb", "lsilogic")),
    "one name": document(disk("lsilogic", "sda", None), disk("lsilogic", "sdb", "BusLogic")),
    "auto and another name": document(disk("lsilogic", "sda", "auto"), disk("lsilogic", "sdb", "lsilogic")),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_model_is_that_of_virsh(text: str, server: Simulator, auth_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(text, encoding="utf-8")
    arguments = ["-c", server.uri, "domxml-to-native", "vmware-vmx", str(file)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert harness.esxvirsh([*arguments, "--strict"], LIBVIRT_AUTH_FILE=str(auth_file)) == theirs
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code)
    located = theirs.stderr.removesuffix("\n") + f" ({os.fspath(file)}, line 1)\n"
    assert ours.stderr in {theirs.stderr, located}
