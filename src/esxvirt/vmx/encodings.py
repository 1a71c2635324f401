"""The character sets that VMware names in `.encoding`, and how a VMX file's bytes become text.

VMware writes `.encoding` as the first line of what it creates, in ICU's spelling (``windows-1252``, ``GB18030``,
``windows-949-2000``, ``ibm-943_P15A-2003`` ...). The line itself is ASCII in all of them, so it can be found before the
rest is decoded.
"""

import codecs
import re

from esxvirt.errors import VmxError
from esxvirt.vmx.report import Report

__all__ = ["LINE", "byte_order_mark", "check_encoding", "declared_encoding", "decode", "decode_line", "python_codec"]

# Names that Python lacks, or for which it knows a narrower set than the one that Windows, and so VMware, means.
_CODECS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "windows-932": "cp932",
    "windows-936": "gbk",
    "windows-949": "cp949",
    "windows-950": "cp950",
    "windows-874": "cp874",
    "iso-8859-11": "iso8859_11",
    "euc-cn": "gb2312",
}

# IBM's numbers of character sets that Python has by another name than ``cpNUMBER``, or a wider one for.
_IBM = {
    367: "ascii", 808: "cp866", 813: "iso8859_7", 819: "latin_1", 848: "cp1125", 867: "cp862", 872: "cp855",
    878: "koi8_r", 912: "iso8859_2", 913: "iso8859_3", 914: "iso8859_4", 915: "iso8859_5", 916: "iso8859_8",
    920: "iso8859_9", 921: "iso8859_13", 923: "iso8859_15", 942: "cp932", 943: "cp932", 954: "euc_jp", 970: "euc_kr",
    1051: "hp_roman8", 1089: "iso8859_6", 1162: "cp874", 1168: "koi8_u", 1208: "utf_8", 1275: "mac_roman",
    1280: "mac_greek", 1281: "mac_turkish", 1282: "mac_latin2", 1283: "mac_cyrillic", 1363: "cp949", 1370: "cp950",
    1373: "cp950", 1375: "big5hkscs", 1381: "gbk", 1383: "gb2312", 1386: "gbk", 1392: "gb18030", 4909: "iso8859_7",
    5012: "iso8859_8", 5050: "euc_jp", 5346: "cp1250", 5347: "cp1251", 5348: "cp1252", 5349: "cp1253", 5350: "cp1254",
    5351: "cp1255", 5352: "cp1256", 5353: "cp1257", 5354: "cp1258", 5471: "big5hkscs", 5488: "gb18030",
    9005: "iso8859_7", 9061: "cp869", 9066: "cp874", 9447: "cp1255", 9448: "cp1256", 9449: "cp1257", 33722: "euc_jp",
}  # fmt: skip
# Likewise of Windows' numbers.
_WINDOWS = {
    1361: "johab", 10000: "mac_roman", 20127: "ascii", 20866: "koi8_r", 20932: "euc_jp", 21866: "koi8_u",
    51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr", 54936: "gb18030", 65001: "utf_8",
    **{28590 + part: f"iso8859_{part}" for part in (*range(1, 12), *range(13, 17))},
}  # fmt: skip
_MACINTOSH = {"0": "mac_roman", "6": "mac_greek", "7": "mac_cyrillic", "29": "mac_latin2", "35": "mac_turkish"}
# Names that no rule below makes Python's.
_OTHERS = {
    "ms932": "cp932", "ms936": "gbk", "ms949": "cp949", "ms950": "cp950", "xsjis": "cp932", "sjis": "cp932",
    "cp943": "cp932", "cp1363": "cp949", "cp1386": "gbk", "ksc56011987": "cp949", "korean": "cp949", "xgbk": "gbk",
    "eucjp": "euc_jp", "euckr": "euc_kr", "eucgb": "gb2312", "macintosh": "mac_roman",
}  # fmt: skip
# ICU's names: a number, and behind it which table of the number, and its year: ``ibm-1363_P11B-1998``.
_NUMBERED = re.compile(r"(?:x-)?(windows|ibm|cp|macos|ms)-?([0-9]{1,5})([-_,].*)?")
_YEAR = re.compile(r"[-_,](?:1[0-9]{3}|20[0-9]{2})$")
_ASCII = '.encoding = "#|:09AZaz"'

_DECLARED = re.compile(rb"^[ \t]*\.encoding[ \t]*=[ \t]*[\"']?([^\"'\r\n#]*)", re.IGNORECASE | re.MULTILINE)
LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
"""A line of bytes and its end, in all character sets but those of `byte_order_mark`."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What else is meant where bytes do not fit: what Windows has by these names.
_WIDER = {"euc_kr": "cp949", "gb2312": "gbk", "big5": "cp950"}
# What single bytes are read as that mean nothing where they are: as on most machines of the time without `.encoding`.
_BYTES = "esxvirt.single-bytes"


def _read_single_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    try:
        return wrong.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return wrong.decode("latin-1"), error.end


codecs.register_error(_BYTES, _read_single_bytes)


def python_codec(name: str, *, strict: bool = False) -> str | None:
    """Return the Python codec for an encoding that VMware names; None if there is none.

    Args:
        name: what `.encoding` says.
        strict: take names that libvirt's library takes only: it does not know ICU's.
    """
    lowered = name.strip().lower()
    first = _CODECS.get(lowered, lowered)
    if strict:
        found = _look_up(first)
        # Codecs such as "hex" or "rot13" are no character sets.
        return found.name if found is not None and getattr(found, "_is_text_encoding", True) else None
    return next(filter(None, map(_usable, (first, *_guesses(lowered)))), None)


def _guesses(name: str) -> list[str]:
    """Return what a name of ICU's may be called in Python."""
    plain = re.sub(r"[^a-z0-9]", "", name)
    without_year = _YEAR.sub("", name)
    found = [_OTHERS.get(plain, ""), without_year, _OTHERS.get(re.sub(r"[^a-z0-9]", "", without_year), "")]
    match = _NUMBERED.fullmatch(name)
    if match is not None:
        number = int(match[2])
        if match[1] == "macos":
            return [_MACINTOSH.get(match[2], "")]
        tables = (_IBM, _WINDOWS) if match[1] == "ibm" else (_WINDOWS, _IBM)
        found += [*(table.get(number, "") for table in tables), _CODECS.get(f"windows-{number}", ""), f"cp{number}"]
    return found


def _look_up(name: str) -> codecs.CodecInfo | None:
    try:
        return codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None


def _usable(name: str) -> str | None:
    """Return the codec's name if it is a character set in which the line that names it is what it is."""
    info = _look_up(name) if name else None
    if info is None or not getattr(info, "_is_text_encoding", True):
        return None
    try:
        return info.name if _ASCII.encode("ascii").decode(info.name) == _ASCII else None
    except UnicodeError:
        return None


def declared_encoding(data: bytes) -> str | None:
    """Find the value of the first `.encoding` line, as written; None without one."""
    match = _DECLARED.search(data)
    return match[1].strip().decode("ascii", "replace") if match else None


def byte_order_mark(data: bytes) -> tuple[bytes, str] | None:
    """Return the mark at the beginning of a file and the codec that it stands for; None without one."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            try:
                data[len(mark) :].decode(codec)
            except UnicodeDecodeError:
                return None if codec != "utf-8" else (mark, codec)
            return mark, codec
    return None


def decode_line(line: bytes, codec: str | None) -> tuple[str, str]:
    """Decode a line of a file.

    Args:
        line: its bytes.
        codec: what the file says that they are; None for what is not known.

    Returns:
        The text, and what it was read as if that is not what the file says: then it is a guess.
    """
    for tried in dict.fromkeys((codec or "ascii", "utf-8", _WIDER.get(codec or "", "ascii"))):
        try:
            return line.decode(tried), "" if tried in {codec, "ascii"} else tried
        except UnicodeDecodeError:
            continue
    return line.decode(codec or "ascii", _BYTES), "cp1252"


def decode(data: bytes, *, strict: bool = False, report: Report | None = None) -> str:
    """Decode a VMX file.

    Args:
        data: the file's bytes.
        strict: refuse an encoding that is not known and bytes that do not fit it, as libvirt does.
        report: gets a note for each line whose text is a guess.

    Raises:
        VmxError: under `strict`, with libvirt's texts.
    """
    name = declared_encoding(data)
    if strict:
        codec = python_codec(name, strict=True) if name is not None else "utf-8"
        if codec is None:
            raise VmxError(f"libxml2 doesn't handle {name} encoding", key=".encoding")
        try:
            return data.decode(codec)
        except UnicodeDecodeError as error:
            raise VmxError(f"Could not convert from {name or 'UTF-8'} to UTF-8 encoding", key=".encoding") from error
    mark = byte_order_mark(data)
    if mark is not None and mark[1] != "utf-8":
        return data[len(mark[0]) :].decode(mark[1])
    codec = python_codec(name) if name is not None and mark is None else "utf-8"
    if codec is None and report is not None:
        report.add(f"the encoding '{name}' is not known; text beyond ASCII is a guess", ".encoding", guessed=True)
    data = data[len(mark[0]) :] if mark is not None else data
    if codec is not None:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            pass
    out = []
    for number, match in enumerate(LINE.finditer(data), 1):
        text, guess = decode_line(match[1], codec)
        if guess and report is not None and (codec is not None or guess != "utf-8"):
            called = "UTF-8" if mark is not None else name or "UTF-8"
            report.add(f"bytes that are no {called}; read as {guess}, and kept", ".encoding", number, guessed=True)
        out += [text, match[2].decode("ascii")]
    return "".join(out)


def check_encoding(text: str) -> None:
    """Refuse text whose `.encoding` is not known, as libvirt does.

    Raises:
        VmxError: if it is not.
    """
    name = declared_encoding(text.encode("utf-8", "surrogatepass"))
    if name is not None and python_codec(name, strict=True) is None:
        raise VmxError(f"libxml2 doesn't handle {name} encoding", key=".encoding")
