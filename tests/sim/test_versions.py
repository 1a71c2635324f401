"""What a profile knows, walked through pyVmomi's tables: what is newer is refused, what is older is not."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from pyVmomi import VmomiSupport

from esxvirt.sim.objects import load
from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.profiles import PROFILES
from esxvirt.sim.registry import CLASSES
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.decode import Decoder
from esxvirt.sim.wire.schema import ManagedType
from esxvirt.sim.wire.values import Data, Fault, Raw, Ref
from tests.unit.sim.inside import Inside, filter_spec

_UNKNOWN = {"InvalidRequest", "MethodNotFound"}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


@pytest.fixture(scope="module", params=PROFILES)
def inside(request: pytest.FixtureRequest) -> Inside:
    return Inside(request.param)


def _visible(inside: Inside) -> frozenset[str]:
    """The versions that the profile knows, from pyVmomi's own tables."""
    version = VmomiSupport.versionMap[f"vim25/{PROFILES[inside.endpoint.profile.name].api_version}"]
    return frozenset({version, *VmomiSupport.parentMap[version]})


def _managed_types() -> Iterator[ManagedType]:
    for definition in VmomiSupport._managedDefMap.values():
        try:
            yield schema.managed_type(definition[1])
        except schema.UnknownTypeError:
            continue


def _objects(inside: Inside) -> dict[str, ManagedObject]:
    """One object of every type that the endpoint has."""
    found = {target.wsdl: target for target in inside.objects()}
    found["VirtualMachine"] = inside.machine("web")
    return found


def _refusal(inside: Inside, method: str, ref: Ref) -> str | None:
    """The fault that a call without arguments gets; None for none, or an accident for want of arguments."""
    try:
        inside.call(method, ref)
    except Fault as fault:
        return fault.data.type_name
    except TypeError:
        return None
    return None


def test_methods(inside: Inside) -> None:
    visible = _visible(inside)
    refused = 0
    for managed in _managed_types():
        for name, method in managed.methods.items():
            if method.version in visible and managed.version in visible:
                continue
            refused += 1
            fault = _refusal(inside, name, Ref(managed.name, "nonsense"))
            assert fault in {*_UNKNOWN, "ManagedObjectNotFound"}, (managed.name, name)
            if method.version not in visible:
                assert fault in _UNKNOWN, (managed.name, name, method.version)
    assert refused > 0


def test_methods_of_its_own_objects(inside: Inside) -> None:
    """Nothing that a class implements is lost to the gate, and nothing newer gets through."""
    visible = _visible(inside)
    known = newer = 0
    for type_name, target in _objects(inside).items():
        for name, method in schema.managed_type(type_name).methods.items():
            if method.version in visible:
                known += callable(getattr(target, name, None))
                continue
            newer += 1
            assert _refusal(inside, name, target.ref) in _UNKNOWN, (type_name, name, method.version)
    assert known > 50
    assert newer > 0


def test_properties(inside: Inside) -> None:
    visible = _visible(inside)
    read = refused = 0
    for type_name, target in _objects(inside).items():
        for name, field in schema.managed_type(type_name).properties.items():
            spec = filter_spec(type_name, (name,), target.ref)
            if field.version in visible:
                inside.collect("RetrieveProperties", spec)
                read += 1
                continue
            with pytest.raises(Fault) as caught:
                inside.collect("RetrieveProperties", spec)
            assert caught.value.data.type_name == "InvalidProperty", (type_name, name)
            assert caught.value.data.name == name
            refused += 1
    assert read > 150
    assert refused > 0


def test_paths_into_data(inside: Inside) -> None:
    """A field of a data object that came later is no property path."""
    visible = _visible(inside)
    target = inside.machine("web")
    refused = 0
    for top in ("config", "summary", "runtime", "guest"):
        declared = schema.managed_type("VirtualMachine").properties[top]
        for field in schema.data_type(declared.type).fields:
            spec = filter_spec("VirtualMachine", (f"{top}.{field.name}",), target.ref)
            if field.version in visible:
                inside.collect("RetrieveProperties", spec)
            else:
                with pytest.raises(Fault, match="is not known"):
                    inside.collect("RetrieveProperties", spec)
                refused += 1
    assert refused > 0


def test_answers_hold_nothing_newer(inside: Inside) -> None:
    """All properties of everything, read by a reader that takes nothing that the version does not know."""
    versions = schema.visible_versions(inside.endpoint.profile.api_version)
    decoder = Decoder(versions, frozenset())
    items = 0
    for type_name, target in _objects(inside).items():
        answer = inside.collect("RetrieveProperties", filter_spec(type_name, None, target.ref))
        for content in answer:
            assert isinstance(content, Raw)
            root = etree.fromstring(
                f'<a xmlns:xsi="{_XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">{content.xml}</a>'.encode()
            )
            assert root.findall("missingSet") == [], (type_name, content.xml)
            for prop in root.findall("propSet"):
                value = prop.find("val")
                assert value is not None
                _read(decoder, value)
                items += 1
    assert items > 100


def _read(decoder: Decoder, element: Any) -> Any:
    """Read a property's value strictly; faults that stand in it are of a type that has no bounds."""
    declared = element.get(f"{{{_XSI}}}type")
    assert declared is not None
    return decoder._any(element, 0)


def test_enums_and_types_in_arguments() -> None:
    """What came later is refused in arguments, too: here, a field and a type of 4.1 on 3.5."""
    old, new = (Decoder(schema.visible_versions(version)) for version in ("2.5", "5.5"))
    field = schema.Field("spec", "VirtualMachineConfigSpec", "data", False, False, "")
    newer = [item for item in schema.data_type("VirtualMachineConfigSpec").fields
             if item.version not in schema.visible_versions("2.5") and item.kind == "bool"]  # fmt: skip
    assert len(newer) > 3
    for item in newer:
        element = etree.fromstring(f"<spec><{item.name}>true</{item.name}></spec>")
        with pytest.raises(Fault, match=f'Unexpected element tag "{item.name}"'):
            old._value(field, element, 0)
        if item.version in schema.visible_versions("5.5"):
            assert isinstance(new._value(field, element, 0), Data)
    device = f'<device xmlns:xsi="{_XSI}" xsi:type="VirtualVmxnet3"><key>1</key></device>'
    holder = schema.Field("device", "VirtualDevice", "data", False, False, "")
    with pytest.raises(Fault, match=re.escape('Unknown type "VirtualVmxnet3"')):
        old._value(holder, etree.fromstring(device), 0)
    assert new._value(holder, etree.fromstring(device), 0).type_name == "VirtualVmxnet3"


def test_every_class_is_a_type_of_the_api() -> None:
    load()
    for name, of in CLASSES.items():
        described = schema.managed_type(name)
        for path in of.getters:
            assert path.partition(".")[0] in described.properties, (name, path)


def test_methods_take_what_the_api_says() -> None:
    """Every wire method has the parameters of its definition, and needs no more than it."""
    load()
    for name, of in CLASSES.items():
        for method in schema.managed_type(name).methods.values():
            function = getattr(of, method.name, None)
            if function is None:
                continue
            taken = dict(list(inspect.signature(function).parameters.items())[2:])
            assert taken.keys() == {field.name for field in method.params}, (name, method.name)
            for field in method.params:
                needed = taken[field.name].default is inspect.Parameter.empty
                assert needed <= (not field.optional), (name, method.name, field.name)
