"""VMX files: whatever is in one, it is read, and what was read is what is written and read again."""

from hypothesis import given
from hypothesis import strategies as st

from esxvirt.errors import VmxError
from esxvirt.vmx.escapes import escape, unescape
from esxvirt.vmx.file import VmxFile

PIECES = [
    'displayName = "a"',
    "memsize = 4",
    ".encoding",
    ' = "',
    '"',
    "UTF-8",
    "GBK",
    "windows-1252",
    "|22",
    "|",
    "#",
    "=",
    "\n",
    "\r\n",
]
PIECES += ["scsi0:0.fileName", " ", "\t", "\x00", "\ufeff", "ö", "漢"]
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4))).map("".join)
BYTES = st.one_of(
    st.binary(),
    TEXT.map(lambda text: text.encode("utf-8", "replace")),
    TEXT.map(lambda text: text.encode("gbk", "replace")),
)


@given(BYTES)
def test_any_bytes_are_read_and_read_again_as_the_same(data: bytes) -> None:
    file = VmxFile.parse(data)
    again = VmxFile.parse(file.encode())
    assert list(again.items()) == list(file.items())


@given(BYTES)
def test_strictly_any_bytes_are_read_or_an_error_of_ours(data: bytes) -> None:
    try:
        file = VmxFile.parse(data, strict=True)
    except VmxError:
        return
    assert all(file.get(key) == value for key, value in file.items())


@given(TEXT, st.text(st.characters(exclude_categories=["Cs"])))
def test_a_changed_value_is_there_afterwards_and_nothing_else_is_changed(text: str, value: str) -> None:
    file = VmxFile.parse(text)
    before = dict(file.items())
    file.set_text("annotation", value)
    again = VmxFile.parse(str(file))
    assert again.text("annotation") == value
    assert {key: item for key, item in again.items() if key.lower() != "annotation"} == {
        key: item for key, item in before.items() if key.lower() != "annotation"
    }


@given(st.text())
def test_an_escaped_value_is_what_it_was_once_it_is_unescaped(value: str) -> None:
    assert unescape(escape(value)) == value
