"""Everything that changes anything, with everything that can go wrong, at each request that it makes."""

import pytest

from tests.faults.operations import OPERATIONS
from tests.faults.steps import check_every_step

# Where others do what these do, every so manieth of their trials always runs.
TYPICAL = {
    "define", "define anew", "undefine", "start", "destroy", "suspend", "setmem", "setvcpus", "schedinfo",
    "snapshot-create", "snapshot-revert", "snapshot-delete", "snapshot-edit",
    "vol-create", "vol-clone", "vol-resize", "vol-delete",
}  # fmt: skip
OTHERS = 5


@pytest.mark.parametrize(
    ("profile", "name"),
    # The oldest version waits for tasks by another method; else they make the same requests.
    [
        *((found.profiles[0], name) for name, found in OPERATIONS.items()),
        ("esx-3.5", "define"),
        ("esx-3.5", "start"),
    ],
)
def test_whatever_fails_wherever(profile: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_every_step(profile, name, monkeypatch, 1 if name in TYPICAL else OTHERS)
