"""Auth files: whatever is in one, an error of ours, which shows no line of it, or credentials."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esxvirt.auth import AuthFile
from esxvirt.errors import AuthenticationError

PIECES = [
    "[auth-esx-h]",
    "[auth-default]",
    "[credentials-c]",
    "credentials=c",
    "username=u",
    "password=",
    "\n",
    "\r\n",
    "#",
    "[",
]
LINES = (
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
    .map("".join)
    .map(lambda text: text.encode("utf-8", "replace"))
)
# What can stand in a value: no line ends, no blanks in front, which do not count.
VALUES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])).map(
    lambda text: text.lstrip(" \t")
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("auth") / "auth.conf"


@given(content=st.one_of(st.binary(), LINES))
def test_anything_is_an_error_of_ours_or_credentials(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    fault = ""
    try:
        AuthFile.load(path).credentials("esx", "h")
    except AuthenticationError as error:
        fault = str(error)
    assert not fault or str(path) in fault


@given(username=VALUES, password=VALUES)
def test_values_come_out_as_they_were(path: Path, username: str, password: str) -> None:
    text = f"[credentials-c]\nusername={username}\npassword={password}\n[auth-esx-h]\ncredentials=c\n"
    path.write_bytes(text.encode())
    found = AuthFile.load(path).credentials("esx", "h")
    assert found.username == username
    assert found.password is not None
    assert found.password.reveal() == password
