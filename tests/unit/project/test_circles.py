"""No circle of imports: not among those that are for types only, nor by way of functions."""

import ast
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.tools import ROOT

SOURCES = ROOT / "src"


def modules(sources: Path) -> dict[str, Path]:
    """All modules by name; a package is its `__init__`."""
    found = {}
    for path in sources.rglob("*.py"):
        parts = path.relative_to(sources).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, known: Iterable[str]) -> Iterator[str]:
    """The modules of ours that a module names in its imports, wherever these stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in known)
            if node.module in known and any(name not in known for name in inner):
                yield node.module


def circle(sources: Path) -> list[str]:
    """The first circle that there is; empty without one."""
    known = modules(sources)
    graph = {name: set(imported(path, known)) - {name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_there_is_none() -> None:
    assert circle(SOURCES) == []


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("from a.two import x", "import a.one"),
        ("from a import two", "def f():\n    from a.one import y"),
        ("from a.two import x", "if TYPE_CHECKING:\n    from a.one import y"),
    ],
)
def test_one_is_found(there: str, back: str, tmp_path: Path) -> None:
    package = tmp_path / "a"
    package.mkdir()
    for name, text in (("__init__", ""), ("one", there), ("two", back)):
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    assert set(circle(tmp_path)) == {"a.one", "a.two"}
