"""What domain XML says and a VMX file does not carry: a line in the report for each, but for what says nothing.

What is carried are the rows of the mapping, and a few places more; what says nothing is a table of its own, `NEEDLESS`.
"""

from collections.abc import Callable, Iterator

from esxvirt.records import field, record
from esxvirt.vmx import machine
from esxvirt.vmx.devices.disk_slots import controller_of, scsi_place
from esxvirt.vmx.needless import NEEDLESS, Needless
from esxvirt.vmx.registry import DEVICES
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.model import Domain
from esxvirt.xml.domain.said import Said

__all__ = ["note_left_out"]

_LEFT_OUT = "no place in a VMX file; left out"
_LONGEST = 60


# What is carried, or has a line of its own, and is in no row.
_CARRIED_TOO = (
    "@type", "uuid", "memory", "currentMemory", "vcpu", "vcpu/@current", "cpu", "cpu/@mode",
    "cpu/topology/@sockets", "cpu/topology/@threads", "cpu/topology/@dies", "os/type", "os/smbios",
    "os/loader/@type", "os/loader/@secure", "clock", "devices", "devices/disk/@type", "devices/disk/@device",
    "devices/disk/source/@file", "devices/disk/source/@dev", "devices/disk/driver/@name",
    "devices/disk/driver/@cache", "devices/disk/target/@dev", "devices/disk/target/@bus",
    "devices/disk/address/@type", "devices/disk/address/@controller", "devices/disk/address/@bus",
    "devices/disk/address/@unit", "devices/controller/@type", "devices/controller/@index",
    "devices/controller/@model", "devices/filesystem/@type", "devices/filesystem/source",
    "devices/filesystem/target", "devices/interface/source/@network", "devices/interface/target",
    "devices/interface/link", "devices/serial/@type", "devices/serial/source/@path", "devices/serial/source/@host",
    "devices/serial/source/@service", "devices/serial/protocol/@type", "devices/serial/target/@port",
    "devices/parallel/source/@path", "devices/parallel/target/@port", "devices/graphics/@type",
    "devices/graphics/@autoport", "devices/graphics/listen/@address", "devices/video", "devices/video/model/@type",
    "devices/tpm", "devices/hostdev/@mode",
    "devices/disk/boot/@order", "devices/interface/boot/@order", "devices/hostdev/@type",
)  # fmt: skip
# Kept whole, whatever is in it.
_WHOLE = frozenset({"metadata", "devices/hostdev/source"})


def _open_places(paths: set[str]) -> frozenset[str]:
    """Return the elements of which something is carried: what else is in them is looked at one by one."""
    found = {""}
    for path in paths:
        parts = path.split("/@")[0].split("/")
        found |= {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return frozenset(found)


_ROWS = (*machine.ROWS, *machine.CLOSING_ROWS, *(row for kind in DEVICES for row in kind.rows))
_CARRIED = frozenset({row.xml for row in _ROWS if row.xml and row.write} | set(_CARRIED_TOO))
_OPEN = _open_places(set(_CARRIED) | {"features", "memoryBacking", "resource", "devices/tpm/backend", "os/firmware"})


def _by_path() -> dict[str, list[Needless]]:
    found: dict[str, list[Needless]] = {}
    for rule in NEEDLESS:
        found.setdefault(rule.path, []).append(rule)
    return found


_RULES = _by_path()


def _is_needless(path: str, said: Said, parent: Said, attribute: str = "") -> bool:
    full = f"{path}/@{attribute}".removeprefix("/") if attribute else path
    parts = full.split("/")
    names = [full]
    if len(parts) > 1:
        starred = [*parts]
        starred[1 if parts[0] == "devices" and len(parts) > 2 else 0] = "*"
        names.append("/".join(starred))
    return any(rule.fits(said, attribute, parent) for name in names for rule in _RULES.get(name, ()))


# Devices that their writers leave out as a whole, with a line.
_NOTED: dict[str, Callable[[Said], bool]] = {
    "devices/graphics": lambda said: said.get("type") != "vnc",
    "devices/serial": lambda said: said.get("type") not in {"dev", "file", "pipe", "tcp", "null"},
    "devices/parallel": lambda said: said.get("type") not in {"dev", "file"},
    "devices/hostdev": lambda said: said.get("type") != "pci",
    "devices/sound": lambda said: said.get("model") not in {"sb16", "es1370", "ich6"},
}
# Of which some have a place.
_PARTLY: dict[str, Callable[[Said, Said], bool]] = {
    "cpu/feature": lambda said, _cpu: said.get("name") in {"vmx", "svm"},
    "devices/disk/readonly": lambda _said, disk: _bus(disk) == "usb",
}
# Of which a machine has one.
_SINGLE = frozenset({"devices/sound", "devices/tpm"})
# The models of USB controllers that have a place.
_USB_MODELS = frozenset({"piix3-uhci", "ehci", "nec-xhci"})


@record
class _Loss:
    """Something that is lost, of one device or of several alike."""

    path: str
    what: str
    line: int
    several: bool = False
    owners: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    count: int = 1

    def text(self) -> str:
        """Return the line of the report, without its place."""
        words = [self.what] if self.what else []
        owners = [owner for owner in self.owners if owner]
        if owners:
            words.append(f"of {', '.join(owners)}")
        elif self.names:
            words.append(", ".join(self.names))
        elif self.count > 1:
            words.append(f"({self.count} of them)" if self.what else f"{self.count} of them")
        verb = "have" if self.several or self.count > 1 else "has"
        return " ".join([*words, f"{verb} {_LEFT_OUT}"])


def note_left_out(domain: Domain, writer: VmxWriter) -> None:
    """Note what the XML of a domain says and its VMX file does not."""
    if domain.said is None:
        return
    found: dict[tuple[str, str], _Loss] = {}
    for loss in _losses(domain.said, "", "", domain):
        known = found.setdefault((loss.path, loss.what), loss)
        if known is not loss:
            known.count += 1
            known.owners += loss.owners
            known.names += loss.names
    for loss in found.values():
        writer.report.add(loss.text(), loss.path, loss.line)


def _losses(said: Said, path: str, owner: str, domain: Domain, device: Said | None = None) -> Iterator[_Loss]:
    """Yield what of an element is lost, and of those in it; `device` is the one that it is in."""
    yield from _lost_attributes(said, path, owner, device or said)
    if said.text and path and path not in _CARRIED and not said.children:
        yield _Loss(path, _shown(said.text), said.line, owners=[owner])
    for child in said.children:
        inner = f"{path}/{child.name}" if path else child.name
        is_device = path == "devices"
        if _says_nothing(child, inner, said, device):
            continue
        if inner in _SINGLE and said.child(child.name) is not child:
            yield _Loss(inner, f"a second {child.name}", child.line)
        elif inner == "devices/controller" and not _has_place(child, domain):
            yield _Loss(inner, _controller(child), child.line)
        elif inner == "os/firmware/feature":
            if _asks_for_no_keys(child, said):
                yield _Loss(f"{inner}/@enabled", "'no' of 'enrolled-keys'", child.line)
        elif inner in _OPEN and inner not in _PARTLY:
            name, within = (_owner(child), child) if is_device else (owner, device)
            yield from _losses(child, inner, name, domain, within)
        else:
            names = [_shown(child.get("name"))] if child.get("name") and not is_device else []
            yield _Loss(inner, _called(child), child.line, owners=[owner], names=names)


def _says_nothing(child: Said, path: str, parent: Said, device: Said | None) -> bool:
    """Return whether an element needs no line: it is kept, its writer has a line for it, or nothing is lost with it."""
    if path in _WHOLE or _is_needless(path, child, device or parent):
        return True
    if path in _PARTLY and path in _CARRIED and _PARTLY[path](child, device or parent):
        return True
    if path in _NOTED and _NOTED[path](child):
        return True
    # The first serial port by another name.
    return path == "devices/console" and parent.child("console") is child and _is_serial_console(child)


def _lost_attributes(said: Said, path: str, owner: str, device: Said) -> Iterator[_Loss]:
    lost = [
        name
        for name in said.attributes
        if f"{path}/@{name}".removeprefix("/") not in _CARRIED and not _is_needless(path, said, device, name)
    ]
    if len(lost) == 1:
        yield _Loss(f"{path}/@{lost[0]}".removeprefix("/"), _shown(said.get(lost[0])), said.line, owners=[owner])
    elif lost:
        what = ", ".join(f"{name}={_shown(said.get(name))}" for name in lost)
        yield _Loss(path, what, said.line, several=True, owners=[owner])


def _shown(value: str) -> str:
    return f"'{value if len(value) <= _LONGEST else value[: _LONGEST - 3] + '...'}'"


def _owner(said: Said) -> str:
    """Return what a device is called in messages; empty for those whose line tells enough."""
    if said.name == "disk":
        target = said.child("target")
        return f"disk '{target.get('dev')}'" if target is not None else ""
    if said.name == "interface":
        mac = said.child("mac")
        return f"interface '{mac.get('address')}'" if mac is not None and mac.get("address") else ""
    return ""


def _bus(disk: Said) -> str:
    target = disk.child("target")
    return "" if target is None else target.get("bus")


def _called(said: Said) -> str:
    """Return what tells an element from others of its name."""
    if said.text and not said.children:
        return _shown(said.text)
    words = [_shown(said.get("type"))] if said.get("type") else []
    target = said.child("target")
    if target is not None and target.get("name"):
        words.append(_shown(target.get("name")))
    if said.get("bus"):
        words.append(f"on {_shown(said.get('bus'))}")
    return " ".join(words)


def _is_serial_console(said: Said) -> bool:
    target = said.child("target")
    return target is None or target.get("type") in {"", "serial"}


def _asks_for_no_keys(feature: Said, firmware: Said) -> bool:
    """Return whether a firmware is to have secure boot, and none of the keys for it: VMware's always has."""
    secure = any(other.get("name") == "secure-boot" and other.get("enabled") == "yes" for other in firmware.children)
    return secure and feature.get("name") == "enrolled-keys" and feature.get("enabled") == "no"


def _has_place(said: Said, domain: Domain) -> bool:
    """Return whether a controller is written: one that has disks, or of a model that VMware's USB controllers have.

    Those before one that has disks are there for libvirt, which numbers them without a gap.
    """
    kind, index = said.get("type"), said.get("index")
    if kind == "usb":
        return said.get("model") in _USB_MODELS
    if kind in {"ide", "fdc"}:
        return index in {"", "0"}
    if kind not in {"scsi", "sata", "nvme"}:
        return False
    used = {
        scsi_place(disk)[0] if kind == "scsi" else disk.address.controller if disk.address else controller_of(disk)
        for disk in domain.disks
        if disk.bus == kind
    }
    return not index or int(index) in used or (int(index) < max(used, default=0) and not said.get("model"))


def _controller(said: Said) -> str:
    kind, index, model = said.get("type"), said.get("index"), said.get("model")
    words = [f"the {kind} controller", index or "0", *([f"of the model '{model}'"] if model else [])]
    disks = kind in {"scsi", "sata", "nvme"}
    return " ".join([*words, "without disks"] if disks else words)
