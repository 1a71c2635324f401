"""Answers of a server that are changed on their way, as no server would give them; and what a client makes of each.

A case is a number: it chooses what is asked, which of the answers is changed, and how. `run` tries one. As a program,
`make answers`, this tries many on each of `PROFILES`, and writes the figures into `docs/reliability.md`.

usage: python -m tests.fuzz.answers [CASES]
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from esxvirt import libvirt
from esxvirt.sim import Simulator
from esxvirt.vsphere.transport import Transport
from tests.client import open_connection
from tests.faults.figures import PAGE

__all__ = ["ASKED", "DEADLINE", "PROFILES", "Outcome", "run"]

PROFILES: Final = ("esx-4.1", "esx-7.0", "vcenter-7.0")

DEADLINE: Final = 20.0
"""Seconds that no case may take; it is the deadline of a call and some reserve."""

_SPECIAL: Final = (
    "", "0", "-1", "x", "true", "99999999999999999999", "1e400", "NaN", "[local-storage] ../../x", "a/b", "%2f",
    "\u202e", "2026-13-45T99:99:99Z", "[", "] [", "vm-1", " ", "\t\n", "é" * 300,
)  # fmt: skip
_TYPES: Final = (
    "xsd:int", "xsd:string", "xsd:dateTime", "xsd:boolean", "ArrayOfInt", "ManagedObjectReference", "VirtualDisk",
    "VirtualMachineConfigInfo", "NoSuchType", "ArrayOfVirtualDevice", "xsd:base64Binary",
)  # fmt: skip
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"


def _power(connection: Any) -> None:
    domain = connection.lookupByName("archive")
    domain.create()
    domain.destroy()


def _snapshot(connection: Any) -> None:
    domain = connection.lookupByName("web")
    taken = domain.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>")
    domain.listAllSnapshots()
    taken.delete()


def _volumes(connection: Any) -> None:
    pool = connection.storagePoolLookupByName("local-storage")
    pool.info()
    for volume in pool.listAllVolumes():
        volume.info()
        volume.XMLDesc()


ASKED: Final[dict[str, Callable[[Any], object]]] = {
    "open": lambda _: None,
    "list": lambda connection: [domain.name() for domain in connection.listAllDomains()],
    "stats": lambda connection: connection.getAllDomainStats(),
    "info": lambda connection: connection.lookupByName("web").info(),
    "xml": lambda connection: connection.lookupByName("web").XMLDesc(),
    "host": lambda connection: (connection.getInfo(), connection.getCapabilities(), connection.getHostname()),
    "pools": lambda connection: [pool.XMLDesc() for pool in connection.listAllStoragePools()],
    "volumes": _volumes,
    "networks": lambda connection: [network.XMLDesc() for network in connection.listAllNetworks()],
    "scheduler": lambda connection: connection.lookupByName("web").schedulerParameters(),
    "power": _power,
    "snapshot": _snapshot,
}


@dataclass(frozen=True)
class Outcome:
    """What a case came to: the error's text, "" for none; seconds; and what is wrong with it, "" for nothing."""

    asked: str
    error: str
    seconds: float
    wrong: str


def run(server: Simulator, case: int) -> Outcome:
    """Try a case."""
    chance = random.Random(case)
    asked = chance.choice(list(ASKED))
    at = chance.randrange(6)
    answers = 0

    def changing(plain: Callable[..., Any]) -> Callable[..., Any]:
        def post(self: Transport, *arguments: Any) -> Any:
            nonlocal answers
            status, reason, body = plain(self, *arguments)
            answers += 1
            return (status, reason, change(body, chance)) if answers - 1 == at else (status, reason, body)

        return post

    before = time.monotonic()
    error, wrong = "", ""
    plain = Transport._post
    Transport._post = changing(plain)  # type: ignore[method-assign]
    try:
        with open_connection(server.uri, server.username, server.password) as connection:
            ASKED[asked](connection)
    except libvirt.libvirtError as refusal:
        error = str(refusal)
    except Exception as escaped:  # noqa: BLE001  that is what is looked for
        wrong = f"{type(escaped).__name__}: {escaped}"
    finally:
        Transport._post = plain  # type: ignore[method-assign]
    seconds = time.monotonic() - before
    if not wrong and seconds > DEADLINE:
        wrong = f"it took {seconds:.0f} s"
    return Outcome(asked, error, seconds, wrong)


def change(body: bytes, chance: random.Random) -> bytes:
    """Change an answer in one to three places, or all of it."""
    if chance.random() < 0.1:
        return chance.choice(
            [b"", b"<html></html>", body[: chance.randrange(len(body) + 1)], body * 2, body.replace(b">", b"", 1)]
        )
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return body[::-1]
    for _ in range(chance.randint(1, 3)):
        elements = list(root.iter("{*}*"))[2:]
        if not elements:
            break
        _change_one(chance.choice(elements), elements, chance)
    return bytes(etree.tostring(root))


def _change_one(element: Any, elements: list[Any], chance: random.Random) -> None:
    parent = element.getparent()
    kind = chance.randrange(9)
    if kind == 0 and parent is not None:
        parent.remove(element)
    elif kind == 1:
        element.text = chance.choice(_SPECIAL)
    elif kind == 2:
        element.set(_XSI, chance.choice(_TYPES))
    elif kind == 3:
        element.attrib.pop(_XSI, None)
        element.attrib.pop("type", None)
    elif kind == 4:
        element.tag = chance.choice(elements).tag
    elif kind == 5:
        for child in list(element):
            element.remove(child)
    elif kind == 6 and parent is not None:
        for _ in range(chance.choice([1, 30])):
            parent.insert(parent.index(element), etree.fromstring(etree.tostring(element)))
    elif kind == 7:
        element.set("type", chance.choice(["Folder", "VirtualMachine", "", "Task", "HostSystem"]))
    else:
        other = chance.choice(elements)
        if element not in other.iterancestors() and other is not element and other not in element.iterancestors():
            element.append(etree.fromstring(etree.tostring(other)))


_BEGIN: Final = "<!-- figures: written by `make answers` -->"
_END: Final = "<!-- end of answers -->"


def main(cases: str = "5000") -> int:
    """Try `cases` in all, spread over the profiles; print and write what came of them."""
    lines = [
        "| | Cases | Refused | Passed over | Errors of another kind | Over the deadline | Slowest, s | Memory, MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    wrong: list[str] = []
    each = -(-int(cases) // len(PROFILES))
    for profile in PROFILES:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with Simulator(profile, transport="http", vms=3) as server:
            server.tasks.seconds = 0.0
            outcomes = [run(server, case) for case in range(each)]
        refused = sum(bool(outcome.error) for outcome in outcomes)
        late = [outcome for outcome in outcomes if outcome.seconds > DEADLINE]
        others = [outcome for outcome in outcomes if outcome.wrong and outcome not in late]
        wrong += [f"{profile}, case {outcomes.index(one)}: {one.asked}: {one.wrong}" for one in (*late, *others)]
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
        slowest = max(outcome.seconds for outcome in outcomes)
        lines.append(
            f"| `{profile}` | {each:,} | {refused:,} | {each - refused - len(others):,} | {len(others)} | {len(late)} "
            f"| {slowest:.1f} | {memory} |"
        )
    text = "\n".join(lines)
    sys.stdout.write("\n".join([text, "", *wrong, ""]))
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(_BEGIN)
    PAGE.write_text(f"{head}{_BEGIN}\n\n{text}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")
    return bool(wrong)


if __name__ == "__main__":
    libvirt.registerErrorHandler(lambda *_: None, None)
    sys.exit(main(*sys.argv[1:]))
