"""Conversions a second, VMX to XML and back, by esxvirt and by the real libvirt-python on the same texts.

libvirt converts on a connection only: to a simulator, which is asked for nothing meanwhile. Both go from text to text,
in one process each, again and again.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.machines import MACHINES, vmx, xml
from benchmarks.measure import ROOT, Access, serving
from esxvirt.libvirt_esx import native_to_xml, xml_to_native

__all__ = ["Rate", "measure", "system_python", "table"]

_FROM, _TO = "domainXMLFromNative", "domainXMLToNative"
_DIRECTIONS: dict[str, tuple[str, Callable[..., str], Callable[..., tuple[str, list[str]]]]] = {
    "VMX to XML": (_FROM, vmx, partial(native_to_xml, None)),
    "XML to VMX": (_TO, xml, partial(xml_to_native, None)),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """Conversions a second of one machine in one direction; `libvirt` is None where libvirt-python is missing."""

    machine: str
    direction: str
    size: int
    esxvirt: float
    libvirt: float | None
    same: bool | None


def system_python() -> str | None:
    """The Python that has libvirt-python, or None."""
    python = "/usr/bin/python3"
    if not Path(python).exists():
        return None
    answer = subprocess.run([python, "-c", "import libvirt"], capture_output=True, check=False)
    return python if answer.returncode == 0 else None


def measure(seconds: float) -> list[Rate]:
    """Measure each machine in each direction for so many seconds, by both."""
    cases = [
        (machine, direction, method, text(*parts), convert)
        for machine, parts in MACHINES.items()
        for direction, (method, text, convert) in _DIRECTIONS.items()
    ]
    theirs = _by_libvirt([(method, text) for _, _, method, text, _ in cases], seconds)
    rates = []
    for (machine, direction, _, text, convert), reference in zip(cases, theirs, strict=True):
        result, _ = convert("vmware-vmx", text)
        rate, expected = reference or (None, None)
        same = None if expected is None else _comparable(result) == _comparable(expected)
        rates.append(Rate(machine, direction, len(text), _rate(convert, text, seconds), rate, same))
    return rates


def table(rates: list[Rate]) -> str:
    """The rates as a table in Markdown."""
    lines = [
        "| machine | conversion | input, bytes | esxvirt, 1/s | libvirt-python, 1/s | esxvirt takes | same text |",
        "| :--- | :--- | ---: | ---: | ---: | ---: | :--- |",
    ]
    for rate in rates:
        theirs = "" if rate.libvirt is None else f"{rate.libvirt:,.0f}"
        times = "" if rate.libvirt is None else f"{rate.libvirt / rate.esxvirt:.1f} times as long"
        same = {None: "", True: "yes", False: "no"}[rate.same]
        lines.append(
            f"| {rate.machine} | {rate.direction} | {rate.size:,} | {rate.esxvirt:,.0f} | {theirs} | {times} | {same} |"
        )
    return "\n".join(lines)


def _rate(convert: Callable[..., object], text: str, seconds: float) -> float:
    count, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < seconds or not count:
        convert("vmware-vmx", text)
        count += 1
    return count / passed


def _by_libvirt(cases: list[tuple[str, str]], seconds: float) -> list[tuple[float, str] | None]:
    python = system_python()
    if python is None:
        return [None] * len(cases)
    with serving("esx-8.0", 0, 0.0) as server:
        command = [python, str(ROOT / "benchmarks" / "libvirt_conversions.py"), _uri(server.access), str(seconds)]
        answer = subprocess.run(
            command,
            input="".join(json.dumps(case) + "\n" for case in cases),
            env={**os.environ, "LIBVIRT_AUTH_FILE": str(server.access.auth_file), "LIBVIRT_LOG_FILTERS": "4:*"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [(float(rate), str(text)) for rate, text in map(json.loads, answer.stdout.splitlines())]


def _uri(access: Access) -> str:
    return f"esx://{access.username}@127.0.0.1:{access.port}/?no_verify=1"


def _comparable(text: str) -> str:
    """Without the place of a file that was handed over without one, which differs between with and without a server."""
    return text.replace("[datastore] directory/", "[?] ?/")
