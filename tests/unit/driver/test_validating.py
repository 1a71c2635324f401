import logging
from pathlib import Path

import pytest

from esxvirt.driver.define import define
from esxvirt.driver.description import xml_description
from esxvirt.driver.domains import lookup_by_name
from esxvirt.errors import XmlSchemaError
from esxvirt.sim import Simulator
from esxvirt.xml import schema
from tests.tools import ROOT, require
from tests.unit.driver.conftest import Opener

XML = (ROOT / "tests/reference/xml/unknown-element.xml").read_text(encoding="utf-8")


def test_what_does_not_fit_the_schema_is_refused_where_that_is_asked_for(connect: Opener) -> None:
    require("libvirt-schemas")
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = connect(simulator)
        with pytest.raises(XmlSchemaError, match="nonsense"):
            define(connection, XML, validate=True)
        assert define(connection, XML).name == "demo"


def test_without_schemas_it_is_said_that_nothing_is_checked(
    connect: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema, "SCHEMAS", (tmp_path,))
    with Simulator("esx-7.0", transport="http") as simulator, caplog.at_level(logging.WARNING, "esxvirt"):
        assert define(connect(simulator), XML, validate=True).name == "demo"
    assert "is not validated: libvirt's schemas are not installed" in caplog.text


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0"])
def test_what_was_dumped_fits_the_schema(connect: Opener, profile: str) -> None:
    require("libvirt-schemas")
    with Simulator(profile, transport="http") as simulator:
        connection = connect(simulator)
        text = xml_description(connection, lookup_by_name(connection, "archive"))
        assert "<vmware:moref>" in text
        assert define(connection, text, validate=True).name == "archive"
        assert xml_description(connection, lookup_by_name(connection, "archive")) == text
