"""Values to XML and back."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esxvirt.sim.wire import schema, soap
from esxvirt.sim.wire.decode import Decoder
from esxvirt.sim.wire.encode import Encoder, escape, timestamp
from esxvirt.sim.wire.schema import Field, Method
from esxvirt.sim.wire.values import Data, Fault, Ref, Typed, constant, long

_NEW, _OLD = Encoder("7.0.3.0"), Encoder("2.5")
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


def _field(type_name: str, kind: str, *, array: bool = False) -> Field:
    return Field("v", type_name, kind, array, optional=True, version="vmodl.version.version0")


@given(st.text())
def test_any_text_survives_or_is_replaced(text: str) -> None:
    parsed = etree.fromstring(f"<a>{escape(text)}</a>".encode())
    came = parsed.text or ""
    assert len(came) == len(text)
    assert all(new in {old, "?"} for new, old in zip(came, text, strict=True))
    assert came == text or any(
        ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 or ord(letter) > 0xFFFD for letter in text
    )


def test_times_are_utc() -> None:
    noon = datetime(2024, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(noon) == "2024-03-01T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        ("a<b", '<v xsi:type="xsd:string">a&lt;b</v>'),
        (True, '<v xsi:type="xsd:boolean">true</v>'),
        (5, '<v xsi:type="xsd:int">5</v>'),
        (long(5), '<v xsi:type="xsd:long">5</v>'),
        (1.5, '<v xsi:type="xsd:double">1.5</v>'),
        (Ref("Task", "t-1"), '<v type="Task" xsi:type="ManagedObjectReference">t-1</v>'),
        (Typed("ArrayOfInt", [1]), '<v xsi:type="ArrayOfInt"><int xsi:type="xsd:int">1</int></v>'),
        (Typed("TaskInfoState", "error"), '<v xsi:type="TaskInfoState">error</v>'),
        (
            Typed("ArrayOfManagedObjectReference", [Ref("Task", "t")]),
            (
                '<v xsi:type="ArrayOfManagedObjectReference"><ManagedObjectReference type="Task" '
                'xsi:type="ManagedObjectReference">t</ManagedObjectReference></v>'
            ),
        ),
        (Data("NumericRange", start=1, end=2), '<v xsi:type="NumericRange"><start>1</start><end>2</end></v>'),
    ],
)
def test_values_of_any_type_say_what_they_are(value: Any, xml: str) -> None:
    assert _NEW.element(_field("anyType", "any"), value) == xml


def test_a_value_with_no_type_on_the_wire() -> None:
    with pytest.raises(TypeError):
        _NEW.element(_field("anyType", "any"), object())


def test_items_of_arrays_say_what_they_are_where_the_array_does() -> None:
    field = _field("VirtualDevice", "data", array=True)
    device = Data("VirtualKeyboard", key=600)
    assert _NEW.any_element("val", field, [device]) == (
        '<val xsi:type="ArrayOfVirtualDevice"><VirtualDevice xsi:type="VirtualKeyboard"><key>600</key>'
        "</VirtualDevice></val>"
    )
    assert _NEW.element(field, [device]) == '<v xsi:type="VirtualKeyboard"><key>600</key></v>'
    assert _NEW.any_element("val", field, []) == '<val xsi:type="ArrayOfVirtualDevice"></val>'


def test_what_an_old_version_does_not_know_is_left_out() -> None:
    session = Data("UserSession", key="k", userName="root", fullName="Root", locale="en", callCount=5)
    assert "callCount" in _NEW.element(_field("UserSession", "data"), session)
    assert "callCount" not in _OLD.element(_field("UserSession", "data"), session)


def test_a_type_that_an_old_version_does_not_know_is_sent_as_its_base() -> None:
    controller = Data("VirtualLsiLogicSASController", key=1000, busNumber=0, sharedBus="noSharing")
    field = _field("VirtualDevice", "data")
    assert 'xsi:type="VirtualLsiLogicSASController"' in _NEW.element(field, controller)
    assert 'xsi:type="VirtualSCSIController"' in _OLD.element(field, controller)


def test_data_objects_have_only_their_fields() -> None:
    with pytest.raises(TypeError, match="nosuch"):
        Data("NumericRange", nosuch=1)
    value = Data("NumericRange", start=1)
    assert value.end is None
    with pytest.raises(AttributeError):
        _ = value.nosuch
    with pytest.raises(AttributeError):
        value.nosuch = 1
    value.end = 3
    assert value == Data("NumericRange", start=1, end=3)
    assert "end=3" in repr(value)


def _decode(method: str, owner: str, inner: str, version: str = "7.0.3.0") -> dict[str, Any]:
    described = schema.managed_type(owner).methods[method]
    element = etree.fromstring(f'<{method} xmlns="urn:vim25" {_XSI}><_this type="X">x</_this>{inner}</{method}>')
    return Decoder(schema.visible_versions(version)).arguments(described, element)


def test_arguments() -> None:
    found = _decode(
        "RetrieveProperties",
        "PropertyCollector",
        "<specSet><propSet><type>VirtualMachine</type><all>0</all><pathSet>name</pathSet><pathSet>parent</pathSet>"
        '</propSet><objectSet><obj type="Folder">f</obj><selectSet xsi:type="TraversalSpec"><type>Folder</type>'
        "<path>childEntity</path></selectSet></objectSet></specSet>",
    )
    spec = found["specSet"][0]
    assert spec.propSet[0].pathSet == ["name", "parent"]
    assert spec.propSet[0].all is False
    assert spec.objectSet[0].obj == Ref("Folder", "f")
    assert spec.objectSet[0].selectSet[0].path == "childEntity"


@pytest.mark.parametrize(
    ("method", "owner", "inner", "text"),
    [
        ("Login", "SessionManager", "<userName>a</userName>", 'Required element "password"'),
        ("Login", "SessionManager", "<userName>a</userName><password>b</password><x/>", 'element tag "x"'),
        ("Login", "SessionManager", "<userName>a</userName><userName>a</userName>", "more than once"),
        ("FindByUuid", "SearchIndex", "<uuid>u</uuid><vmSearch>maybe</vmSearch>", '"maybe" is no boolean'),
        ("QueryPerfCounter", "PerformanceManager", "<counterId>99999999999</counterId>", "is no int"),
        ("QueryPerfCounter", "PerformanceManager", "<counterId>x</counterId>", "is no int"),
        ("CreateFilter", "PropertyCollector", '<spec xsi:type="NoSuchType"/>', 'Unknown type "NoSuchType"'),
        ("CreateFilter", "PropertyCollector", '<spec xsi:type="NumericRange"/>', "is no PropertyFilterSpec"),
        ("FindChild", "SearchIndex", "<entity>x</entity><name>n</name>", "needs a type attribute"),
        ("CreateFilter", "PropertyCollector", "<spec><nonsense/></spec>", 'element tag "nonsense"'),
    ],
)
def test_arguments_that_do_not_fit(method: str, owner: str, inner: str, text: str) -> None:
    with pytest.raises(Fault, match=text) as caught:
        _decode(method, owner, inner)
    assert caught.value.data.type_name == "InvalidRequest"


def test_a_newer_field_is_unknown_to_an_old_server() -> None:
    inner = "<uuid>u</uuid><vmSearch>true</vmSearch><instanceUuid>true</instanceUuid>"
    assert _decode("FindByUuid", "SearchIndex", inner)["instanceUuid"] is True
    with pytest.raises(Fault, match="instanceUuid"):
        _decode("FindByUuid", "SearchIndex", inner, version="2.5")


def test_values_of_any_type_are_read_by_their_type() -> None:
    method = Method("M", "X", (_field("anyType", "any"),), _field("void", "void"), "vmodl.version.version0", None)

    def read(attributes: str, inner: str) -> Any:
        element = etree.fromstring(f"<M {_XSI}><v {attributes}>{inner}</v></M>")
        return Decoder(schema.visible_versions("7.0.3.0")).arguments(method, element)["v"]

    assert read('xsi:type="xsd:string"', "a") == "a"
    assert type(read('xsi:type="xsd:long"', "3")) is long
    assert read('xsi:type="ManagedObjectReference" type="Task"', "t") == Ref("Task", "t")
    assert read('xsi:type="ArrayOfInt"', "<int>1</int><int>2</int>") == Typed("ArrayOfInt", [1, 2])
    assert read('xsi:type="xsd:base64Binary"', "YWI=") == b"ab"
    with pytest.raises(Fault, match="needs xsi:type"):
        read("", "a")


def test_nesting_has_an_end() -> None:
    inner = "".join(
        '<selectSet xsi:type="TraversalSpec"><type>Folder</type><path>childEntity</path>' for _ in range(100)
    )
    inner += "</selectSet>" * 100
    objects = f'<objectSet><obj type="Folder">f</obj>{inner}</objectSet>'
    with pytest.raises(Fault, match="nested too deeply"):
        _decode(
            "RetrieveProperties",
            "PropertyCollector",
            f"<specSet><propSet><type>Folder</type></propSet>{objects}</specSet>",
        )


_ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">{}</e:Envelope>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<a/>",
        _ENVELOPE.format(""),
        _ENVELOPE.format("<e:Body/>"),
        _ENVELOPE.format("<e:Body><A/><B/></e:Body>"),
        _ENVELOPE.format('<e:Body><A xmlns="urn:vim25"/></e:Body>'),
        '<!DOCTYPE a [<!ENTITY b "c">]>' + _ENVELOPE.format("<e:Body><A><_this type='X'>&b;</_this></A></e:Body>"),
    ],
)
def test_what_is_no_call(text: str) -> None:
    with pytest.raises(Fault) as caught:
        soap.parse(text.encode())
    assert caught.value.data.type_name == "InvalidRequest"


@given(st.binary(max_size=300))
def test_rubbish_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault):
        soap.parse(body)


def test_a_fault_answer_has_its_typed_detail() -> None:
    fault = Fault("InvalidPowerState", "No & no", requestedState="poweredOn", existingState="poweredOff")
    root = etree.fromstring(soap.fault_answer(fault, _NEW))
    assert root.findtext(".//faultstring") == "No & no"
    detail = root.find(".//detail/*")
    assert detail is not None
    assert detail.tag == "{urn:vim25}InvalidPowerStateFault"
    assert detail.get("{http://www.w3.org/2001/XMLSchema-instance}type") == "InvalidPowerState"
    assert detail.findtext("{urn:vim25}existingState") == "poweredOff"


def test_a_fault_has_words_of_its_own() -> None:
    assert str(Fault("NoPermission")) == "No permission."


def test_constants() -> None:
    one = constant("Description", label="a", summary="b")
    assert one is constant("Description", label="a", summary="b")
    assert constant("OptionValue", key="a", value=1) is not constant("OptionValue", key="a", value=True)
    with pytest.raises(AttributeError, match="does not change"):
        one.label = "c"
    # As any other data object, and at every version and place.
    same = Data("Description", label="a", summary="b")
    assert one == same
    for version in ("2.5", "7.0.0.0"):
        encoder = Encoder(version)
        for type_name in ("Description", "DynamicData"):
            field, array = _field(type_name, "data"), _field(type_name, "data", array=True)
            for _ in range(2):
                assert encoder.element(field, one) == encoder.element(field, same)
                assert encoder.any_element("val", array, [one]) == encoder.any_element("val", array, [same])
                assert encoder.any_element("val", field, one) == encoder.any_element("val", field, same)
