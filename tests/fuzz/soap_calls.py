"""Calls that are right as XML and as types, and senseless as to what they say: what a confused client sends."""

import random
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from esxvirt.sim.calls import Peer
from esxvirt.sim.http.sdk import SoapHandler
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.schema import Field
from tests.unit.sim.inside import Inside

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# They wait for ever, as they should, or end the session of the calls that follow.
_LEFT_OUT = frozenset({"WaitForUpdates", "WaitForUpdatesEx", "Logout", "Login", "TerminateSession"})
_WORDS = (
    "", "web", "archive", "Fedora11", "local-storage", "[local-storage]", "[local-storage] web/web.vmdk", "[x] y",
    "[local-storage] ../../etc/passwd", "[local-storage] Fedora11", "[", "]", "/vmfs/volumes/local-storage/a.vmdk", "*",
    "name", "config", "config.hardware.device[2000]", "summary.x.y", "a" * 300, "\u00e9\u4e2d", "%2f", "../..", "-1",
    "VirtualMachine", "Folder", "vSwitch0", "VM Network", "vmnic0", "0", "poweredOn", "key-vim.host", "\t", "vmx-99",
)  # fmt: skip
_NUMBERS = (-(1 << 31), -1, 0, 1, 2, 4, 7, 100, 2000, 4000, (1 << 31) - 1)
_LONGS = (*_NUMBERS, -(1 << 63), 1 << 40, (1 << 63) - 1)
_DEEPEST = 4


class Caller:
    """Makes calls on one endpoint by chance, and hands them to it as HTTP would."""

    def __init__(self, inside: Inside, chance: random.Random) -> None:
        self.inside = inside
        self.chance = chance
        self._handler = SoapHandler(inside.endpoint, None)  # type: ignore[arg-type]  # no HTTP: it needs no pool
        self._refs = [*(target.ref for target in inside.objects())]
        self._refs += [inside.machine(name).ref for name in ("web", "archive", "builder", "broken")]

    def call(self) -> tuple[str, bytes]:
        """Make one call: what was asked, and the answer."""
        request = self.request()
        cookie = self.inside.session.cookie if self.inside.session else None
        action = self.chance.choice(("", f"urn:vim25/{self.inside.endpoint.profile.api_version}"))
        parsed = self._handler._parse(request.encode())
        answer = self._handler._call(parsed, action, Peer(cookie=cookie))
        return request, answer.body

    def request(self) -> str:
        """Write a call."""
        chance = self.chance
        ref = chance.choice(self._refs)
        methods = [name for name in sorted(schema.managed_type(ref.type).methods) if name not in _LEFT_OUT]
        target = self.inside.endpoint.find(ref, None)
        own = [name for name in methods if hasattr(target, name)]
        name = chance.choice(own or methods) if chance.random() < 0.9 else chance.choice(methods)
        method = schema.managed_type(ref.type).methods[name]
        body = "".join(self._field(field, 0) for field in method.params)
        this = f'<_this type="{ref.type}">{escape(ref.value)}</_this>'
        return (
            f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="{_XSI}"'
            f' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Body><{name} xmlns="urn:vim25">{this}{body}</{name}>'
            "</e:Body></e:Envelope>"
        )

    def _field(self, field: Field, depth: int) -> str:
        seen = field.version in self.inside.endpoint.encoder.versions
        likely = 0.5 if depth < 2 else 0.25
        if field.optional and (not seen or self.chance.random() > likely):
            return ""
        count = self.chance.choice((0, 1, 1, 2)) if field.array else 1
        return "".join(self._element(field.name, field.type, field.kind, depth) for _ in range(count))

    def _element(self, tag: str, type_name: str, kind: str, depth: int) -> str:
        chance = self.chance
        if kind == "data":
            name = self._some_type(type_name)
            if depth >= _DEEPEST:
                return f'<{tag} xsi:type="{name}"/>'
            inner = "".join(self._field(field, depth + 1) for field in schema.data_type(name).fields)
            return f'<{tag} xsi:type="{name}">{inner}</{tag}>'
        if kind == "ref":
            fitting = [ref for ref in self._refs if schema.is_a(ref.type, type_name)]
            ref = chance.choice(fitting or self._refs) if chance.random() < 0.85 else chance.choice(self._refs)
            value = ref.value if chance.random() < 0.9 else "nonsense"
            return f"<{tag} type={quoteattr(ref.type)}>{escape(value)}</{tag}>"
        if kind == "any":
            return f'<{tag} xsi:type="xsd:string">{escape(chance.choice(_WORDS))}</{tag}>'
        return f"<{tag}>{escape(str(self._plain(type_name, kind)))}</{tag}>"

    def _plain(self, type_name: str, kind: str) -> Any:
        chance = self.chance
        if kind == "enum":
            return chance.choice(sorted(schema.enum_type(type_name).values))
        if kind == "int":
            small = {"byte": (-128, 0, 1, 127), "short": (-32768, 0, 1, 32767), "long": _LONGS}
            return chance.choice(small.get(type_name, _NUMBERS))
        plain = {
            "bool": ("true", "false"), "float": ("0.5", "-1", "1e300"), "bin": ("", "AAAA"),
            "time": ("2024-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
        }  # fmt: skip
        return chance.choice(plain.get(kind, _WORDS))

    def _some_type(self, base: str) -> str:
        """Return the type, or, mostly where that is abstract, one that derives from it."""
        derived = _derived(base)
        return self.chance.choice(derived) if len(derived) > 1 and self.chance.random() < 0.7 else base


_KNOWN: dict[str, list[str]] = {}
_SPECIAL = (
    "VirtualDisk", "VirtualCdrom", "VirtualFloppy", "VirtualE1000", "VirtualVmxnet3", "VirtualLsiLogicController",
    "ParaVirtualSCSIController", "VirtualSerialPort", "VirtualParallelPort", "VirtualDiskFlatVer2BackingInfo",
    "VirtualCdromIsoBackingInfo", "VirtualCdromAtapiBackingInfo", "VirtualEthernetCardNetworkBackingInfo",
    "VirtualFloppyImageBackingInfo", "FileBackedVirtualDiskSpec", "DeviceBackedVirtualDiskSpec", "VmDiskFileQuery",
    "VmConfigFileQuery", "FolderFileQuery", "IsoImageFileQuery", "TraversalSpec", "OptionValue",
    "HostVirtualSwitchBondBridge", "HostVirtualSwitchSimpleBridge", "VirtualSerialPortFileBackingInfo",
)  # fmt: skip


def _derived(base: str) -> list[str]:
    if base not in _KNOWN:
        _KNOWN[base] = [base, *(name for name in _SPECIAL if name != base and schema.is_a(name, base))]
    return _KNOWN[base]
