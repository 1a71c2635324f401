"""Domains that are defined and started at once, and what is left of those that do not start."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import creation, define
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.domain.states import RUNNING, SHUTOFF
from esxvirt.errors import EsxvirtError, OperationInvalidError, QuestionError, ReadOnlyError, ServerFault
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.troubles import cause
from tests.faults.world import World
from tests.server.driver.conftest import Opener

XML = (Path(__file__).parents[2] / "reference" / "xml" / "demo.xml").read_text(encoding="utf-8")
NAMELESS = "".join(line for line in XML.splitlines(keepends=True) if "<uuid>" not in line)
NO_DISK = XML.replace("Fedora11/Fedora11.vmdk", "Fedora11/nope.vmdk")
NEW_FOLDER = XML.replace("Fedora11/Fedora11.vmdk", "new/folder/demo.vmdk")


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        for machine in running.site.machines.values():
            machine.materialise()
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.mark.parametrize("xml", [XML, NAMELESS], ids=["uuid", "nameless"])
def test_a_domain_is_defined_and_runs(connection: Connection, xml: str) -> None:
    made = creation.create(connection, xml)
    assert (made.name, made.state, made.id > 0) == ("demo", RUNNING, True)
    assert lookup_by_name(connection, "demo").state == RUNNING
    # What has been started is defined next by programs such as virt-install.
    assert define.define(connection, XML.replace("50115e16-9bdc-49d7-f171-53c4d7f91799", made.uuid)).ref == made.ref
    lifecycle.destroy(connection, made)
    assert lookup_by_name(connection, "demo").state == SHUTOFF


@pytest.mark.parametrize("xml", [NO_DISK, NEW_FOLDER], ids=["no disk", "new folder"])
def test_nothing_is_left_of_what_does_not_start(fresh: Simulator, connection: Connection, xml: str) -> None:
    before = World.of(fresh)
    with pytest.raises(ServerFault, match=r"Could not start domain: .*was not found$"):
        creation.create(connection, xml)
    after = World.of(fresh)
    assert (after.files, after.machines) == (before.files, before.machines)


def test_a_file_that_was_there_stays(fresh: Simulator, connection: Connection) -> None:
    define.undefine(connection, define.define(connection, NO_DISK))
    before = World.of(fresh)
    with pytest.raises(ServerFault, match="Could not start domain"):
        creation.create(connection, NO_DISK)
    after = World.of(fresh)
    assert (after.files.keys(), after.machines) == (before.files.keys(), before.machines)


def test_what_another_client_has_put_into_the_folder_stays(fresh: Simulator, connection: Connection) -> None:
    ask = connection.session.call
    store = fresh.site.datastores[0]

    def put_first(*arguments: Any, **more: Any) -> Any:
        if arguments[1] == "PowerOnVM_Task":
            store.put("new/theirs.iso", store.find("new/folder/demo.vmx"))  # type: ignore[arg-type]
        return ask(*arguments, **more)

    connection.session.call = put_first  # type: ignore[method-assign]
    with pytest.raises(ServerFault, match=r"the folder '\[.*\] new' is left behind: remove it if nothing is in it"):
        creation.create(connection, NEW_FOLDER)
    assert store.find("new/theirs.iso") is not None
    assert store.find("new/folder/demo.vmx") is None


def test_a_domain_that_another_client_has_changed_stays(fresh: Simulator, connection: Connection) -> None:
    ask = connection.session.call

    def change_first(*arguments: Any, **more: Any) -> Any:
        if arguments[1] == "PowerOnVM_Task":
            fresh.site.find_machine("demo").set_values({"memsize": "2048"})
        return ask(*arguments, **more)

    connection.session.call = change_first  # type: ignore[method-assign]
    with pytest.raises(ServerFault, match=r"the domain 'demo' stays defined, with its VMX file '\[.*demo\.vmx'"):
        creation.create(connection, NO_DISK)
    assert fresh.site.find_machine("demo").config.memory_mb == 2048


def test_one_that_another_client_has_changed_before_it_started_is_told_of(
    fresh: Simulator, connection: Connection
) -> None:
    ask = connection.session.call

    def change_first(*arguments: Any, **more: Any) -> Any:
        if arguments[1] == "PowerOnVM_Task":
            fresh.site.find_machine("demo").set_values({"memsize": "2048"})
        return ask(*arguments, **more)

    connection.session.call = change_first  # type: ignore[method-assign]
    with pytest.raises(OperationInvalidError, match="'demo' was changed by another client before it was st"):
        creation.create(connection, XML)
    assert fresh.site.find_machine("demo").running


def test_a_question_that_nobody_answers_leaves_nothing(fresh: Simulator, connection: Connection) -> None:
    before = World.of(fresh)
    ask = connection.session.call

    def trouble_first(*arguments: Any, **more: Any) -> Any:
        if arguments[1] == "PowerOnVM_Task":
            cause(fresh.site.find_machine("demo"), "moved")
        return ask(*arguments, **more)

    connection.session.call = trouble_first  # type: ignore[method-assign]
    with pytest.raises(QuestionError):
        creation.create(connection, XML)
    after = World.of(fresh)
    assert (after.files.keys(), after.machines) == (before.files.keys(), before.machines)


def test_one_that_is_there_is_started_if_it_is_what_the_xml_says(connection: Connection) -> None:
    defined = define.define(connection, XML)
    with pytest.raises(OperationInvalidError, match="'demo' is defined already, and is something else than this XML"):
        creation.create(connection, XML.replace("1048576", "2097152"))
    made = creation.create(connection, XML)
    assert (made.ref, made.state) == (defined.ref, RUNNING)
    with pytest.raises(OperationInvalidError, match=r"^domain 'demo' is already active$"):
        creation.create(connection, XML)
    lifecycle.suspend(connection, made)
    with pytest.raises(OperationInvalidError, match=r"^domain 'demo' is already active$"):
        creation.create(connection, XML)


def test_one_without_a_uuid_is_known_by_its_file(connection: Connection) -> None:
    defined = define.define(connection, NAMELESS)
    made = creation.create(connection, NAMELESS)
    assert (made.ref, made.uuid, made.state) == (defined.ref, defined.uuid, RUNNING)
    with pytest.raises(OperationInvalidError, match=r"^domain 'demo' is already active$"):
        creation.create(connection, NAMELESS)
    with pytest.raises(OperationInvalidError, match="belongs to the domain 'demo'; choose another name"):
        creation.create(connection, NAMELESS.replace("1048576", "2097152"))


def test_one_that_is_there_stays_if_it_does_not_start(fresh: Simulator, connection: Connection) -> None:
    define.define(connection, NO_DISK)
    before = World.of(fresh)
    with pytest.raises(ServerFault, match="Could not start domain"):
        creation.create(connection, NO_DISK)
    assert World.of(fresh).machines == before.machines


def test_those_who_only_read_create_nothing(fresh: Simulator, connection: Connection) -> None:
    connection.read_only = True
    fresh.calls.clear()
    with pytest.raises(ReadOnlyError, match="read only access prevents virDomainCreateXML"):
        creation.create(connection, XML)
    assert fresh.calls.methods() == []


@pytest.mark.parametrize("xml", ["<x/>", "<domain type='vmware'><name>n</name></domain>", "no XML"])
def test_what_describes_no_domain(fresh: Simulator, connection: Connection, xml: str) -> None:
    before = World.of(fresh)
    with pytest.raises(EsxvirtError):
        creation.create(connection, xml)
    assert World.of(fresh).files == before.files
