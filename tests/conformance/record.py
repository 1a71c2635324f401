"""Asks the real libvirt anew about every case in `recorded.jsonl`, and writes down what it says.

usage: python -m tests.conformance.record

A line of the file is a list: "vmx" or "xml", the lines given (behind those that all cases share), and either the lines
of the answer that the plainest case has not, or the text of the error.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.oracle import Oracle, serve

RECORD = Path(__file__).with_name("recorded.jsonl")
VMX_HEAD = 'config.version = "8"\nvirtualHW.version = "4"\ndisplayName = "t"\n'
XML_HEAD = "<domain type='vmware'><name>n</name><uuid>564d9bef-acd9-b4e0-c8f0-aea8b9103515</uuid>"
XML_PLAIN = "<memory unit='KiB'>4096</memory><os><type>hvm</type></os></domain>"
# Addresses are made up in this range.
_MAC = re.compile(r"00:0c:29:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}")
Case = tuple[str, str, list[str] | str]


def whole(kind: str, given: str) -> str:
    """The document of a case."""
    return VMX_HEAD + given if kind == "vmx" else XML_HEAD + given


def plain(kind: str) -> str:
    """The plainest document of a kind."""
    return whole(kind, "" if kind == "vmx" else XML_PLAIN)


def shorten(answer: str, plainest: str, given: str) -> list[str]:
    """The lines of an answer that the plainest answer has not; MAC addresses that were made up are masked."""
    known = set(plainest.splitlines())

    def mask(match: re.Match[str]) -> str:
        return match[0] if match[0] in given else "00:0c:29:?"

    return [_MAC.sub(mask, line) for line in answer.splitlines() if line not in known]


def read() -> Iterator[Case]:
    """The cases on record."""
    for line in RECORD.read_text(encoding="utf-8").splitlines():
        kind, given, answer = json.loads(line)
        yield kind, given, answer


def ask(oracle: Oracle, kind: str, given: str, plainest: str) -> list[str] | str:
    """What libvirt says of a case."""
    state, text = oracle.ask("from" if kind == "vmx" else "to", whole(kind, given).encode())
    return shorten(text, plainest, given) if state == "ok" else text


def main() -> None:
    cases = list(read())
    with serve() as oracle:
        bases = {kind: oracle.ask(way, plain(kind).encode())[1] for kind, way in (("vmx", "from"), ("xml", "to"))}
        lines = [
            json.dumps([kind, given, ask(oracle, kind, given, bases[kind])], ensure_ascii=False)
            for kind, given, _ in cases
        ]
    RECORD.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
