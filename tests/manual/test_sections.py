"""No section of libvirt's manual is left out: each has tests, or it is told why not."""

import ast
from collections import Counter
from pathlib import Path

from tests.manual.sections import NOT_TRIED, headings


def tried() -> Counter[str]:
    """How many tests each section has, that is the class of that docstring."""
    found: Counter[str] = Counter()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                tests = [
                    part for part in node.body if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
                ]
                found[ast.get_docstring(node) or node.name] += len(tests)
    return found


def test_every_section_is_tried_or_it_is_told_why_not(shared: Path) -> None:
    sections = headings(shared)
    untold = {statement.section for statement in NOT_TRIED}
    assert [section for section in sections if not tried()[section] and section not in untold] == []


def test_every_class_and_every_statement_is_of_a_section(shared: Path) -> None:
    sections = set(headings(shared))
    assert tried().keys() - sections == set()
    assert {statement.section for statement in NOT_TRIED} - sections == set()


def test_every_statement_has_its_reason() -> None:
    assert all(statement.said and statement.reason for statement in NOT_TRIED)
    assert len(set(NOT_TRIED)) == len(NOT_TRIED)
