"""How many SOAP calls the commands about snapshots take, whatever the number of snapshots."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.budget.test_soap_calls import calls
from tests.snapshots import grow_many, grow_one, grow_ten

READING = (
    (("snapshot-list", "archive", "--tree"), 6),
    (("snapshot-list", "archive", "--parent"), 6),
    (("snapshot-list", "archive", "--leaves", "--topological"), 6),
    (("snapshot-list", "archive", "--current", "--tree"), 7),
    (("snapshot-list", "archive", "--current", "--parent"), 7),
    (("snapshot-current", "archive", "--name"), 6),
    (("snapshot-current", "archive"), 7),
    (("snapshot-info", "archive", "--current"), 8),
    (("list", "--all", "--with-snapshot"), 6),
)
CHANGING = (
    (("snapshot-create-as", "archive", "new"), 10),
    (("snapshot-revert", "archive", "root"), 10),
    (("snapshot-delete", "archive", "root"), 10),
    (("snapshot-delete", "archive", "root", "--children"), 10),
)


@pytest.fixture(scope="module", params=[grow_one, grow_ten, grow_many])
def grown(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as simulator:
        request.param(simulator)
        yield simulator


@pytest.mark.parametrize(("command", "most"), READING)
def test_reading(grown: Simulator, tmp_path: Path, command: tuple[str, ...], most: int) -> None:
    made = calls(grown, tmp_path, *command)
    assert len(made) <= most, made


@pytest.mark.parametrize("profile", ["esx-3.5", "gsx-2.0", "vcenter-7.0"])
@pytest.mark.parametrize("grow", [grow_one, grow_many])
def test_the_tree_everywhere(profile: str, grow: Callable[[Simulator], None], tmp_path: Path) -> None:
    with Simulator(profile, transport="http") as simulator:
        grow(simulator)
        made = calls(simulator, tmp_path, "snapshot-list", "archive", "--tree")
    assert len(made) <= 7, made


@pytest.mark.parametrize(("command", "most"), CHANGING)
@pytest.mark.parametrize("profile", ["esx-3.5", "esx-7.0", "vcenter-7.0"])
def test_changing(profile: str, tmp_path: Path, command: tuple[str, ...], most: int) -> None:
    with Simulator(profile, transport="http") as simulator:
        grow_ten(simulator)
        made = calls(simulator, tmp_path, *command)
    extra = 2 if profile.startswith("vcenter") else 0
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= most + extra, made
