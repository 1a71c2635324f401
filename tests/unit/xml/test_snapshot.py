"""Descriptions of snapshots: parsed, refused, written; both ways; and libvirt's schema."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esxvirt.errors import EsxvirtError, XmlError, XmlSchemaError, XmlSyntaxError
from esxvirt.xml import schema
from esxvirt.xml.snapshot import DomainSnapshot, format_snapshot, parse_snapshot
from tests.tools import require

UUID = "564d9efe-0487-52f4-e4b3-6ce7852023aa"
WHOLE = """<domainsnapshot>
  <name>a &amp; b</name>
  <description>two
lines</description>
  <state>shutoff</state>
  <parent>
    <name>&lt;root&gt;</name>
  </parent>
  <creationTime>1795382209</creationTime>
  <domain>
    <uuid>564d9efe-0487-52f4-e4b3-6ce7852023aa</uuid>
  </domain>
</domainsnapshot>
"""
MODEL = DomainSnapshot("a & b", "two\nlines", "shutoff", "<root>", 1795382209, UUID)


def around(inner: str) -> str:
    return f"<domainsnapshot>{inner}</domainsnapshot>"


def test_a_whole_description() -> None:
    assert parse_snapshot(WHOLE) == MODEL
    assert format_snapshot(MODEL) == WHOLE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<domainsnapshot/>", None),
        (around("<name/>"), None),
        (around("<name></name>"), None),
        (around("<name> s </name>"), " s "),
        (around("<name>q<b/>r</name>"), "qr"),
        (around("<name>q<!-- x -->r</name>"), "qr"),
        (around("<x><name>deep</name></x>"), None),
        (around("<name>first</name><name>second</name>"), "first"),
        (around("<name>n</name><creationTime>soon</creationTime><memory snapshot='no'/><disks/>"), "n"),
        (around("<name>n</name><memory file='/x'/>"), "n"),
    ],
)
def test_names(text: str, name: str | None) -> None:
    snapshot = parse_snapshot(text)
    assert snapshot.name == name
    assert snapshot.creation_time is None


def test_disks_are_told_of() -> None:
    assert parse_snapshot(around("<disks><disk name='sda' snapshot='no'/><disk name='sdb'/></disks>")).disks == [
        "sda",
        "sdb",
    ]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", XmlSyntaxError, "Document is empty"),
        ("snapshot", XmlSyntaxError, "Start tag expected"),
        (around("<name>&nothing;</name>"), XmlSyntaxError, "Entity 'nothing' not defined"),
        (around("<name>\x01</name>"), XmlSyntaxError, "invalid"),
        ("<domain/>", XmlError, "expecting root element of 'domainsnapshot', not 'domain'"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><domainsnapshot/>", XmlError, "document type definition"),
        (around("<memory snapshot='bogus'/>"), XmlError, "Invalid value for attribute 'snapshot' in element 'memory'"),
        (around("<memory snapshot='external'/>"), XmlError, "external memory snapshots require a filename"),
        (around("<memory snapshot='internal' file='/x'/>"), XmlError, "'/x' requires external snapshot"),
        (around("<memory file='x'/>"), XmlError, r"memory snapshot file path \(x\) must be absolute"),
        (around("<disks><disk/></disks>"), EsxvirtError, "missing name from disk snapshot element"),
        (around("<disks><disk name='a' snapshot='x'/></disks>"), XmlError, "Invalid value for attribute 'snapshot'"),
        (around("<disks><disk name='a' type='x'/></disks>"), XmlError, "Invalid value for attribute 'type'"),
        (around("<disks><disk name='a'><source file='x'/></disk></disks>"), XmlError, "'x' must be absolute"),
    ],
)
def test_what_is_wrong_is_said(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_snapshot(text)


def test_the_schema_is_asked_where_that_is_wished() -> None:
    require("libvirt-schemas")
    assert parse_snapshot(WHOLE, validate=True) == MODEL
    with pytest.raises(XmlSchemaError, match=r"(?s)Unable to validate doc against .*domainsnapshot.rng\n.*: foo\n"):
        parse_snapshot(around("<foo/>"), validate=True)


def test_without_schemas_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(schema, "SCHEMAS", (tmp_path,))
    with pytest.raises(XmlSchemaError, match=r"domainsnapshot.rng is not in .*; install it"):
        parse_snapshot("<domainsnapshot/>", validate=True)


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t"))
SNAPSHOTS = st.builds(
    DomainSnapshot,
    name=TEXT.filter(bool),
    description=st.none() | TEXT,
    state=st.sampled_from(["running", "paused", "shutoff"]),
    parent=st.none() | TEXT.filter(bool),
    creation_time=st.integers(0, 2**40),
    domain_uuid=st.just(UUID),
)


@given(SNAPSHOTS)
def test_both_ways(snapshot: DomainSnapshot) -> None:
    text = format_snapshot(snapshot)
    assert parse_snapshot(text) == snapshot
    assert format_snapshot(parse_snapshot(text)) == text


@given(SNAPSHOTS)
def test_what_is_written_fits_the_schema(snapshot: DomainSnapshot) -> None:
    require("libvirt-schemas")
    schema.validate(etree.fromstring(format_snapshot(snapshot)), "domainsnapshot")
