import logging
from pathlib import Path

import pytest

from esxvirt import libvirt
from esxvirt.driver.definition.define import define
from esxvirt.driver.domain.description import xml_description
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.network import define as network_define
from esxvirt.driver.storage import pools, volume_files
from esxvirt.errors import XmlSchemaError
from esxvirt.sim import Simulator
from esxvirt.xml import schema
from tests.client import open_connection
from tests.server.driver.conftest import Opener
from tests.tools import ROOT, require

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


NETWORK = "<network><name>lab</name>{}<forward mode='bridge'/><portgroup name='one'/></network>"
VOLUME = "<volume><name>a/b/c.vmdk</name>{}<capacity>1024</capacity><target><path>[local-storage] a/b/c.vmdk</path>\
<format type='vmdk'/></target></volume>"


def test_so_are_networks_and_volumes(connect: Opener) -> None:
    require("libvirt-schemas")
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = connect(simulator)
        pool = pools.lookup_by_name(connection, "local-storage")
        with pytest.raises(XmlSchemaError, match=r"Unable to validate doc against .*network\.rng"):
            network_define.define(connection, NETWORK.format("<nonsense/>"), validate=True)
        with pytest.raises(XmlSchemaError, match=r"Unable to validate doc against .*storagevol\.rng"):
            volume_files.create(connection, pool, VOLUME.format("<nonsense/>"), validate=True)
        assert network_define.define(connection, NETWORK.format(""), validate=True).name == "lab"
        made = volume_files.create(connection, pool, VOLUME.format(""), validate=True)
        assert made.name == "a/b/c.vmdk"
        with pytest.raises(XmlSchemaError):
            volume_files.copy(connection, pool, VOLUME.format("<nonsense/>"), made, validate=True)
        for name in ("a/..", "a/ /."):  # what follows the folder is still to be a name
            with pytest.raises(XmlSchemaError):
                volume_files.create(connection, pool, VOLUME.format("").replace("a/b/c.vmdk", name), validate=True)


def test_taking_a_snapshot_goes_without_schemas_too(
    connect: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema, "SCHEMAS", (tmp_path,))
    with Simulator("esx-7.0", transport="http") as simulator, caplog.at_level(logging.WARNING, "esxvirt"):
        connection = connect(simulator)
        assert network_define.define(connection, NETWORK.format(""), validate=True).name == "lab"
        with open_connection(simulator.uri, simulator.username, simulator.password) as opened:
            archive = opened.lookupByName("archive")
            flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE
            assert archive.snapshotCreateXML("<domainsnapshot><name>a</name></domainsnapshot>", flags).getName() == "a"
    assert caplog.text.count("is not validated: libvirt's schemas are not installed") == 2
