"""Values as they come on the wire, decoded without pyVmomi's object builder."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from esxvirt.vsphere.decode import Data, Ref, decode_value

XMLNS = 'xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


def decode(attributes: str, content: str) -> Any:
    return decode_value(etree.fromstring(f"<val {XMLNS} {attributes}>{content}</val>"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("xsd:string", "a &amp; b", "a & b"),
        ("xsd:string", "", ""),
        ("xsd:int", "-7", -7),
        ("xsd:long", "9223372036854775807", 2**63 - 1),
        ("xsd:short", "3", 3),
        ("xsd:boolean", "true", True),
        ("xsd:boolean", "0", False),
        ("xsd:double", "0.5", 0.5),
        ("xsd:base64Binary", "AAH/", b"\x00\x01\xff"),
        ("VirtualMachinePowerState", "poweredOn", "poweredOn"),
        ("xsd:dateTime", "2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)),
        ("xsd:dateTime", "2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, 0, timezone(timedelta(hours=2)))),
        ("xsd:dateTime", "2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
    ],
)
def test_primitives(kind: str, text: str, value: object) -> None:
    decoded = decode(f'xsi:type="{kind}"', text)
    assert decoded == value
    assert type(decoded) is type(value)


def test_references() -> None:
    assert decode('xsi:type="ManagedObjectReference" type="HostSystem"', "ha-host") == Ref("HostSystem", "ha-host")


def test_arrays_of_primitives_and_references() -> None:
    assert decode('xsi:type="ArrayOfString"', '<string xsi:type="xsd:string">a</string><string>b</string>') == [
        "a",
        "b",
    ]
    assert decode('xsi:type="ArrayOfInt"', "<int>1</int><int>2</int>") == [1, 2]
    references = (
        '<ManagedObjectReference type="Datastore" xsi:type="ManagedObjectReference">ds-1</ManagedObjectReference>'
    )
    assert decode('xsi:type="ArrayOfManagedObjectReference"', references) == [Ref("Datastore", "ds-1")]
    assert decode('xsi:type="ArrayOfString"', "") == []


def test_data_objects_use_the_declared_types_of_their_fields() -> None:
    info = decode(
        'xsi:type="ResourceAllocationInfo"',
        "<reservation>0</reservation><expandableReservation>false</expandableReservation><limit>-1</limit>"
        "<shares><shares>1000</shares><level>normal</level></shares>",
    )
    assert (info.kind, info.reservation, info.expandableReservation, info.limit) == (
        "ResourceAllocationInfo",
        0,
        False,
        -1,
    )
    assert info.shares == Data("SharesInfo", {"shares": 1000, "level": "normal"})
    assert info.overheadLimit is None


def test_a_field_that_repeats_is_a_list_even_once() -> None:
    card = decode('xsi:type="VirtualHardware"', "<numCPU>2</numCPU><memoryMB>64</memoryMB>")
    assert (card.numCPU, card.device) == (2, None)
    one = decode(
        'xsi:type="VirtualHardware"',
        '<device xsi:type="VirtualE1000"><key>4000</key><macAddress>00:0c:29:00:00:01</macAddress></device>',
    )
    assert [(device.kind, device.key, device.macAddress) for device in one.device] == [
        ("VirtualE1000", 4000, "00:0c:29:00:00:01")
    ]


def test_items_of_an_array_keep_their_own_types() -> None:
    devices = decode(
        'xsi:type="ArrayOfVirtualDevice"',
        '<VirtualDevice xsi:type="VirtualIDEController"><key>200</key></VirtualDevice>'
        '<VirtualDevice xsi:type="VirtualDisk"><key>2000</key><capacityInKB>1024</capacityInKB></VirtualDevice>',
    )
    assert [device.kind for device in devices] == ["VirtualIDEController", "VirtualDisk"]
    assert devices[1].capacityInKB == 1024


def test_types_that_the_tables_do_not_know() -> None:
    value = decode('xsi:type="FromTheFuture"', "<a>1</a><b>x</b><b>y</b><c><d>z</d></c>")
    assert (value.kind, value.a, value.b, value.c.d) == ("FromTheFuture", "1", ["x", "y"], "z")
    assert decode("", "text") == "text"


@pytest.mark.parametrize(("kind", "text"), [("xsd:int", "many"), ("xsd:dateTime", "yesterday"), ("xsd:int", "")])
def test_text_of_another_type_is_a_value_error(kind: str, text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        decode(f'xsi:type="{kind}"', text)


def test_private_names_are_no_fields() -> None:
    with pytest.raises(AttributeError):
        _ = Data("X", {})._nothing
