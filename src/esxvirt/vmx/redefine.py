"""Changing a VMX file to what a domain now says, and nothing else in it.

The XML cannot say all that a VMX file does. So the file is not written anew: it is written as it was before and as it
is to be, both through the model, and only what differs between the two is changed in it.
"""

from esxvirt.records import replace
from esxvirt.vmx.context import VmxContext
from esxvirt.vmx.convert import read_domain, write_domain
from esxvirt.vmx.devices.settings import NEWER_RESERVATION, RESERVATION
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.guest import named_guest
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.registry import DEVICES, devices_of, is_controller, owners_of
from esxvirt.vmx.report import Report
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.interfaces import NO_MAC
from esxvirt.xml.domain.model import Domain

__all__ = ["redefine"]

_OLDEST_HARDWARE = 4


def redefine(
    vmx: str | bytes | VmxFile,
    domain: Domain,
    context: VmxContext | None = None,
    *,
    report: Report | None = None,
) -> VmxFile:
    """Change a VMX file so that it describes `domain`.

    Unknown keys, comments, order, encoding and every value that says what it said before stay as they are: so the guest
    operating system, the version of the virtual hardware and file names relative to the file are kept. With a device go
    all keys of its own. Values that cannot be, for which `to_domain` refuses a file, are replaced or removed.
    Models of network cards that the file has may be written again, known to libvirt or not.

    Args:
        vmx: the file as it is.
        domain: what it is to be.
        context: lookups for both directions; see `VmxContext`.
        report: gets a note for each loss and guess.

    Returns:
        The changed file.

    Raises:
        EsxvirtError: if the file describes no machine, and for what VMware does not have.
    """
    file = vmx.copy() if isinstance(vmx, VmxFile) else VmxFile.parse(vmx)
    version = _hardware_version(file)
    impossible: set[str] = set()
    context = context or VmxContext()
    current = read_domain(VmxReader(file, context, Report(), strict=False, impossible=impossible))
    models = frozenset(card.model for card in current.interfaces if card.model is not None)

    def write(described: Domain, notes: Report, taken: frozenset[str] = frozenset()) -> VmxFile:
        writer = VmxWriter(context, notes, strict=False, hardware_version=version, card_models=models, taken=taken)
        return VmxFile.parse(write_domain(described, writer))

    before = write(current, Report())
    unseen = frozenset(devices_of(file) - devices_of(before))
    after = write(_keep(domain, current), Report() if report is None else report, unseen)
    _keep_guest(domain, current, before, after)
    _keep_reservation(file, before, after)
    gone = devices_of(before) - devices_of(after)
    # Where a new device comes, nothing stays of one that the XML does not have, or that is no longer there.
    replaced = {device for device in devices_of(after) - devices_of(before) if not is_controller(device)}
    for key in list(file):
        if key.lower() in impossible or not gone.union(replaced).isdisjoint(owners_of(key.lower())):
            del file[key]
    for key in before:
        if key not in after:
            file.discard(key)
    for key, value in after.items():
        if before.get(key) != value or key.lower() in impossible:
            file[key] = value
    return file


def _keep(domain: Domain, current: Domain) -> Domain:
    """Give a changed domain what the XML does not say of its devices."""
    domain = _keep_ports(_keep_unset_macs(domain, current), current)
    for kind in DEVICES:
        if kind.keep is not None:
            kind.keep(domain, current)
    return domain


def _keep_guest(domain: Domain, current: Domain, before: VmxFile, after: VmxFile) -> None:
    """Leave the guest system as it is, unless the XML names another one, or changes the architecture."""
    arch = domain.os.arch
    named = named_guest(domain.metadata, arch)
    if arch == current.os.arch and named in {None, named_guest(current.metadata, arch)}:
        after["guestOS"] = before["guestOS"]


def _keep_reservation(file: VmxFile, before: VmxFile, after: VmxFile) -> None:
    """Have both keys of the memory that is reserved say the same: ESX looks at the newer one, libvirt at the other."""
    reserved = after.get(RESERVATION)
    if file.get(NEWER_RESERVATION) is not None and before.get(RESERVATION) != reserved:
        before[NEWER_RESERVATION], after[NEWER_RESERVATION] = "", reserved or "0"


def _keep_unset_macs(domain: Domain, current: Domain) -> Domain:
    """Leave cards without an address as they are, which XML and libvirt have as zeros: VMware makes it up.

    Others have one that is made up.
    """
    cards = [replace(card, mac_to_come=False) if card.mac_to_come else card for card in domain.interfaces]
    for at, (card, old) in enumerate(zip(cards, current.interfaces, strict=False)):
        if card.mac_made_up and old.mac == NO_MAC:
            cards[at] = replace(card, mac=old.mac)
    return replace(domain, interfaces=cards)


def _keep_ports(domain: Domain, current: Domain) -> Domain:
    """Leave cards on the port that they have of a distributed port group, where XML names the group alone."""
    cards = list(domain.interfaces)
    for at, (card, old) in enumerate(zip(cards, current.interfaces, strict=False)):
        if card.port is None or old.port is None or card.port.port_id or card.port.connection_id:
            continue
        if (card.port.switch_id, card.port.portgroup_id) == (old.port.switch_id, old.port.portgroup_id):
            cards[at] = replace(card, port=old.port)
    return replace(domain, interfaces=cards)


def _hardware_version(file: VmxFile) -> int:
    written = file.get("virtualHW.version") or ""
    return max(int(written), _OLDEST_HARDWARE) if written.isascii() and written.isdigit() and len(written) < 3 else 4
