"""Operations on machines: their being there, their power, their settings, their host."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esxvirt import libvirt
from esxvirt.sim.simulator import PASSWORD
from esxvirt.sim.state.machine.machine import EPOCH, Machine
from tests.client import open_connection
from tests.faults.operation import Behind, Operation, of_domain

__all__ = ["MACHINES"]

_XML = (Path(__file__).parents[1] / "reference" / "xml" / "demo.xml").read_text(encoding="utf-8")
_LARGER = _XML.replace("1048576", "2097152")
_NAMELESS = "".join(line for line in _XML.splitlines(keepends=True) if "<uuid>" not in line)
_NAMESPACE = "urn:trial"
_ANOTHER = "urn:another"
_OLD = "<note level='1'/>"
_NEW = "<note level='2'/>"
_DESCRIPTION, _TITLE, _ELEMENT = range(3)


def _has(look: Callable[[Machine], bool]) -> Callable[[Behind], bool]:
    """Whether something holds for the machine, which must be there."""
    return lambda behind: behind.machine is not None and look(behind.machine)


def _power(state: str) -> Callable[[Behind], bool]:
    return _has(lambda found: found.power == state)


def _restarted(found: Machine) -> bool:
    """Whether the machine has been started since the simulator was made."""
    return found.boot_time is not None and (found.boot_time - EPOCH).days > 1


def _call(method: str, *arguments: Any) -> Callable[..., Any]:
    """A method of the domain."""
    return lambda _, domain: getattr(domain, method)(*arguments)


def _define(xml: str) -> Callable[..., Any]:
    return lambda connection, *_: connection.defineXML(xml)


def _create(xml: str) -> Callable[..., Any]:
    return lambda connection, *_: connection.createXML(xml)


def _define_and_forget(connection: "libvirt.virConnect", _: str) -> None:
    connection.defineXML(_NAMELESS).undefine()


def _with_xml(connection: "libvirt.virConnect", name: str) -> tuple[Any, ...]:
    """A domain's XML with more memory, as somebody edits it."""
    xml = connection.lookupByName(name).XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
    return (re.sub(r"(<(?:memory|currentMemory) unit='KiB'>)\d+", r"\g<1>1572864", xml),)


def _note(kind: int, text: str | None, namespace: str = _NAMESPACE) -> Callable[..., Any]:
    key = "t" if kind == _ELEMENT else None
    return lambda _, domain: domain.setMetadata(kind, text, key, key and namespace, 0)


def _noted(connection: "libvirt.virConnect", name: str) -> None:
    _note(_ELEMENT, _OLD)(connection, connection.lookupByName(name))


def _metadata(level: str | None) -> Callable[[Behind], bool]:
    """Whether the machine has the metadata of that level, none with None."""

    def holds(behind: Behind) -> bool:
        found = behind.machine
        if found is None:
            return False
        value = next((value for key, value in found.config.extra.items() if key.lower() == "esxvirt.metadata"), "")
        return level in value if level else "level" not in value

    return holds


def _extra(key: str, value: str) -> Callable[[Behind], bool]:
    return _has(lambda found: value in {held for name, held in found.config.extra.items() if name.lower() == key})


def _starts(wanted: bool) -> Callable[[Behind], bool]:
    """Whether the machine is to start with its host, or not."""

    def holds(found: Machine) -> bool:
        settings = found.host.autostart
        info = settings.machines.get(found.number)
        return wanted == (settings.enabled and info is not None and info.start_action == "powerOn")

    return _has(holds)


def _destination(connection: "libvirt.virConnect", name: str) -> tuple[Any, ...]:
    """A domain, and a connection to the other host."""
    domain = connection.lookupByName(name)
    return domain, open_connection(connection.getURI().replace("/esx1.", "/esx2."), "", PASSWORD)


def _migrate(_: "libvirt.virConnect", domain: Any, there: Any) -> None:
    domain.migrate(there, 0, None, None, 0)


def _migrate_all(_: "libvirt.virConnect", domain: Any, there: Any) -> None:
    domain.migrate3(there, {"storage": "local-storage-2"}, 0)


def _is_there(behind: Behind) -> bool:
    return behind.machine is not None and behind.machine.host.name == "esx2"


def _on(
    name: str, run: Callable[..., Any], done: Callable[[Behind], bool] | None, *command: str, **more: Any
) -> Operation:
    """An operation on a domain, whose name stands in the command for {domain}."""
    line = tuple(word.replace("{domain}", name) for word in command)
    return Operation(run, done, line, name, subjects=of_domain, **more)


def _prepared(method: str, *arguments: Any) -> Callable[..., Any]:
    return lambda connection, name: getattr(connection.lookupByName(name), method)(*arguments)


_THERE = Operation(
    _define(_XML), lambda behind: behind.machine is not None, ("define", "{dir}/demo.xml"), "demo",
    topic="demo", files={"demo.xml": _XML.encode()},
)  # fmt: skip
_DEMO = "demo"
_BESIDE = "beside"
_NEW_FOLDER = re.sub(r"<uuid>.*</uuid>", "<uuid>50115e16-9bdc-49d7-f171-53c4d7f91755</uuid>", _XML)
_NEW_FOLDER = _NEW_FOLDER.replace(">demo<", ">beside<").replace("Fedora11/Fedora11.vmdk", "new/folder/demo.vmdk")

MACHINES: dict[str, Operation] = {
    "define": _THERE,
    "define anew": Operation(
        _define(_LARGER), _has(lambda found: found.config.memory_mb == 2048), ("define", "{dir}/demo.xml"), _DEMO,
        topic="demo", prepare=_define(_XML), files={"demo.xml": _LARGER.encode()},
    ),
    "define nameless": Operation(
        _define(_NAMELESS), lambda behind: behind.machine is not None, ("define", "{dir}/demo.xml"), _DEMO,
        topic="demo", files={"demo.xml": _NAMELESS.encode()},
    ),
    "define in a new folder": dataclasses.replace(
        _THERE, run=_define(_NEW_FOLDER), machine=_BESIDE, files={"demo.xml": _NEW_FOLDER.encode()}
    ),
    "create": Operation(
        _create(_XML), _power("poweredOn"), ("create", "{dir}/demo.xml"), _DEMO,
        topic="demo", files={"demo.xml": _XML.encode()},
    ),
    "create nameless": Operation(
        _create(_NAMELESS), _power("poweredOn"), ("create", "{dir}/demo.xml"), _DEMO,
        topic="demo", files={"demo.xml": _NAMELESS.encode()},
    ),
    "create again": Operation(
        _create(_XML), _power("poweredOn"), ("create", "{dir}/demo.xml"), _DEMO,
        topic="demo", prepare=_define(_XML), files={"demo.xml": _XML.encode()},
    ),
    "define again": Operation(
        _define(_NAMELESS), lambda behind: behind.machine is not None, ("define", "{dir}/demo.xml"), _DEMO,
        topic="demo", prepare=_define_and_forget, files={"demo.xml": _NAMELESS.encode()},
    ),
    "edit": Operation(
        lambda connection, xml: connection.defineXML(xml), _has(lambda found: found.config.memory_mb == 1536),
        ("edit", "archive"), "archive", subjects=_with_xml,
        editor="s,'KiB'>[0-9]*,'KiB'>1572864,",
    ),
    "undefine": _on("archive", _call("undefine"), lambda behind: behind.machine is None, "undefine", "{domain}"),
    "start": _on("archive", _call("create"), _power("poweredOn"), "start", "{domain}"),
    "destroy": _on("web", _call("destroy"), _power("poweredOff"), "destroy", "{domain}"),
    "suspend": _on("web", _call("suspend"), _power("suspended"), "suspend", "{domain}"),
    "managedsave": _on("web", _call("managedSave"), _power("suspended"), "managedsave", "{domain}"),
    "managedsave-remove": _on(
        "builder", _call("managedSaveRemove"), _power("poweredOff"), "managedsave-remove", "{domain}"
    ),
    "destroy --discard-state": _on(
        "builder", _call("managedSaveRemove"), _power("poweredOff"), "destroy", "{domain}", "--discard-state"
    ),
    "start what is saved": _on("builder", _call("create"), _power("poweredOn"), "resume", "{domain}"),
    "resume": _on("builder", _call("resume"), _power("poweredOn"), "resume", "{domain}"),
    "reset": _on("web", _call("reset"), _has(_restarted), "reset", "{domain}", again=True),
    "shutdown": _on("web", _call("shutdown"), _power("poweredOff"), "shutdown", "{domain}"),
    "reboot": _on("web", _call("reboot"), _has(_restarted), "reboot", "{domain}", again=True),
    "dompmsuspend": _on(
        "web", _call("pMSuspendForDuration", 0, 0), _power("suspended"), "dompmsuspend", "{domain}", "mem"
    ),
    "send-key": _on(
        "web", _call("sendKey", 0, 0, [30], 1), _has(lambda found: bool(found.scan_codes)),
        "send-key", "{domain}", "KEY_A", again=True,
    ),
    "setmem": _on(
        "archive", _call("setMemory", 1 << 18), _has(lambda found: found.config.mem_max == 256),
        "setmem", "{domain}", "256M", "--config",
    ),
    "setmaxmem": _on(
        "archive", _call("setMaxMemory", 1 << 20), _has(lambda found: found.config.memory_mb == 1024),
        "setmaxmem", "{domain}", "1G",
    ),
    "setvcpus": _on(
        "archive", _call("setVcpus", 2), _has(lambda found: found.config.cpus == 2), "setvcpus", "{domain}", "2"
    ),
    "schedinfo": _on(
        "archive", _call("setSchedulerParameters", {"reservation": 100}),
        _has(lambda found: found.config.cpu_min == 100), "schedinfo", "{domain}", "--set", "reservation=100",
    ),
    "autostart": _on("archive", _call("setAutostart", 1), _starts(True), "autostart", "{domain}"),
    "autostart --disable": _on(
        "archive", _call("setAutostart", 0), _starts(False), "autostart", "{domain}", "--disable",
        prepare=_prepared("setAutostart", 1),
    ),
    "desc": _on(
        "archive", _note(_DESCRIPTION, "for trials"), _has(lambda found: found.config.annotation == "for trials"),
        "desc", "{domain}", "for trials",
    ),
    "desc --title": _on(
        "archive", _note(_TITLE, "Trials"), _extra("esxvirt.title", "Trials"), "desc", "{domain}", "--title", "Trials"
    ),
    "metadata --set": _on(
        "archive", _note(_ELEMENT, _NEW), _metadata("2"),
        "metadata", "{domain}", _NAMESPACE, "--key", "t", "--set", _NEW, prepare=_noted,
    ),
    "metadata --set beside": _on(
        "archive", _note(_ELEMENT, "<other level='3'/>", _ANOTHER), _metadata("3"),
        "metadata", "{domain}", _ANOTHER, "--key", "t", "--set", "<other level='3'/>", prepare=_noted,
    ),
    "metadata --remove": _on(
        "archive", _note(_ELEMENT, None), _metadata(None), "metadata", "{domain}", _NAMESPACE, "--remove",
        prepare=_noted,
    ),
    "domrename": _on(
        "archive", _call("rename", "renamed"), lambda behind: behind.find("renamed") is not None,
        "domrename", "{domain}", "renamed",
    ),
    "migrate": Operation(
        _migrate, _is_there, ("migrate", "vm-0001", "{there}"), "vm-0001", topic="migration", subjects=_destination,
        profiles=("vcenter-7.0",),
    ),
}  # fmt: skip
MACHINES["migrate --storage"] = dataclasses.replace(
    MACHINES["migrate"],
    run=_migrate_all,
    command=("migrate", "vm-0001", "{there}", "--storage", "local-storage-2"),
    done=lambda behind: _is_there(behind) and behind.machine.vmx_path.startswith("[local-storage-2]"),  # type: ignore[union-attr]
)
