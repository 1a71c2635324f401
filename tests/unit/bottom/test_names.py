import pytest

from esxvirt.names import escape, path_item, unescape


@pytest.mark.parametrize(
    ("name", "kept", "item"),
    [
        ("web", "web", "web"),
        ("a/b", "a%2fb", "a%2fb"),
        ("a\\b", "a%5cb", "a\\b"),
        ("100%", "100%25", "100%25"),
        ("%2f", "%252f", "%252f"),
    ],
)
def test_both_directions(name: str, kept: str, item: str) -> None:
    assert escape(name) == kept
    assert path_item(name) == item
    assert unescape(kept) == unescape(item) == name


@pytest.mark.parametrize(("kept", "name"), [("a%2Fb%5Cc", "a/b\\c"), ("50%", "50%"), ("a%20b", "a%20b")])
def test_other_forms_are_read(kept: str, name: str) -> None:
    assert unescape(kept) == name
