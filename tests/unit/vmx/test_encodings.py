import codecs

import pytest

from esxvirt.errors import VmxError
from esxvirt.vmx import Report, VmxFile, to_xml
from esxvirt.vmx.encodings import declared_encoding, decode, python_codec

# What VMware writes, with a text that only the encoding itself reads right.
ENCODINGS = [
    ("UTF-8", "machine é Ж 機"),
    ("windows-1250", "Łódź"),
    ("windows-1251", "Москва"),
    ("windows-1252", "café €"),
    ("windows-1253", "Αθήνα"),
    ("windows-1254", "İstanbul"),
    ("windows-1255", "ירושלים"),
    ("windows-1256", "القاهرة"),
    ("windows-1257", "Rīga"),
    ("windows-1258", "Huế"),
    ("GBK", "虚拟机"),
    ("GB18030", "虚拟机 €"),
    ("Shift_JIS", "仮想マシン①"),
    ("windows-31j", "仮想マシン①"),
    ("EUC-JP", "仮想マシン"),
    ("EUC-KR", "가상 머신"),
    ("windows-949", "가상 머신"),
    ("Big5", "虛擬機"),
    ("windows-950", "虛擬機"),
    ("windows-936", "虚拟机"),
    ("windows-874", "เครื่อง"),
    ("ISO-8859-1", "café"),
    ("ISO-8859-2", "Łódź"),
    ("ISO-8859-5", "Москва"),
    ("ISO-8859-15", "café €"),
    ("US-ASCII", "plain"),
    ("KOI8-R", "Москва"),
]


def vmx(encoding: str, name: str) -> bytes:
    codec = python_codec(encoding)
    assert codec is not None
    return f'.encoding = "{encoding}"\nconfig.version = "8"\nvirtualHW.version = "7"\ndisplayName = "{name}"\n'.encode(
        codec
    )


@pytest.mark.parametrize(("encoding", "name"), ENCODINGS, ids=[name for name, _ in ENCODINGS])
def test_every_encoding_that_vmware_writes(encoding: str, name: str) -> None:
    if encoding == "windows-1258":
        name = "Hu\u00ea\u0301"  # its e with circumflex and acute is two characters
    data = vmx(encoding, name)
    for strict in (False, True):
        assert f"<name>{name}</name>" in to_xml(data, strict=strict)
    file = VmxFile.parse(data)
    assert file.encode() == data
    assert file.encoding == encoding


def test_the_encoding_is_found_wherever_and_however_it_stands() -> None:
    assert declared_encoding(b'a = "b"\r\n .ENCODING="GBK"\r\n') == "GBK"
    assert declared_encoding(b".encoding = GBK # x") == "GBK"
    assert declared_encoding(b'x.encoding = "GBK"') is None
    assert python_codec("no such") is None
    assert python_codec("hex") is None
    assert python_codec("nul\0") is None


def test_byte_order_marks() -> None:
    text = 'displayName = "é"\n'
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        assert VmxFile.parse(bom + text.encode(codec))["displayName"] == "é"


def test_bytes_that_are_not_what_they_say_are_guessed_and_noted() -> None:
    report = Report()
    data = b'.encoding = "UTF-8"\ndisplayName = "caf' + b"\xe9" + b'"\n'
    assert "café" in decode(data, report=report)
    assert [(note.key, note.line) for note in report] == [(".encoding", 2)]
    assert "cp1252" in str(report)
    with pytest.raises(VmxError, match="Could not convert from UTF-8 to UTF-8 encoding"):
        decode(data, strict=True)


def test_bytes_of_another_encoding_are_utf_8_first() -> None:
    data = '.encoding = "Shift_JIS"\ndisplayName = "é☃"\n'.encode()
    assert "é☃" in decode(data)


def test_any_bytes_are_read() -> None:
    assert decode(bytes(range(256)))


def test_an_unknown_encoding() -> None:
    data = b'.encoding = "klingon-8"\ndisplayName = "x"\n'
    report = Report()
    assert "klingon" in decode(data, report=report)
    assert "'klingon-8' is not known" in str(report)
    for given in (data, data.decode()):
        with pytest.raises(VmxError, match="libxml2 doesn't handle klingon-8 encoding"):
            VmxFile.parse(given, strict=True)


def test_text_is_what_it_is_whatever_it_says() -> None:
    for strict in (False, True):
        assert VmxFile.parse('.encoding = "windows-1252"\ndisplayName = "☃"\n', strict=strict)["displayName"] == "☃"


def test_what_an_encoding_cannot_say_turns_the_file_to_utf_8() -> None:
    file = VmxFile.parse(vmx("windows-1252", "x"))
    file["displayName"] = "機"
    data = file.encode()
    assert data.startswith(b'.encoding = "UTF-8"\n')
    assert VmxFile.parse(data)["displayName"] == "機"


# ICU's names, which VMware writes on Windows in Korea, China, Japan ...
ICU = [
    ("windows-949-2000", "cp949", "실행"),
    ("windows-936-2000", "gbk", "虚拟机"),
    ("windows-950-2000", "cp950", "虛擬機"),
    ("windows-874-2000", "cp874", "เครื่อง"),
    ("ibm-943_P15A-2003", "cp932", "仮想マシン①"),
    ("ibm-943_P15A-2003,swaplfnl", "cp932", "仮想"),
    ("ibm-1363_P11B-1998", "cp949", "실행"),
    ("ibm-1386_P100-2001", "gbk", "虚拟机"),
    ("ibm-1373_P100-2002", "cp950", "虛擬機"),
    ("ibm-1375_P100-2008", "big5hkscs", "虛擬機"),
    ("ibm-970_P110_P110-2006_U2", "euc_kr", "실행"),
    ("ibm-33722_P12A_P12A-2009_U2", "euc_jp", "仮想"),
    ("ibm-5348_P100-1997", "cp1252", "café €"),
    ("ibm-5347_P100-1998", "cp1251", "Москва"),
    ("ibm-912_P100-1995", "iso8859-2", "Łódź"),
    ("ibm-878_P100-1996", "koi8_r", "Москва"),
    ("ibm-437_P100-1995", "cp437", "é"),
    ("iso-8859_10-1998", "iso8859-10", "Ķ"),
    ("macos-0_2-10.2", "mac_roman", "é"),
    ("gb18030-2022", "gb18030", "虚拟机 €"),
    ("euc-jp-2007", "euc_jp", "仮想"),
    ("windows-65001", "utf-8", "機"),
    ("ms949", "cp949", "실행"),
]


@pytest.mark.parametrize(("name", "codec", "text"), ICU, ids=[name for name, _, _ in ICU])
def test_the_names_of_icu(name: str, codec: str, text: str) -> None:
    data = f'.encoding = "{name}"\r\nconfig.version = "8"\r\ndisplayName = "{text}"\r\nmemsize = "64"\r\n'.encode(codec)
    file = VmxFile.parse(data)
    assert file["displayName"] == text
    assert not file.report
    assert file.encode() == data
    file["memsize"] = "128"
    assert file.encode() == data.replace(b'"64"', b'"128"')
    file["displayName"] = f"{text}{text}"
    assert file.encode() == data.replace(b'"64"', b'"128"').replace(text.encode(codec), text.encode(codec) * 2)
    # libvirt's library does not know them.
    if python_codec(name, strict=True) is None:
        with pytest.raises(VmxError, match="libxml2 doesn't handle"):
            to_xml(data, strict=True)


def test_names_that_cannot_be_those_of_the_line_that_says_them() -> None:
    for name in ("ibm-37_P100-1995", "ibm-1047", "utf-16", "hex", "x-user-defined", "ibm-99999", ""):
        assert python_codec(name) is None


def test_one_broken_line_is_one_broken_line() -> None:
    good, cut = "가상".encode("cp949"), "실행".encode("cp949")[:3]
    data = b'.encoding = "windows-949"\ndisplayName = "' + good + b'"\nannotation = "' + cut + b'"\nmemsize = "64"\n'
    report = Report()
    file = VmxFile.parse(data)
    assert file["displayName"] == "가상"
    assert file["annotation"] == "실Ç"
    to_xml(data, report=report)
    assert [(note.key, note.line) for note in report if note.key == ".encoding"] == [(".encoding", 3)]
    file["memsize"] = "128"
    assert file.encode() == data.replace(b'"64"', b'"128"')


def test_each_line_for_itself() -> None:
    utf, western = "機".encode(), b"caf\xe9"
    data = b'displayName = "' + utf + b'"\r\nannotation = "' + western + b'"\na = "\x81\xff"\rb = "x"'
    file = VmxFile.parse(data)
    assert (file["displayName"], file["annotation"], file["a"], file["b"]) == ("機", "café", "\x81ÿ", "x")
    assert [note.line for note in file.report] == [2, 3]
    assert file.encode() == data
    file["c"] = "ü"
    assert file.encode() == data + b'\r\nc = "' + "ü".encode() + b'"\r\n'


@pytest.mark.parametrize("name", ["klingon-8", "windows-949"])
def test_bytes_that_cannot_be_understood_stay_where_something_is_added(name: str) -> None:
    data = f'.encoding = "{name}"\n'.encode() + b'displayName = "\xff\xfe"\nmemsize = "64"\n'
    file = VmxFile.parse(data)
    assert file.report
    assert file.encode() == data
    file["memsize"] = "128"
    file["note"] = "plain"
    assert file.encode() == data.replace(b'"64"', b'"128"') + b'note = "plain"\n'


def test_nothing_beyond_ascii_is_added_to_what_is_not_understood() -> None:
    file = VmxFile.parse(b'.encoding = "klingon-8"\ndisplayName = "\xff\xfe"\n')
    file["note"] = "é"
    with pytest.raises(VmxError, match="encoding 'klingon-8' of the VMX file is not known"):
        file.encode()
    # Bytes that are UTF-8 whatever they are called can be said to be.
    file = VmxFile.parse('.encoding = "klingon-8"\ndisplayName = "機"\n'.encode())
    assert file["displayName"] == "機"
    file["note"] = "é"
    assert file.encode().decode() == '.encoding = "UTF-8"\ndisplayName = "機"\nnote = "é"\n'


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"a", b'a = "1"\r\r\nb = "2"', b"\xef\xbb\xbf.x = 'y'\r\n"])
def test_a_file_that_is_not_changed_has_its_bytes(data: bytes) -> None:
    assert VmxFile.parse(data).encode() == data
    assert VmxFile.parse(data).copy().encode() == data


def test_a_file_with_a_byte_order_mark_keeps_it() -> None:
    text = '.encoding = "UTF-8"\r\ndisplayName = "é"\r\n'
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        data = bom + text.encode(codec)
        file = VmxFile.parse(data)
        assert file.encode() == data
        file["displayName"] = "機"
        assert file.encode() == bom + text.replace("é", "機").encode(codec)


def test_what_windows_means_by_a_narrower_name() -> None:
    data = '.encoding = "EUC-KR"\ndisplayName = "똠"\n'.encode("cp949")
    file = VmxFile.parse(data)
    assert file["displayName"] == "똠"
    assert "read as cp949" in str(file.report)
    assert file.encode() == data
