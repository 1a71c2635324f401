import pytest

from esxvirt.names import escape, find_name, find_stored, path_item, unescape


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


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["a%2fb", "c"], "a/b", "a%2fb"),
        (["a%2fb", "c"], "a%2Fb", "a%2fb"),
        (["50%2525", "50%25"], "50%25", "50%25"),
        (["50%2525", "50%25"], "50%", "50%25"),
        (["50%2525"], "50%25", "50%2525"),
        (["a%5cb"], "a\\b", "a%5cb"),
        (["a%2fb"], "a", None),
        (["a%2fb"], "A/b", None),
        (["a%2fb"], "a%252fb", None),
        ([], "a", None),
    ],
)
def test_which_stored_name_is_meant(names: list[str], wanted: str, found: str | None) -> None:
    assert find_stored(names, wanted) == found


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["a/b", "c"], "a/b", "a/b"),
        (["a/b", "c"], "a%2fb", "a/b"),
        (["a%2fb", "a/b"], "a%2fb", "a%2fb"),
        (["a%2fb"], "a%252fb", "a%2fb"),
        (["50%"], "50%25", "50%"),
        (["a/b"], "a%252fb", None),
        (["a%2fb"], "a/b", None),
        ([], "a", None),
    ],
)
def test_which_name_is_meant(names: list[str], wanted: str, found: str | None) -> None:
    assert find_name(names, wanted) == found
