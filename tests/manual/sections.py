"""The sections of libvirt's manual of its ESX driver."""

import re
from pathlib import Path


def headings(shared: Path) -> list[str]:
    """The manual's headings, in order."""
    text = (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")
    return [match[1] for match in re.finditer(r"^(\w.*)\n([=\-~^])\2{3,}$", text, re.MULTILINE)]
