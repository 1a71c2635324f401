import pytest
from hypothesis import given
from hypothesis import strategies as st

from esxvirt.cli import tables
from esxvirt.cli.tables import Table, display_width, printable


@pytest.fixture(autouse=True)
def utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_unicode_terminal", lambda: True)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = Table("Id", "Name", "State")
    table.add("1", "a longer name", "running")
    table.add("-", "b", "shut off")
    assert table.text() == (
        " Id   Name            State\n"
        "--------------------------------\n"
        " 1    a longer name   running\n"
        " -    b               shut off\n"
    )  # fmt: skip


def test_without_rows_there_is_a_header() -> None:
    assert Table("Id", "Name", "State").text() == " Id   Name   State\n--------------------\n"


def test_without_header_columns_are_as_narrow_as_the_rows() -> None:
    table = Table("Id", "Name", "State")
    table.add("1", "a", "running")
    assert table.text(header=False) == " 1   a   running\n"
    assert Table("Id").text(header=False) == ""


def test_an_empty_last_cell_keeps_the_gap_before_it() -> None:
    table = Table("Name", "Title")
    table.add("a", "")
    assert table.text().splitlines()[-1] == " a      "


def test_width_is_counted_in_columns_of_the_terminal() -> None:
    table = Table("Id", "Name", "State")
    for number, name in enumerate(["ünïcode", "日本語", "e\u0301mo😀ji", "two words"], 1):
        table.add(str(number), name, "running")
    assert table.text() == (
        " Id   Name        State\n"
        "---------------------------\n"
        " 1    ünïcode     running\n"
        " 2    日本語      running\n"
        " 3    e\u0301mo😀ji     running\n"
        " 4    two words   running\n"
    )


def test_control_characters_are_shown_as_bytes() -> None:
    assert printable("tab\tx\x07\x85") == "tab\\x09x\\x07\\xc2\\x85"


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert printable(b"\xff\xfe".decode("utf-8", "surrogateescape")) == "\\xff\\xfe"


def test_in_a_locale_without_unicode_all_other_characters_are_shown_as_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_unicode_terminal", lambda: False)
    assert printable("ün") == "\\xc3\\xbcn"
    assert display_width(printable("日")) == len("\\xe6\\x97\\xa5")


def test_a_row_must_have_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 cells in a table of 2"):
        Table("a", "b").add("x")


@given(st.lists(st.tuples(st.text(), st.text(), st.text())))
def test_columns_stand_below_each_other_whatever_is_in_them(rows: list[tuple[str, str, str]]) -> None:
    table = Table("A", "B", "C")
    for row in rows:
        table.add(*row)
    _, rule, *lines = table.text().split("\n")[:-1]
    assert len(lines) == len(rows)
    assert all(line.startswith(" ") for line in lines)
    for line, row in zip(lines, rows, strict=True):
        last = printable(row[2])
        front = line.removesuffix(last) if last else line
        # all but the last column take the same room in every line
        assert display_width(front) + max(
            display_width(printable(r[2])) for r in [*rows, ("", "", "C")]
        ) + 3 - 1 == len(rule)
