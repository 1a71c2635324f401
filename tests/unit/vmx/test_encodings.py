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
