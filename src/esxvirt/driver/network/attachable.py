"""What networks of a host its machines' cards can be on, by whatever name, and how a card is on each of them.

A port group of a distributed switch is named by the switch's UUID and its own key, a network that another product
manages (NSX) by that product's identifier, all others by their names. libvirt knows the first as ``type='vds'``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import VPX
from esxvirt.errors import AmbiguousError, ConfigUnsupportedError
from esxvirt.names import find_name, unescape
from esxvirt.records import record, replace
from esxvirt.uuids import normalize
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row, Step
from esxvirt.vsphere.versions import has_distributed_switches
from esxvirt.xml.domain.interfaces import Interface, OpaqueNetwork, SwitchPort

__all__ = ["NETWORK_PROPERTIES", "Attachable", "Networks", "network_properties", "network_steps"]

NETWORK_PROPERTIES: Final = ("name", "summary")
"""What `Networks` needs of networks that are on no distributed switch."""

_GROUP: Final = "DistributedVirtualPortgroup"
_SWITCH: Final = "DistributedVirtualSwitch"
_SWITCH_OF: Final = "config.distributedVirtualSwitch"
_UPLINKS: Final = "config.uplinkPortgroup"
_UPLINK_TAG: Final = "SYSTEM/DVS.UPLINKPG"
_TO_NETWORKS: Final = Step("network", "HostSystem", "network")
_TO_SWITCHES: Final = (
    Step("network", "HostSystem", "network", ("switch",)),
    Step("switch", _GROUP, _SWITCH_OF),
)


def _distributed(connection: Connection) -> bool:
    return connection.product == VPX and has_distributed_switches(connection.session.version)


def network_properties(connection: Connection) -> Mapping[str, Sequence[str]]:
    """Return the properties that `Networks` needs, by type."""
    found: dict[str, Sequence[str]] = {"Network": (*NETWORK_PROPERTIES, "host")}
    if _distributed(connection):
        found |= {_GROUP: ("name", "key", "host", "tag", _SWITCH_OF), _SWITCH: ("name", "uuid", _UPLINKS)}
    return found


def network_steps(connection: Connection) -> tuple[Step, ...]:
    """Return the steps from hosts to their networks, and what those are on."""
    return _TO_SWITCHES if _distributed(connection) else (_TO_NETWORKS,)


@record(frozen=True)
class Attachable:
    """A network.

    Attributes:
        name: As people write it.
        stored: As the server keeps it.
        key: What else it is known by: a port group's key, or NSX's identifier; its name for others.
        switch: The distributed switch's name, None for others.
        port: Where a card is on a distributed switch; None for others, and where the switch is not told.
        opaque: What NSX calls it, None for others.
        uplink: Whether it is for the hosts' own cards.
    """

    name: str
    stored: str
    key: str
    switch: str | None = None
    port: SwitchPort | None = None
    opaque: OpaqueNetwork | None = None
    uplink: bool = False

    @property
    def path(self) -> str:
        """Its name, with the switch's where it has one."""
        return self.name if self.switch is None else f"{self.switch}/{self.name}"


class Networks:
    """The networks among some rows; of one `host` only, where the rows are those of several."""

    def __init__(self, rows: Iterable[Row], host: Ref | None = None) -> None:
        present = list(rows)
        switches = {row.ref: row for row in present if row.ref.type.endswith(_SWITCH)}
        self._all = [
            _attachable(row, switches)
            for row in present
            if row.ref.type.endswith("Network") or row.ref.type == _GROUP
            if host is None or not row.get("host") or host in row.get("host")
        ]

    @property
    def names(self) -> list[str]:
        """The names of those that a card can be on, sorted."""
        return sorted({found.name for found in self._all if not found.uplink})

    def named(self, name: str) -> Attachable | None:
        """Return the network that a name means: in each of its writings, behind its switch's, or a key.

        None if none does.

        A network of that name that is on no distributed switch comes first.

        Raises:
            AmbiguousError: Several distributed switches have one.
            ConfigUnsupportedError: It is for the hosts' own cards.
        """
        found = self._candidates(name)
        plain = [one for one in found if one.switch is None]
        found = plain or [one for one in found if not one.uplink] or found
        if len(found) > 1:
            choices = ", ".join(f"'{one.path}'" for one in found)
            raise AmbiguousError(f"{len(found)} networks are named '{name}': name one of {choices}")
        for one in found:
            if one.uplink:
                raise ConfigUnsupportedError(
                    f"'{one.name}' is for the uplinks of the hosts on '{one.switch}'{self._known}"
                )
        return found[0] if found else None

    def _candidates(self, name: str) -> list[Attachable]:
        meant = find_name([one.name for one in self._all], name)
        return (
            [one for one in self._all if one.name == meant]
            or [one for one in self._all if one.switch is not None and one.path in {name, unescape(name)}]
            or [one for one in self._all if one.key == name]
        )

    @property
    def _known(self) -> str:
        known = ", ".join(f"'{name}'" for name in self.names)
        return f"; the host has {known}" if known else ""

    def place(self, card: Interface, *, must_be: bool = False) -> Interface:
        """Return the card as the server has it on the network that its XML names.

        Args:
            card: The card.
            must_be: Whether a network that the host has not is refused; else it stays as the XML has it.

        Raises:
            AmbiguousError: As `named`.
            ConfigUnsupportedError: As `named`; or there is no such network.
        """
        if not self._all:
            return card
        if card.type == "vds" and card.port is not None:
            self._check(card.port, must_be=must_be)
            return card
        if card.type not in {"bridge", "network"} or card.source is None:
            return card
        name = card.source if card.port_group is None else card.port_group
        found = None
        if card.port_group is not None:
            found = self.named(f"{card.source}/{card.port_group}")
        found = found or self.named(name)
        if found is None:
            if must_be:
                raise ConfigUnsupportedError(f"the host has no network '{name}'; it has {_list(self.names)}")
            return card
        return self._on(card, found)

    def _on(self, card: Interface, found: Attachable) -> Interface:
        if found.switch is not None:
            if found.port is None:
                raise ConfigUnsupportedError(
                    f"the server does not tell the distributed switch of '{found.name}'; may the account see it?"
                )
            return replace(card, type="vds", source=None, port_group=None, port=found.port)
        if found.opaque is not None:
            return replace(card, type="bridge", source=found.name, port_group=None, opaque=found.opaque)
        return replace(card, source=found.name, port_group=None)

    def _check(self, port: SwitchPort, *, must_be: bool) -> None:
        """Refuse a port of what is no network for machines, or of what the host has not."""
        groups = [one for one in self._all if one.key == port.portgroup_id]
        for one in groups:
            if one.uplink:
                raise ConfigUnsupportedError(
                    f"'{one.name}' is for the uplinks of the hosts on '{one.switch}'{self._known}"
                )
        if not must_be:
            return
        switches = {one.port.switch_id for one in self._all if one.port is not None}
        if port.switch_id not in switches:
            known = ", ".join(sorted({f"'{one.switch}' ({one.port.switch_id})" for one in self._all if one.port}))
            raise ConfigUnsupportedError(
                f"the host has no distributed switch '{port.switch_id}'; it has {known or 'none'}"
            )
        if port.portgroup_id is not None and not any(
            one.port is not None and one.port.switch_id == port.switch_id for one in groups
        ):
            known = ", ".join(
                f"'{one.name}' ({one.key})"
                for one in self._all
                if one.port is not None and one.port.switch_id == port.switch_id and not one.uplink
            )
            raise ConfigUnsupportedError(f"the switch has no port group '{port.portgroup_id}'; it has {known}")

    def stored(self, card: Interface) -> str:
        """Return what the server calls the network of a card that `place` has put there by its name."""
        return next(
            (one.stored for one in self._all if one.name == card.source and one.switch is None), card.source or ""
        )

    def shown(self, card: Interface) -> None:
        """Have a card that was read from a VMX file name its network as people do, not by NSX's identifier."""
        if card.type != "bridge" or card.source is None:
            return
        if card.opaque is not None:
            found = next((one for one in self._all if one.opaque == card.opaque), None)
        elif "%" in card.source:
            found = next((one for one in self._all if card.source in {one.name, one.stored}), None)
        else:
            return
        if found is not None:
            card.source = found.name


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"


def _attachable(row: Row, switches: Mapping[Ref, Row]) -> Attachable:
    stored = row.get("name") or row.ref.value
    name = unescape(stored)
    if row.ref.type != _GROUP:
        summary = row.get("summary")
        if summary is None or summary.kind != "OpaqueNetworkSummary":
            return Attachable(name, stored, stored)
        opaque = OpaqueNetwork(summary.opaqueNetworkId, summary.opaqueNetworkType)
        return Attachable(name, stored, opaque.identifier, opaque=opaque)
    key = row.get("key") or row.ref.value
    switch = switches.get(row.get(_SWITCH_OF))
    tags = {tag.key for tag in row.get("tag") or ()}
    uplink = _UPLINK_TAG in tags or (switch is not None and row.ref in (switch.get(_UPLINKS) or ()))
    if switch is None:
        return Attachable(name, stored, key, "?", None, uplink=uplink)
    uuid = normalize(switch.get("uuid") or "")
    port = None if uuid is None else SwitchPort(uuid, portgroup_id=key)
    return Attachable(name, stored, key, unescape(switch.get("name") or switch.ref.value), port, uplink=uplink)
