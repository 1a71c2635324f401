import importlib

import pytest

from tests.unit.project.public_names import PUBLIC_MODULES, RECORD, current


def test_the_public_names_are_those_on_record() -> None:
    recorded, found = set(RECORD.read_text(encoding="utf-8").split()), set(current().split())
    assert (sorted(found - recorded), sorted(recorded - found)) == ([], []), (
        "public names were added or removed: if that is meant, `python tests/unit/project/public_names.py` records it"
    )


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_every_public_name_is_there_once(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert [public for public in names if not hasattr(module, public)] == []
    assert len(names) == len(set(names))
