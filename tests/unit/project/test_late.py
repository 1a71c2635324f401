"""Modules that are imported at first use."""

import sys
from pathlib import Path

import pytest

from esxvirt.late import late


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that nothing has imported."""
    name = "a_module_of_this_test"
    (tmp_path / f"{name}.py").write_text("def answer():\n    return 42\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


def test_it_is_imported_when_something_of_it_is_used(module: str) -> None:
    found = late(module)
    assert repr(found) == f"<late module '{module}'>"
    assert module not in sys.modules
    assert found.answer() == 42
    assert module in sys.modules


def test_what_is_replaced_in_the_module_is_replaced_here(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = late(module)
    assert found.answer() == 42
    monkeypatch.setattr(f"{module}.answer", lambda: 1)
    assert found.answer() == 1


def test_what_is_not_there_is_an_error_at_its_use(module: str) -> None:
    with pytest.raises(AttributeError):
        _ = late(module).nosuch
    missing = late("a_module_that_there_is_not")
    with pytest.raises(ImportError):
        _ = missing.answer
