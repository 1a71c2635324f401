"""A libvirt-python program for both libraries: it migrates in every way that is refused, and in some that are not.

usage: migration_program.py SOURCE DESTINATION HOST OTHER-HOST VCENTER, with the accounts in LIBVIRT_AUTH_FILE

SOURCE and DESTINATION have a vCenter, the hosts are connected to without. It prints what came of each call as JSON.
"""

# ruff: noqa: B023  each call is made before the loop goes on
# ruff: noqa: T201  a program prints

import json
import sys
from collections.abc import Callable
from typing import Any

import libvirt  # type: ignore[import-not-found]  # the real one, or ours by way of esxvirt.compat

SOURCE, DESTINATION, HOST, OTHER_HOST, VCENTER = sys.argv[1:]
# Every flag alone, and those together that more than one check looks at.
FLAGS = [1 << bit for bit in range(1, 22) if 1 << bit not in {8, 16, 32}]
FLAGS += [0x6, 0x402, 0x404, 0x102, 0x104, 0x500, 0x140, 0x1040, 0x1200, 0xC0, 0x400C0, 0x40400, 0x40002, 0xC2, 0x3000]
FLAGS += [0x7001, 0x40040]

libvirt.registerErrorHandler(lambda *_: None, None)
connections = [libvirt.open(uri) for uri in (SOURCE, DESTINATION, HOST, OTHER_HOST)]
source, destination, host, other_host = connections
reader = libvirt.openReadOnly(DESTINATION)
domain, domain_of_host = source.lookupByName("vm-0001"), host.lookupByName("vm-0001")
told: dict[str, Any] = {}


def tell(name: str, call: Callable[[], Any]) -> None:
    try:
        value = call()
    except libvirt.libvirtError as error:
        told[name] = error.err
    except (AttributeError, TypeError, LookupError, OverflowError) as error:
        told[name] = type(error).__name__
    else:
        told[name] = value.name() if hasattr(value, "name") else value


for number in FLAGS:
    tell(f"migrate {number:#x}", lambda: domain.migrate(destination, number, None, None, 0))
    tell(f"migrate2 {number:#x}", lambda: domain.migrate2(destination, None, number, None, None, 0))
    tell(f"migrate3 {number:#x}", lambda: domain.migrate3(destination, {}, number))
    tell(f"toURI {number:#x}", lambda: domain.migrateToURI(DESTINATION, number, None, 0))
    tell(f"toURI2 {number:#x}", lambda: domain.migrateToURI2(DESTINATION, None, None, number, None, 0))
    tell(f"toURI3 {number:#x}", lambda: domain.migrateToURI3(DESTINATION, {}, number))
for number in (0, 2, 4, 0x40, 0x100, 0x400, 0x1000):
    for what, machine, target in (("to", domain, other_host), ("from", domain_of_host, destination)):
        tell(f"migrate {what} a host {number:#x}", lambda: machine.migrate(target, number))
        tell(f"migrate2 {what} a host {number:#x}", lambda: machine.migrate2(target, None, number))
        tell(f"migrate3 {what} a host {number:#x}", lambda: machine.migrate3(target, {}, number))
for number in (0, 1, 8):
    tell(f"toURI {number}", lambda: domain.migrateToURI(DESTINATION, number))
tell("toURI None", lambda: domain.migrateToURI(None))
tell("toURI2 None", lambda: domain.migrateToURI2(None))
tell("toURI3 None", lambda: domain.migrateToURI3(None, {}))
tell("toURI3 no parameters", lambda: domain.migrateToURI3(None, None))
for uri in (
    "tcp:x", "", "vpxmigr", "vpxmigr://%zz:x", "vpxmigr://1.2.3.4/a/b", "VPXMIGR://1.2.3.4/a/b", f"vpxmigr://{VCENTER}",
    f"vpxmigr://{VCENTER}/a", f"vpxmigr://{VCENTER}/a/b",
):  # fmt: skip
    tell(f"uri {uri}", lambda: domain.migrate(destination, 0, None, uri, 0))
for parameters in (
    {"destination_xml": "<x/>"}, {"destination_name": "x"}, {"migrate_uri": "tcp:x"}, {"graphics_uri": "x"}, {"x": "y"},
    {"x": 5}, {"x": 5.5}, {"x": True}, {"x": None}, {"x": 1 << 70}, {5: "x"}, {"destination_name": 5},
    {"migrate_uri": None}, {"migrate_disks": ["x", "y"]}, {"migrate_disks": [5]}, {"bandwidth": "x"},
    {"bandwidth": 5.5}, {"bandwidth": -1}, {"graphics_uri": "x", "destination_xml": "y"},
    {"destination_name": "x", "migrate_uri": "tcp:x"}, None, 5,
):  # fmt: skip
    for number in (0x40, 0x400, 0xC0):
        tell(f"{parameters} {number:#x}", lambda: domain.migrate3(destination, parameters, number))
    if parameters not in ({"bandwidth": 5}, {}):
        tell(f"{parameters} to a host", lambda: domain.migrate3(other_host, parameters, 0))
tell("dxml", lambda: domain.migrate2(destination, "<x/>"))
tell("dxml to a host", lambda: domain.migrate2(other_host, "<x/>"))
tell("dname", lambda: domain.migrate(destination, 0, "vm-0001"))
tell("dname and uri", lambda: domain.migrate(destination, 0, "x", "tcp:x"))
tell("dname 5", lambda: domain.migrate(destination, 0x40, 5))
tell("flags x", lambda: domain.migrate(destination, "x"))
tell("bandwidth x", lambda: domain.migrate(destination, 0x40, None, None, "x"))
tell("None", lambda: domain.migrate(None))
tell("None 2", lambda: domain.migrate2(None))
tell("a text", lambda: domain.migrate("x"))
tell("reader", lambda: domain.migrate(reader))
tell("reader 2", lambda: domain.migrate2(reader))
tell("reader 3", lambda: domain.migrate3(reader, {}))
read = reader.listAllDomains()[0]
tell("of a reader", lambda: read.migrate(destination))
tell("of a reader 2", lambda: read.migrate2(destination))
tell("of a reader 3", lambda: read.migrate3(destination, {}))
tell("of a reader to URI", lambda: read.migrateToURI("x"))
tell("of a reader to URI 2", lambda: read.migrateToURI2("x"))
tell("of a reader to URI 3", lambda: read.migrateToURI3("x", {}))
tell("to where it is", lambda: domain.migrate(source))
tell("there", lambda: domain.migrate(destination, 1 | 8 | 16 | 32, None, None, 5))
there = destination.lookupByName("vm-0001")
tell("and back", lambda: there.migrate2(source))
tell("once more", lambda: domain.migrate3(destination, {"bandwidth": 5}, 1))
print(json.dumps(told))
