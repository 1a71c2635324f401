"""What the selected objects say: ``ObjectContent`` as XML, with what could not be read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from esxvirt.sim.properties.paths import Reader
from esxvirt.sim.properties.select import Selection, selected
from esxvirt.sim.registry import Registered
from esxvirt.sim.wire.encode import escape
from esxvirt.sim.wire.schema import data_type
from esxvirt.sim.wire.values import Data, Fault, Raw

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["content", "object_xml", "property_xml", "selections"]

_FAULT_FIELD = data_type("MissingProperty").by_name["fault"]


def selections(call: "Call", specs: Iterable[Data]) -> list[Selection]:
    """Return what all of the filters select."""
    found: list[Selection] = []
    for spec in specs:
        found += selected(call, spec, lost=[])
    return found


def property_xml(call: "Call", target: Registered, paths: Iterable[str]) -> tuple[dict[str, str], dict[str, Fault]]:
    """Read `paths` of one object: their ``propSet`` elements by path, and the faults of what could not be read.

    A path that its type has not is no such case, but the fault ``InvalidProperty`` of the whole call.
    """
    table = call.endpoint.paths(call.encoder)
    found: dict[str, str] = {}
    missing: dict[str, Fault] = {}
    for path in paths:
        reader = table.reader(type(target), path)
        try:
            _check(call, target, reader)
            xml = reader.xml(target)
        except Fault as fault:
            if fault.data.type_name == "InvalidProperty":
                raise
            missing[path] = fault
        else:
            if xml is not None:
                found[path] = xml
    return found, missing


def _check(call: "Call", target: Registered, reader: Reader) -> None:
    target.check_readable(reader.privilege)
    if call.session is not None:
        privilege = "System.Read" if reader.privilege is None else reader.privilege
        call.endpoint.access.check(call.session.username, privilege, target.ref)


def object_xml(call: "Call", target: Registered, paths: Iterable[str]) -> str:
    """Return one object's ``ObjectContent``, without the element around it."""
    found, missing = property_xml(call, target, paths)
    ref = target.ref
    parts = [f'<obj type="{ref.type}">{escape(ref.value)}</obj>', *found.values()]
    for path, fault in missing.items():
        detail = call.encoder.element(_FAULT_FIELD, call.encoder.localized_fault(fault))
        parts.append(f"<missingSet><path>{escape(path)}</path>{detail}</missingSet>")
    return "".join(parts)


def content(call: "Call", selection: Iterable[Selection]) -> list[Raw]:
    """Return the ``ObjectContent`` of everything selected."""
    return [Raw(object_xml(call, target, paths)) for target, paths in selection]
