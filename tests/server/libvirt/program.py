"""A libvirt-python program for both libraries: it calls what it is told, and prints what came of it as JSON.

usage: program.py URI PASSWORD read-only|read-write calls|methods
"""

# ruff: noqa: PLW0108  each call is made in `tell`, the look for the method included
# ruff: noqa: T201  a program prints

import json
import sys
from collections.abc import Callable
from typing import Any

import libvirt  # type: ignore[import-not-found]  # the real one, or ours by way of esxvirt.compat

URI, PASSWORD, MODE, WHAT = sys.argv[1:]
UUID = "b03b24de-847f-5b0d-85f4-221b300038a8"


def answer(credentials: Any, _opaque: object) -> int:
    for credential in credentials:
        credential[4] = PASSWORD
    return 0


def tell(call: Callable[[], Any]) -> dict[str, Any]:
    try:
        value = call()
    except libvirt.libvirtError as error:
        return {"error": error.err}
    except (AttributeError, TypeError, LookupError, OverflowError, SystemError) as error:
        return {"raised": type(error).__name__}
    if isinstance(value, bytes):
        value = value.hex()
    return {"value": value if isinstance(value, (str, int, list, tuple, type(None))) else type(value).__name__}


AUTH = [[libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE], answer, None]
connection = libvirt.openAuth(URI, AUTH, libvirt.VIR_CONNECT_RO if MODE == "read-only" else 0)
domain = connection.lookupByUUIDString(UUID)

CALLS = {
    "open": lambda: libvirt.open(URI),
    "openReadOnly": lambda: libvirt.openReadOnly(URI),
    # Without a callback libvirt-python 11.3.0 crashes: `test_opening` has that.
    "openAuth of a host that is none": lambda: libvirt.openAuth("esx://host.invalid/", AUTH, 0),
    "openAuth with a flag that is none": lambda: libvirt.openAuth(URI, AUTH, 8),
    "openAuth with flags that are none": lambda: libvirt.openAuth(URI, AUTH, "x"),
    "openAuth of a number": lambda: libvirt.openAuth(5, AUTH, 0),
    "openAuth of no server": lambda: libvirt.openAuth("esx:///", AUTH, 0),
    "openAuth of no driver": lambda: libvirt.openAuth("foo", AUTH, 0),
    "openAuth of no URI": lambda: libvirt.openAuth("esx://h:x/", AUTH, 0),
    "openAuth of another product": lambda: libvirt.openAuth(URI.replace("esx://", "gsx://"), AUTH, 0),
    "openAuth with a wrong password": lambda: libvirt.openAuth(
        URI, [[2, 5], lambda creds, _: [creds[0].__setitem__(4, "x"), 0][1], None], 0
    ),
    "getType": lambda: connection.getType(),
    "getVersion": lambda: connection.getVersion(),
    "getLibVersion": lambda: connection.getLibVersion(),
    "getHostname": lambda: connection.getHostname(),
    "getURI": lambda: connection.getURI(),
    "getInfo": lambda: connection.getInfo(),
    "getFreeMemory": lambda: connection.getFreeMemory(),
    "getCapabilities": lambda: connection.getCapabilities(),
    "isAlive": lambda: connection.isAlive(),
    "isEncrypted": lambda: connection.isEncrypted(),
    "isSecure": lambda: connection.isSecure(),
    "listAllDomains": lambda: sorted(domain.name() for domain in connection.listAllDomains()),
    "listAllDomains inactive": lambda: len(connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE)),
    "listAllDomains transient": lambda: len(connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)),
    "listAllDomains with a flag that is none": lambda: connection.listAllDomains(1 << 20),
    "listAllDomains with all flags": lambda: connection.listAllDomains(-1),
    "listDomainsID": lambda: sorted(connection.listDomainsID()),
    "numOfDomains": lambda: connection.numOfDomains(),
    "listDefinedDomains": lambda: connection.listDefinedDomains(),
    "numOfDefinedDomains": lambda: connection.numOfDefinedDomains(),
    "lookupByName": lambda: connection.lookupByName("ha-host_VM1").name(),
    "lookupByName of none": lambda: connection.lookupByName("nope"),
    "lookupByName of nothing": lambda: connection.lookupByName(""),
    "lookupByName of None": lambda: connection.lookupByName(None),
    "lookupByName of a number": lambda: connection.lookupByName(5),
    "lookupByID": lambda: connection.lookupByID(domain.ID()).name(),
    "lookupByID of none": lambda: connection.lookupByID(0),
    "lookupByID below zero": lambda: connection.lookupByID(-1),
    "lookupByID of a text": lambda: connection.lookupByID("x"),
    "lookupByUUID": lambda: connection.lookupByUUID(domain.UUID()).name(),
    "lookupByUUID of none": lambda: connection.lookupByUUID(b"\1" * 16),
    "lookupByUUIDString": lambda: connection.lookupByUUIDString(f" {UUID.upper().replace('-', '')} ").name(),
    "lookupByUUIDString of none": lambda: connection.lookupByUUIDString("00000000000000000000000000000001"),
    "lookupByUUIDString of no UUID": lambda: connection.lookupByUUIDString("zz"),
    "lookupByUUIDString of half a UUID": lambda: connection.lookupByUUIDString(UUID[:-1]),
    "lookupByUUIDString of None": lambda: connection.lookupByUUIDString(None),
    "lookupByID of too much": lambda: connection.lookupByID(1 << 31),
    "lookupByUUID of a text": lambda: connection.lookupByUUID("x" * 16),
    "getVersion of a number": lambda: libvirt.getVersion(5),
    "XMLDesc with flags that are none": lambda: domain.XMLDesc("x"),
    "setMemory of a text": lambda: domain.setMemory("x"),
    "storagePoolLookupByName of None": lambda: connection.storagePoolLookupByName(None),
    "restore of a number": lambda: connection.restore(5),
    "screenshot into None": lambda: domain.screenshot(None, 0),
    "openConsole of None": lambda: domain.openConsole(None, None, 0),
    "revertToSnapshot of None": lambda: domain.revertToSnapshot(None),
    "abort of what nothing opened": lambda: connection.newStream().abort(),
    "ID": lambda: domain.ID(),
    "name": lambda: domain.name(),
    "UUID": lambda: domain.UUID(),
    "UUIDString": lambda: domain.UUIDString(),
    "OSType": lambda: domain.OSType(),
    "info": lambda: domain.info(),
    "state": lambda: domain.state(),
    "state with a flag": lambda: domain.state(1),
    "isActive": lambda: domain.isActive(),
    "isPersistent": lambda: domain.isPersistent(),
    "isUpdated": lambda: domain.isUpdated(),
    "maxMemory": lambda: domain.maxMemory(),
    "hasManagedSaveImage": lambda: domain.hasManagedSaveImage(),
    "hasManagedSaveImage with a flag": lambda: domain.hasManagedSaveImage(1),
    "vcpusFlags of the configuration": lambda: domain.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_CONFIG),
    "vcpusFlags of the guest": lambda: domain.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_GUEST),
    "vcpusFlags of two things": lambda: domain.vcpusFlags(3),
    "XMLDesc with a flag that is none": lambda: domain.XMLDesc(1 << 20),
    "XMLDesc with the host's CPU": lambda: domain.XMLDesc(libvirt.VIR_DOMAIN_XML_UPDATE_CPU),
    "connect": lambda: domain.connect() is connection,
    "the same domain twice": lambda: domain == connection.lookupByUUIDString(UUID),
    "getVersion of the library": lambda: libvirt.getVersion(),
    "getVersion of a driver": lambda: libvirt.getVersion("ESX"),
    "an error": lambda: connection.lookupByName("nope"),
    "virGetLastError": lambda: libvirt.virGetLastError(),
    "an error of one's own": lambda: str(libvirt.libvirtError("mine")),
    "another error": lambda: connection.getSEVInfo(),
    "a call that goes well": lambda: connection.getHostname(),
    "no last error": lambda: [libvirt.virGetLastError(), libvirt.virGetLastErrorMessage()],
    "virInitialize": lambda: libvirt.virInitialize(),
    "registerCloseCallback": lambda: connection.registerCloseCallback(lambda *_: None, None),
    "unregisterCloseCallback": lambda: connection.unregisterCloseCallback(),
    "an argument too few": lambda: connection.lookupByName(),
    "an argument too many": lambda: connection.getSEVInfo(0, 0),
    "with": lambda: connection.__enter__() is connection,
    "end of with": lambda: connection.__exit__(None, None, None),
    "close twice": lambda: connection.close(),
    "getURI of a closed one": lambda: connection.getURI(),
    "isAlive of a closed one": lambda: connection.isAlive(),
    "listAllDomains of a closed one": lambda: connection.listAllDomains(),
    "networkLookupByName of a closed one": lambda: connection.networkLookupByName("x"),
    "name after all": lambda: domain.name(),
}
if MODE == "read-only":
    CALLS = {"XMLDesc with secrets": lambda: domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE), **CALLS}

# An argument that libvirt-python takes, for each parameter that is no text.
NUMBERS = """
action bandwidth cacheSize callbackID capacity cellCount cellNum codeset count cpuNum downtime duration dumpformat
eventID fd flags holdtime id idx interval iothread_id iothread_val length maxCells maxmemory memory minimum nkeycodes
nvcpus offset opaque pid_value period screen seconds section signum size source start startCell stats target threshold
timeout total types usageType vcpu
"""
ARGUMENTS = {
    **dict.fromkeys(NUMBERS.split(), 1),
    **dict.fromkeys(("cpumap", "params", "snap", "dom", "net", "pool", "secret", "keys"), None),
    "autostart": 0,
    "cb": lambda *_: None,
    "dconn": connection,
    "doms": [domain],
    "files": [0],
    "flags": 0,
    "keycodes": [1],
    "mountpoints": ["/"],
    "pages": [4],
    "uuid": b"\1" * 16,
    "uuidstr": UUID,
    "xmlCPUs": ["<cpu/>"],
}


def methods() -> dict[str, Any]:
    """Call every method of connection and domain that the test names on standard input, with arguments of a kind."""
    told: dict[str, Any] = {}
    for target, name, parameters in json.load(sys.stdin):
        instance = connection if target == "virConnect" else domain
        arguments = [ARGUMENTS.get(parameter, "x") for parameter in parameters]
        told[f"{target}.{name}"] = tell(lambda: getattr(instance, name)(*arguments))  # noqa: B023  called at once
    return told


told_all = {name: tell(call) for name, call in CALLS.items()} if WHAT == "calls" else methods()
print(json.dumps(told_all, default=lambda value: type(value).__name__))
