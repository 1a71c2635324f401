"""Network cards: `ethernet0` and on."""

from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.records import replace
from esxvirt.uuids import NO_UUID
from esxvirt.vmx.devices.kind import DeviceKind, numbered
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import NONZERO, PLAIN, PRESENT, Row, Uuid, read_rows, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.interfaces import NO_MAC, Interface, OpaqueNetwork, SwitchPort, normalize_mac
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND", "mac_kind"]

_PORT = (
    Row("{}.dvs.switchId", "devices/interface/source/@switchid", "switch_id", Uuid(), NO_UUID),
    Row("{}.dvs.portId", "devices/interface/source/@portid", "port_id", NONZERO, 0),
    Row("{}.dvs.portgroupId", "devices/interface/source/@portgroupid", "portgroup_id", PLAIN),
    Row("{}.dvs.connectionId", "devices/interface/source/@connectionid", "connection_id", NONZERO, 0),
)

_PRESENT = Row("{}.present", "devices/interface", kind=PRESENT)

_ROWS = (
    _PRESENT,
    Row(
        "{}.startConnected",
        "devices/interface/link/@state",
        note="false: `down`, with `all_devices` or `settings`; libvirt ignores it",
    ),
    Row("{}.virtualDev", "devices/interface/model/@type", note="`vmxnet` with `features = 15` is vmxnet2"),
    Row("{}.features", "devices/interface/model/@type"),
    Row(
        "{}.connectionType",
        "devices/interface/@type",
        note="bridged, custom: bridge; nat: user; none and no name: null",
    ),
    Row("{}.networkName", "devices/interface/source/@bridge"),
    Row("{}.vnet", "devices/interface/target/@dev", note="with `custom`"),
    Row("{}.addressType", "devices/interface/mac/@type", note="generated and vpx: generated; static"),
    Row("{}.address", "devices/interface/mac/@address", note="with `static`"),
    Row("{}.generatedAddress", "devices/interface/mac/@address"),
    Row("{}.generatedAddressOffset", "", note="written as 0 for generated addresses"),
    Row("{}.checkMACAddress", "devices/interface/mac/@check"),
    *_PORT,
    Row(
        "{}.opaqueNetwork.id",
        "devices/interface/source/@bridge",
        write=False,
        note="a network of NSX; written only for a server, which knows its name",
    ),
    Row("{}.opaqueNetwork.type", "", write=False),
)

_MODELS = ("vlance", "vmxnet", "vmxnet3", "e1000", "e1000e")
_WRITABLE_MODELS = ("vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000", "e1000e")
# libvirt has these models, for other hypervisors.
_FOREIGN_MODELS = frozenset({
    "netfront", "rtl8139", "virtio", "virtio-transitional", "virtio-non-transitional", "Am79C970A", "Am79C973",
    "82540EM", "82545EM", "82543GC", "usb-net", "spapr-vlan", "lan9118", "smc91c111",
})  # fmt: skip
# What libvirt writes.
_MAX_CARDS = 10
# More than any product has.
_MOST = 10000
_VMXNET2_FEATURES = 15
# The host's own virtual networks in hosted products.
_HOSTED_NETWORKS = {"bridged": "vmnet0", "hostonly": "vmnet1"}


def _read(reader: VmxReader, domain: Domain) -> None:
    for number in numbered(reader, "ethernet", _MOST):
        card = _read_card(reader, f"ethernet{number}")
        card.number = number
        domain.interfaces.append(card)


def _read_card(reader: VmxReader, name: str) -> Interface:
    card = Interface(mac=NO_MAC)
    _read_mac(reader, name, card)
    card.model = _read_model(reader, name)
    if reader.strict:
        _check_connection(reader, name)
    if f"{name}.dvs.switchid" in reader.values and (reader.strict or reader.string(f"{name}.dvs.switchId")):
        card.type = "vds"
        port = SwitchPort("")
        read_rows(_PORT, reader, name, port)
        card.port = port
    elif not reader.strict and reader.plain(f"{name}.opaqueNetwork.id"):
        _read_opaque(reader, name, card)
    else:
        _read_connection(reader, name, card)
    if not reader.strict and not reader.boolean(f"{name}.startConnected", True):
        if reader.context.all_settings:
            card.link = "down"
        else:
            reader.note(
                "that the card is not connected is left out, as libvirt does; `all_devices` converts it",
                f"{name}.startConnected",
            )
    return card


def _read_opaque(reader: VmxReader, name: str, card: Interface) -> None:
    """Read a network that NSX manages, which libvirt takes for none."""
    identifier = reader.plain(f"{name}.opaqueNetwork.id") or ""
    card.opaque = OpaqueNetwork(identifier, reader.plain(f"{name}.opaqueNetwork.type") or "")
    card.source = reader.plain(f"{name}.networkName") or identifier
    reader.note(f"on a network that NSX manages, '{identifier}'; read as a bridge", f"{name}.opaqueNetwork.id")


def _check_connection(reader: VmxReader, name: str) -> None:
    """Refuse what libvirt refuses before it looks whether the card is on a distributed switch."""
    reader.boolean(f"{name}.startConnected", True)
    connection = (reader.string(f"{name}.connectionType") or "").lower()
    if connection in {"bridged", "custom"}:
        reader.required(f"{name}.networkName")
    if connection == "custom":
        reader.required(f"{name}.vnet")


def _read_connection(reader: VmxReader, name: str, card: Interface) -> None:
    key = f"{name}.connectionType"
    written = reader.string(key)
    connection = None if written is None else written.lower()
    network = reader.plain(f"{name}.networkName")
    if connection is None:
        card.type = "null" if network is None else "bridge"
        card.source = network
        if network is None:
            reader.note("the card is on no network; hosted products would bridge it", f"{name}.present")
    elif connection == "nat":
        card.type = "user"
        if network and not reader.strict:
            reader.note(f"a card behind NAT; its network '{network}' has no place in the XML", f"{name}.networkName")
    elif connection == "bridged":
        card.source = network if network is not None else _guess_network(reader, name, "bridged")
    elif connection == "custom":
        _read_custom(reader, name, card, network)
    elif connection == "hostonly":
        reader.refuse_or_note(
            f"No yet handled value '{written}' for VMX entry '{key}'", key, "host-only: read as a bridge"
        )
        card.source = network or reader.plain(f"{name}.vnet") or _HOSTED_NETWORKS["hostonly"]
    else:
        reader.refuse_or_note(
            f"Invalid value '{written}' for VMX entry '{key}'", key, f"'{written}' is read as a bridge"
        )
        named = network or reader.plain(f"{name}.pvnID") or reader.plain(f"{name}.vnet")
        # Some write the host's virtual network itself.
        card.source = named or (connection if connection.startswith("vmnet") else _HOSTED_NETWORKS["bridged"])


def _read_custom(reader: VmxReader, name: str, card: Interface, network: str | None) -> None:
    vnet = reader.plain(f"{name}.vnet")
    card.target = vnet
    if network is not None:
        card.source = network
        if vnet is None:
            reader.guess("a custom connection with no virtual network; read as bridged", f"{name}.connectionType")
    elif vnet is not None:
        reader.guess(f"no network name; the network is taken to be '{vnet}'", f"{name}.vnet")
        card.source = vnet
    else:
        card.source = _guess_network(reader, name, "bridged")


def _guess_network(reader: VmxReader, name: str, connection: str) -> str:
    network = _HOSTED_NETWORKS[connection]
    reader.guess(f"no network name; the network is taken to be '{network}'", f"{name}.connectionType")
    return network


def _read_model(reader: VmxReader, name: str) -> str | None:
    key = f"{name}.virtualDev"
    features = reader.integer(f"{name}.features", 0)
    written = reader.string(key)
    if written is None:
        return None
    model = written.lower()
    if model == "vmxnet" and features == _VMXNET2_FEATURES:
        return "vmxnet2"
    if model not in _MODELS:
        guess = "left out" if not model else f"kept as '{model}'"
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be 'vlance' or 'vmxnet' or 'vmxnet3' or 'e1000' or 'e1000e' but found "
            f"'{written}'",
            key,
            f"'{written}' is no model that libvirt knows; {guess}",
        )
        return model or None
    return model


def _read_mac(reader: VmxReader, name: str, card: Interface) -> None:
    key = f"{name}.addressType"
    written = reader.string(key)
    kind = None if written is None else written.lower()
    if kind is None and not reader.strict and _is_set_by_hand(reader, name):
        reader.note(
            "no kind of MAC address; taken to be static, as VMware does; libvirt leaves it out", f"{name}.address"
        )
        kind = "static"
    if kind in {None, "generated", "vpx"}:
        card.mac_type = None if kind is None else "generated"
        _read_address(reader, f"{name}.generatedAddress", card)
    elif kind == "static":
        card.mac_type = "static"
        _read_address(reader, f"{name}.address", card)
    else:
        reader.refuse_or_note(
            f"Expecting VMX entry '{key}' to be 'generated' or 'static' or 'vpx' but found '{written}'",
            key,
            f"'{written}' is no kind of MAC address; whatever address there is is taken",
        )
        for field in ("address", "generatedAddress"):
            _read_address(reader, f"{name}.{field}", card)
    check = reader.string(f"{name}.checkMACAddress")
    if check is not None:
        # libvirt takes everything but true, in lower case, for false here.
        card.mac_check = check == "true" if reader.strict else reader.boolean(f"{name}.checkMACAddress", False)


def _is_set_by_hand(reader: VmxReader, name: str) -> bool:
    """Return whether a card without `addressType` has an address of its own, as VMware's manuals tell people to do."""
    values = reader.values
    return bool(values.get(f"{name}.address", "").strip()) and not values.get(f"{name}.generatedaddress", "").strip()


def _read_address(reader: VmxReader, key: str, card: Interface) -> None:
    text = reader.string(key)
    if text is None:
        return
    card.mac = normalize_mac(text) or _read_unusual_mac(reader, key, text) or card.mac


def _read_unusual_mac(reader: VmxReader, key: str, text: str) -> str | None:
    """Give a MAC address that libvirt cannot read: with dashes, or empty (None) for VMware to make one up.

    Raises:
        VmxError: for anything else, and under `strict`.
    """
    message = f"Expecting VMX entry '{key}' to be MAC address but found '{text}'"
    if not text.strip():
        reader.refuse_or_note(message, key, "empty: there is no MAC address yet")
        return None
    mac = normalize_mac(text.strip().replace("-", ":"))
    if mac is None:
        reader.refuse(message, key)
    else:
        reader.refuse_or_note(message, key, f"'{text}' is read as {mac}")
    return mac


# Writing


def _write(domain: Domain, writer: VmxWriter) -> None:
    if writer.strict and len(domain.interfaces) > _MAX_CARDS:
        raise VmxError(f"Ethernet controller index {_MAX_CARDS} out of [0..{_MAX_CARDS - 1}] range")
    taken = {f"ethernet{card.number}" for card in domain.interfaces if card.number is not None} | writer.taken
    free = (number for number in range(_MOST) if f"ethernet{number}" not in taken)
    for at, card in enumerate(domain.interfaces):
        number = card.number
        if writer.strict:
            number = at
        elif number is None:
            number = next(free)
        _write_card(card, f"ethernet{number}", writer)


def _keep(domain: Domain, current: Domain) -> None:
    """Give the cards that the machine has already the numbers that they have: keys of their own go by them."""
    left = list(current.interfaces)
    cards = [replace(card, number=None) for card in domain.interfaces]
    for card in cards:
        old = next((old for old in left if old.mac == card.mac != NO_MAC), None)
        if old is not None:
            left.remove(old)
            card.number = old.number
    # One that stands where one was which is no more is that one, with another address.
    for card, old in zip(cards, current.interfaces, strict=False):
        if card.number is None and any(old is other for other in left):
            left = [other for other in left if other is not old]
            card.number = old.number
    numbered_cards = {old.number: old for old in current.interfaces}
    for card in cards:
        # The XML has the name alone of a network that NSX manages.
        old = numbered_cards.get(card.number)
        if old is not None and card.opaque is None and (card.type, card.source) == (old.type, old.source):
            card.opaque = old.opaque
    domain.interfaces = cards


def _write_card(card: Interface, name: str, writer: VmxWriter) -> None:
    write_rows((_PRESENT,), writer, name, card)
    if card.model is not None:
        _write_model(card, card.model, name, writer)
    if card.opaque is not None and not writer.strict:
        writer.put(f"{name}.opaqueNetwork.id", card.opaque.identifier)
        writer.put(f"{name}.opaqueNetwork.type", card.opaque.kind)
    elif card.type == "bridge":
        writer.put(f"{name}.networkName", card.source or "")
        if card.target is not None:
            writer.put(f"{name}.connectionType", "custom")
            writer.put(f"{name}.vnet", card.target)
        else:
            writer.put(f"{name}.connectionType", "bridged")
    elif card.type == "user":
        writer.put(f"{name}.connectionType", "nat")
    elif card.type == "vds" and card.port is not None:
        write_rows(_PORT, writer, name, card.port)
    elif card.type == "network" and not writer.strict:
        writer.report.add("a libvirt network is written as the port group of its name", "devices/interface", card.line)
        writer.put(f"{name}.networkName", card.source or "")
        writer.put(f"{name}.connectionType", "bridged")
    elif card.type != "null":
        message = f"Unsupported net type '{card.type}'"
        if not writer.strict:
            message += f" of the interface '{card.mac}': a machine of VMware's is on a bridge, network or vds, or user"
        raise ConfigUnsupportedError(message)
    _write_mac(card, name, writer)
    if card.link == "down" and not writer.strict:
        writer.put(f"{name}.startConnected", "false")


def _write_model(card: Interface, model: str, name: str, writer: VmxWriter) -> None:
    lowered = model.lower()
    if lowered not in _WRITABLE_MODELS and model not in writer.card_models:
        foreign = model in _FOREIGN_MODELS
        message = (
            "Expecting domain XML entry 'devices/interface/model' to be 'vlance' or 'vmxnet' or 'vmxnet2' or 'vmxnet3' "
            f"or 'e1000' or 'e1000e' but found '{model}'"
            if foreign
            else f"driver does not support net model '{model}'"
        )
        if not foreign and not writer.strict:  # the other message has the line, and what there is
            message += f" for the interface '{card.mac}', which is none of {', '.join(_WRITABLE_MODELS)}"
        raise writer.located(message, card.line) if foreign else ConfigUnsupportedError(message)
    if lowered == "vmxnet2":
        writer.put(f"{name}.virtualDev", "vmxnet")
        writer.put(f"{name}.features", str(_VMXNET2_FEATURES))
    else:
        writer.put(f"{name}.virtualDev", lowered)


def _write_mac(card: Interface, name: str, writer: VmxWriter) -> None:
    mac = card.mac or NO_MAC
    if (mac == NO_MAC or card.mac_to_come) and not writer.strict:
        # What has none yet gets one of VMware's at the next start; zeros of its own it would not start with.
        if card.mac_type == "static":
            writer.report.add("a static address of zeros is none; VMware makes one up", "devices/interface", card.line)
        writer.put(f"{name}.addressType", "generated")
        if card.mac_check is not None:
            writer.put(f"{name}.checkMACAddress", "true" if card.mac_check else "false")
        return
    kind, reserved = mac_kind(mac, card.mac_type)
    check = card.mac_check
    writer.put(f"{name}.addressType", kind)
    if kind == "static":
        writer.put(f"{name}.address", mac)
        if check is None and not reserved:
            check = False
    else:
        writer.put(f"{name}.generatedAddress", mac)
        if kind == "generated":
            writer.put(f"{name}.generatedAddressOffset", "0")
    if check is not None:
        writer.put(f"{name}.checkMACAddress", "true" if check else "false")


def mac_kind(mac: str, said: str | None) -> tuple[str, bool]:
    """Give how an address is written, ``static``, ``generated`` or ``vpx``, and whether it is in VMware's ranges.

    `said` is what the XML calls it, ``static`` or ``generated``, None if nothing.
    """
    kind, reserved = _mac_range(mac)
    if said == "static":
        kind = "static"
    elif said == "generated" and kind != "vpx":
        kind = "generated"
    return kind, reserved


def _mac_range(mac: str) -> tuple[str, bool]:
    """Give how an address is written, and whether it is in one of VMware's ranges: see the manual's table."""
    if mac.startswith("00:0c:29:"):
        return "generated", True
    if mac.startswith("00:50:56:"):
        fourth = int(mac[9:11], 16)
        if fourth <= 0x3F:
            return "static", True
        if 0x80 <= fourth <= 0xBF:
            return "vpx", True
    return "static", False


KIND = DeviceKind("Network cards", _ROWS, _read, _write, prefixes=("ethernet#",), keep=_keep)
