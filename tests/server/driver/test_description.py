"""A machine's XML: what its VMX file says that cannot be is an error of it alone, what is unknown is a warning."""

import logging
from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.define import define
from esxvirt.driver.domain import lookup, reading
from esxvirt.driver.domain.description import xml_description
from esxvirt.errors import VmxError
from esxvirt.sim import Simulator
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import read_file, write_file
from tests.server.driver.conftest import Opener

FILE = "[local-storage] archive/archive.vmx"


@pytest.fixture
def connection(connect: Opener) -> Iterator[Connection]:
    with Simulator("esx-7.0", transport="http") as simulator:
        yield connect(simulator)


def change(connection: Connection, key: str, value: str) -> int:
    """Set a value in the VMX file behind the server's back; its line."""
    file = DatastoreFile(FILE, connection.scope.datacenter_path)
    lines = read_file(connection.session, file).decode().splitlines()
    found = [at for at, line in enumerate(lines) if line.lower().startswith(f"{key.lower()} ")]
    at = found[0] if found else len(lines)
    lines[at : at + 1] = [f'{key} = "{value}"']
    write_file(connection.session, file, "".join(line + "\n" for line in lines).encode())
    return at + 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("memsize", "abc", "Config entry 'memsize' must represent an integer value"),
        ("memsize", "1023", "Expecting VMX entry 'memsize' to be an unsigned integer (multiple of 4) but found 1023"),
        ("numvcpus", "0", "Expecting VMX entry 'numvcpus' to be an unsigned integer greater than 0 but found 0"),
        ("uuid.bios", "56 4d", "Could not parse UUID from string '56 4d'"),
    ],
)
def test_what_cannot_be_is_an_error_of_one_machine_that_names_file_and_line(
    key: str, value: str, words: str, connection: Connection
) -> None:
    archive = lookup.lookup_by_name(connection, "archive")
    xml = xml_description(connection, archive)
    line = change(connection, key, value)
    with pytest.raises(VmxError) as caught:
        xml_description(connection, archive)
    assert str(caught.value) == (
        f"the VMX file '{FILE}' of the domain 'archive' cannot be converted: {words} (line {line})"
    )
    assert "archive" in {domain.name for domain in reading.read_all(connection)}
    assert "<domain type='vmware'" in xml_description(connection, lookup.lookup_by_name(connection, "web"))
    define(connection, xml)
    assert xml_description(connection, archive) == xml


def test_what_is_unknown_is_kept_and_a_warning(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    line = change(connection, "ethernet0.virtualDev", "foo")
    change(connection, "usb.present", "TRUE")
    archive = lookup.lookup_by_name(connection, "archive")
    with caplog.at_level(logging.WARNING):
        assert "<model type='foo'/>" in xml_description(connection, archive)
    note = f"line {line}: ethernet0.virtualDev: 'foo' is no model that libvirt knows; kept as 'foo'"
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"the VMX file '{FILE}' of the domain 'archive': {note}"]
