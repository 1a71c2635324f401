"""Coverage-guided fuzzing of the parsers, with atheris: whatever comes in, nothing but our own errors comes out.

usage: python -m tests.fuzz.guided vmx|strict|xml [libFuzzer's options, such as -max_total_time=600]
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # not a dependency of the project

with atheris.instrument_imports(include=["esxvirt"]):
    from esxvirt.errors import EsxvirtError
    from esxvirt.vmx import VmxContext, from_domain, redefine, to_domain
    from esxvirt.xml.domain import format_domain
    from esxvirt.xml.domain.parse import parse_domain

from tests.conformance.generators import VmxGenerator, XmlGenerator  # not watched

EVERY = VmxContext(all_devices=True)


def convert_vmx(data: bytes) -> None:
    """A VMX file, as tolerantly as can be; what is converted is written, and its file keeps what it says."""
    try:
        domain = to_domain(data, EVERY)
        format_domain(domain)
        from_domain(domain, 10, EVERY)
        redefine(data, domain, EVERY)
    except EsxvirtError:
        return


def convert_vmx_strictly(data: bytes) -> None:
    """A VMX file, as libvirt takes it."""
    try:
        from_domain(to_domain(data, strict=True), 10, strict=True)
    except EsxvirtError:
        return


def convert_xml(data: bytes) -> None:
    """A domain's XML, both ways of writing it."""
    try:
        domain = parse_domain(data)
    except EsxvirtError:
        return
    format_domain(domain)
    for strict in (False, True):
        try:
            from_domain(domain, 10, strict=strict)
        except EsxvirtError:
            continue


TARGETS = {"vmx": convert_vmx, "strict": convert_vmx_strictly, "xml": convert_xml}


def sow(name: str, corpus: Path) -> None:
    """Write what to begin with: lxml is not watched, and blind chance writes no document that is well formed."""
    for seed in range(100):
        text = XmlGenerator(seed).domain().encode() if name == "xml" else VmxGenerator(seed).file()
        (corpus / str(seed)).write_bytes(text)


def main() -> None:
    """Fuzz the target named by the first argument."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as corpus:
        sow(name, Path(corpus))
        child = os.fork()  # libFuzzer ends its process without a word, and would leave the corpus behind
        if child == 0:
            atheris.Setup([*sys.argv, corpus], TARGETS[name])
            atheris.Fuzz()
        _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
