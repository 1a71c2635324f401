"""Convert VMX files to libvirt's domain XML without any server, and tell what was lost or guessed.

usage: python convert_vmx.py FILE...

Writes FILE.xml beside each file. Exits with 1 if one cannot be converted.
"""

import sys
from pathlib import Path

from esxvirt.errors import EsxvirtError
from esxvirt.vmx import Report, to_xml


def main() -> int:
    failed = 0
    for name in sys.argv[1:]:
        report = Report()
        try:
            text = to_xml(Path(name).read_bytes(), report=report, file_name=name)
        except (EsxvirtError, OSError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = 1
            continue
        Path(f"{name}.xml").write_text(text, encoding="utf-8")
        for note in report:
            print(f"{name}: {note}")
    return failed


sys.exit(main())
