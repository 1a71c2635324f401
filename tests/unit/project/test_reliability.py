"""The page of figures that `make faults` writes: it is there, and a table is in it."""

import re

from tests.faults import figures


def test_the_page_has_its_table() -> None:
    page = figures.PAGE.read_text(encoding="utf-8")
    assert page.count(figures.BEGIN) == page.count(figures.END) == 1
    lines = page.partition(figures.BEGIN)[2].partition(figures.END)[0].strip().splitlines()
    assert lines[0] == f"| | {' | '.join(figures.COLUMNS.values())} |"
    assert lines[1] == f"| --- |{' ---: |' * len(figures.COLUMNS)}"
    assert len(lines) == 2 + len(figures.FILES)
    for line, (file, name) in zip(lines[2:], figures.FILES.items(), strict=True):
        assert line.startswith(f"| {name} (`tests/faults/test_{file}.py`) | ")
        numbers = line.removesuffix(" |").split(" | ")[1:]
        assert all(re.fullmatch(r"\d{1,3}(,\d{3})*", number) for number in numbers)
        assert numbers[0] != "0"
