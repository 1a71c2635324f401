"""Network cards: models that VMware has, and networks that the host has."""

import re
from typing import TYPE_CHECKING

from esxvirt.vmx.adapt.target import Target

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["adapt_interfaces"]

_MODELS = frozenset({"vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000", "e1000e"})
_NEWER = frozenset({"virtio", "virtio-transitional", "virtio-non-transitional", "netfront"})
_LIKE_E1000E = frozenset({"igb", "82574L"})
_LIKE_VLANCE = frozenset({"pcnet", "Am79C970A", "Am79C973"})
_VMXNET3_SINCE = 7
_E1000E_SINCE = 8
# Every ESX host has it, unless somebody has taken it away.
_USUAL = "VM Network"


def adapt_interfaces(devices: "_Element", target: Target) -> None:
    """Give each card a model and a network that VMware has."""
    for card in devices.findall("interface"):
        _adapt_network(card, target)
        _adapt_model(card, target)


def _adapt_network(card: "_Element", target: Target) -> None:
    kind = card.get("type") or "user"
    if kind == "vds" or (not target.is_foreign and kind in {"bridge", "network", "user", "null"}):
        return
    device = card.find("target")
    if device is not None:
        card.remove(device)  # a name on libvirt's host; here it would be one of VMware's virtual networks
    source = card.find("source")
    name = None if source is None or kind not in {"bridge", "network"} else source.get(kind)
    if name and (name in target.networks or not target.networks):
        if kind == "bridge" and not target.networks:
            target.note(card, "devices/interface", f"the bridge '{name}' is taken for the port group of that name")
        return
    network = _known(target)
    what = f"the {kind} '{name}'" if name else f"a network of the type '{kind}'{_behind(source)}"
    target.note(card, "devices/interface", f"{what} becomes the port group '{network}'")
    card.set("type", "bridge")
    if source is None:
        source = card.makeelement("source")
        card.insert(0, source)
    for attribute in list(source.attrib):
        del source.attrib[attribute]
    for child in list(source):
        source.remove(child)
    source.set("bridge", network)


def _behind(source: "_Element | None") -> str:
    """Return what of the other host is behind a card, for a message."""
    named = None if source is None else source.get("dev") or source.get("path") or source.get("switchid")
    return f" (of '{named}')" if named else ""


def _known(target: Target) -> str:
    return _USUAL if _USUAL in target.networks or not target.networks else min(target.networks)


def _adapt_model(card: "_Element", target: Target) -> None:
    model = card.find("model")
    name = None if model is None else model.get("type")
    if (name is None and not target.is_foreign) or (name is not None and name.lower() in _MODELS):
        return
    chosen = _like(name, target)
    shown = f"the model '{name}'" if name else "no model"
    mac = card.find("mac")
    owner = "" if mac is None or not mac.get("address") else f" of the interface '{mac.get('address')}'"
    target.note(card if model is None else model, "devices/interface/model", f"{shown}{owner} becomes '{chosen}'")
    if model is None:
        model = card.makeelement("model")
        card.append(model)
    for attribute in list(model.attrib):
        del model.attrib[attribute]
    model.set("type", chosen)


def _like(name: str | None, target: Target) -> str:
    """Return the model that is most like one that VMware has not, and for which the guest has a driver."""
    if name in _LIKE_VLANCE:
        return "vlance"
    if name in _NEWER and not target.is_windows and target.hardware_version >= _VMXNET3_SINCE:
        return "vmxnet3"
    newer = name in _NEWER or name in _LIKE_E1000E or re.fullmatch(r"i?x?gb.*", name or "") is not None
    return "e1000e" if newer and target.hardware_version >= _E1000E_SINCE else "e1000"
