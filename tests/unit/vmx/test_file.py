import pytest

from esxvirt.errors import VmxError, VmxSyntaxError
from esxvirt.vmx import VmxFile
from esxvirt.vmx.escapes import escape, unescape, unescape_name


def test_values_are_found_in_any_case_and_written_back_as_they_were() -> None:
    text = '#!/usr/bin/vmware\n.encoding = "UTF-8"\nDisplayName="x"\n\n  memSize = "32" # a comment\nfoo.bar = ""\n'
    file = VmxFile.parse(text)
    assert file["displayname"] == "x"
    assert file.get("MEMSIZE") == "32"
    assert file["foo.bar"] == ""
    assert file.get("nothing") is None
    assert "FOO.bar" in file
    assert list(file) == [".encoding", "DisplayName", "memSize", "foo.bar"]
    assert len(file) == 4
    assert str(file) == text
    assert not file.report


def test_a_missing_key_is_a_key_error() -> None:
    file = VmxFile.parse('a = "b"\n')
    with pytest.raises(KeyError):
        file["b"]
    with pytest.raises(KeyError):
        del file["b"]


def test_changes_touch_only_their_lines() -> None:
    file = VmxFile.parse('# first\nA = "1"\nb   =   "2"\nc = "3"\n')
    file["a"] = "9"
    file["B"] = "2"
    file["new"] = "x"
    file.set_text("note", 'say "hi"|\nthere')
    del file["C"]
    file.discard("nothing")
    assert str(file) == '# first\nA = "9"\nb   =   "2"\nnew = "x"\nnote = "say |22hi|22|7c|0athere"\n'
    assert file.text("NOTE") == 'say "hi"|\nthere'
    assert file.text("nothing", "default") == "default"
    assert next(iter(file.items())) == ("A", "9")


def test_a_removed_key_can_come_back() -> None:
    file = VmxFile.parse('a = "1"\na = "2"\nb = "3"\n')
    del file["a"]
    assert str(file) == 'b = "3"\n'
    file["a"] = "4"
    assert str(file) == 'b = "3"\na = "4"\n'
    assert file.line_of("a") == 0


def test_of_duplicates_the_first_counts() -> None:
    file = VmxFile.parse('a = "1"\nA = "2"\nb = "1"\nb = "1"\n')
    assert file["a"] == "1"
    assert [(note.key, note.line) for note in file.report] == [("A", 2)]
    assert VmxFile.parse('a = "1"\nA = "2"\n', strict=True)["a"] == "1"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_every_line_end_ends_a_line(end: str, *, strict: bool) -> None:
    file = VmxFile.parse(end.join(['a = "1"', "# x", "", 'b = "2"', 'c = "3"']), strict=strict)
    assert dict(file.items()) == {"a": "1", "b": "2", "c": "3"}
    assert not file.report


def test_a_file_with_two_line_ends_is_read_as_both_readers_do() -> None:
    text = 'a = "1"\rb = "2"\r\n# x\rc = "3"\n'
    for strict in (False, True):
        assert dict(VmxFile.parse(text, strict=strict).items()) == {"a": "1", "b": "2", "c": "3"}


def test_line_ends_are_kept() -> None:
    data = b'a = "1"\r\n# x\r\nb = "2"\r\n'
    file = VmxFile.parse(data)
    assert file["a"] == "1"
    assert file.encode() == data
    file["c"] = "3"
    assert file.encode() == data + b'c = "3"\r\n'


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("a = 3", "a", "3"),
        ("a = x y # z", "a", "x y"),
        ("a=TRUE", "a", "TRUE"),
        ("a = 'b'", "a", "b"),
        ('a = "b" c', "a", "b"),
        ('a = "b', "a", "b"),
        ("a =", "a", ""),
        ('a/b:c = "d"', "a/b:c", "d"),
        ('0a = "d"', "0a", "d"),
        ('\ta\t=\t"b"\t', "a", "b"),
        ('a = "b=c"', "a", "b=c"),
        ('a = "b" # c', "a", "b"),
        ('a = "b";', "a", "b"),
    ],
)
def test_the_tolerant_reader_takes_what_can_be_meant(line: str, key: str, value: str) -> None:
    file = VmxFile.parse(f'first = "1"\n{line}\nlast = "2"\n')
    assert file[key] == value
    assert file.line_of(key) == 2
    assert file["last"] == "2"
    assert str(file).splitlines()[1] == line


@pytest.mark.parametrize("line", ["stray words", "= 3", '"quoted" = "x"', "\x00\x01", "[section]"])
def test_a_line_that_says_nothing_is_noted_and_kept(line: str) -> None:
    file = VmxFile.parse(f'a = "1"\n{line}\nb = "2"\n')
    assert dict(file.items()) == {"a": "1", "b": "2"}
    assert [note.line for note in file.report] == [2]
    assert line in str(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a =\n", "memory conf:1: expecting a value"),
        ("a = 3\n", "memory conf:1: numbers not allowed in VMX format"),
        ("a = -3\n", "memory conf:1: numbers not allowed in VMX format"),
        ("a = true\n", "memory conf:1: expecting a value"),
        ('a = "1"\nstray line\n', "memory conf:2: expecting an assignment"),
        ("\n\n= 3\n", "memory conf:3: expecting a name"),
        ('a = [ "b" ]\n', "memory conf:1: lists not allowed in VMX format"),
        ('a = "b\n', "memory conf:1: unterminated string"),
        ('a = """b\nc\n', "memory conf:1: unterminated string"),
        ('a = "b" c\n', "memory conf:1: expecting a separator"),
        ('_a = "b"\n', "memory conf:1: expecting a name"),
        ('1a = "b"\n', "memory conf:1: expecting a name"),
        ('a/b = "c"\n', "memory conf:1: expecting an assignment"),
        ('\ufeffa = "b"\n', "memory conf:1: expecting a name"),
        ("a = '''b\n", "memory conf:1: expecting a separator"),
    ],
)
def test_the_strict_reader_refuses_what_libvirt_refuses(text: str, message: str) -> None:
    with pytest.raises(VmxSyntaxError) as caught:
        VmxFile.parse(text, strict=True)
    assert str(caught.value) == message
    assert caught.value.line == int(message.split(":")[1])


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a = 'b'\n", {"a": "b"}),
        ('a = """b\nc"""\nd = "e"\n', {"a": "b\nc", "d": "e"}),
        ('a = "b"; c = "d"\n', {"a": "b", "c": "d"}),
        ('a = "b" # c\n', {"a": "b"}),
        ("a = 'it \"is\"'\n", {"a": 'it "is"'}),
        ('a-b.c:d = "e"', {"a-b.c:d": "e"}),
        ("# only\n\n", {}),
        ("", {}),
    ],
)
def test_the_strict_reader_takes_what_libvirt_takes(text: str, items: dict[str, str]) -> None:
    assert dict(VmxFile.parse(text, strict=True).items()) == items


def test_escapes() -> None:
    assert escape('a"b|c\nd\te') == "a|22b|7cc|0ad\te"
    assert unescape("a|22b|7Cc|0a|C3|A9") == 'a"b|c\né'
    assert unescape_name("a%20b|41%2f") == "a bA/"
    for wrong in ("a|", "a|4", "a|4g", "|zz"):
        with pytest.raises(VmxError, match="'annotation' contains invalid escape sequence"):
            unescape(wrong)
    with pytest.raises(VmxError, match="'name' contains invalid escape sequence"):
        unescape_name("100%")
