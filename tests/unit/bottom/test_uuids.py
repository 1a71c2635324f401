import uuid

import pytest

from esxvirt.uuids import NO_UUID, dashed, normalize, of_text, random_uuid, spaced

LIBVIRT = "564db506-a2bd-fbeb-ae86-f7d84927d0c4"
VMWARE = "56 4d b5 06 a2 bd fb eb-ae 86 f7 d8 49 27 d0 c4"


@pytest.mark.parametrize(
    "text", [LIBVIRT, VMWARE, LIBVIRT.upper(), LIBVIRT.replace("-", ""), f"\t{VMWARE}\n", "56-4d" + VMWARE[5:]]
)
def test_every_writing_is_read(text: str) -> None:
    assert normalize(text) == LIBVIRT


@pytest.mark.parametrize(
    "text", ["", " - ", LIBVIRT[:-1], LIBVIRT + "0", LIBVIRT.replace("c4", "cg"), f"{{{LIBVIRT}}}"]
)
def test_what_is_none(text: str) -> None:
    assert normalize(text) is None


def test_both_writings() -> None:
    assert spaced(LIBVIRT) == spaced(LIBVIRT.replace("-", "")) == VMWARE
    assert dashed(LIBVIRT.replace("-", "")) == LIBVIRT
    assert str(uuid.UUID(int=0)) == NO_UUID


def test_what_has_none_gets_one() -> None:
    assert of_text("a") == "0cc175b9-c0f1-b6a8-31c3-99e269772661"
    assert normalize(random_uuid()) != normalize(random_uuid())
