"""The character sets that VMware names in `.encoding`, and how a VMX file's bytes become text.

VMware writes `.encoding` as the first line of what it creates, in ICU's spelling (``windows-1252``, ``GB18030``,
``Shift_JIS`` ...). The line itself is ASCII in all of them, so it can be found before the rest is decoded.
"""

import codecs
import re

from esxvirt.errors import VmxError
from esxvirt.vmx.report import Report

__all__ = ["check_encoding", "declared_encoding", "decode", "python_codec"]

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

_DECLARED = re.compile(rb"^[ \t]*\.encoding[ \t]*=[ \t]*[\"']?([^\"'\r\n#]*)", re.IGNORECASE | re.MULTILINE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is tried when the bytes are not what `.encoding` says; the last one takes any byte.
_FALLBACKS = ("utf-8", "cp1252", "latin-1")


def python_codec(name: str) -> str | None:
    """Give the Python codec for an encoding that VMware names, or None if there is none."""
    lowered = name.strip().lower()
    try:
        info = codecs.lookup(_CODECS.get(lowered, lowered))
    except (LookupError, ValueError, UnicodeError):
        return None
    # Codecs such as "hex" or "rot13" are no character sets.
    return info.name if getattr(info, "_is_text_encoding", True) else None


def declared_encoding(data: bytes) -> str | None:
    """Find the value of the first `.encoding` line, as written; None without one."""
    match = _DECLARED.search(data)
    return match[1].strip().decode("ascii", "replace") if match else None


def decode(data: bytes, *, strict: bool = False, report: Report | None = None) -> str:
    """Decode a VMX file.

    Args:
        data: the file's bytes.
        strict: refuse an encoding that is not known and bytes that do not fit it, as libvirt does.
        report: gets a note where the text is a guess.

    Raises:
        VmxError: under `strict`, with libvirt's texts.
    """
    for bom, unicode_codec in _BOMS:
        if data.startswith(bom) and not strict:
            return _decode_or_guess(data, unicode_codec, unicode_codec, report)
    name = declared_encoding(data)
    codec = python_codec(name) if name is not None else "utf-8"
    if strict:
        if codec is None:
            raise VmxError(f"libxml2 doesn't handle {name} encoding", key=".encoding")
        try:
            return data.decode(codec)
        except UnicodeDecodeError as error:
            raise VmxError(f"Could not convert from {name or 'UTF-8'} to UTF-8 encoding", key=".encoding") from error
    if codec is None:
        if report is not None:
            report.add(f"the encoding '{name}' is not known; the text is a guess", ".encoding", guessed=True)
        codec = "utf-8"
    return _decode_or_guess(data, codec, name or "UTF-8", report)


def check_encoding(text: str) -> None:
    """Refuse text whose `.encoding` is not known, as libvirt does.

    Raises:
        VmxError: if it is not.
    """
    name = declared_encoding(text.encode("utf-8", "surrogatepass"))
    if name is not None and python_codec(name) is None:
        raise VmxError(f"libxml2 doesn't handle {name} encoding", key=".encoding")


def _decode_or_guess(data: bytes, codec: str, name: str, report: Report | None) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        for fallback in _FALLBACKS:
            try:
                text = data.decode(fallback)
            except UnicodeDecodeError:
                continue
            if report is not None:
                report.add(f"bytes that are no {name}; the file is read as {fallback}", ".encoding", line, guessed=True)
            return text
        raise AssertionError("latin-1 decodes anything") from error  # pragma: no cover
