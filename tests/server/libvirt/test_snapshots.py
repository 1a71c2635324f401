"""virDomainSnapshot and virDomain's part in it: flags, errors, and what libvirt's own driver has not."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.snapshots import NAMES, grow_many, grow_ten
from tests.tools import require

ESX, SNAPSHOT = libvirt.VIR_FROM_ESX, libvirt.VIR_FROM_DOMAIN_SNAPSHOT


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-8.0", transport="http") as running:
        grow_ten(running)
        yield running


@pytest.fixture
def archive(simulator: Simulator) -> Iterator["libvirt.virDomain"]:
    connection = open_connection(simulator.uri, simulator.username, simulator.password)
    yield connection.lookupByName("archive")
    connection.close()


def refused(call: Callable[..., Any], *arguments: Any) -> tuple[int, int, str]:
    """Code, domain and text of the error that a call raises."""
    libvirt.registerErrorHandler(lambda *_: None, None)
    try:
        with pytest.raises(libvirt.libvirtError) as caught:
            call(*arguments)
    finally:
        libvirt.registerErrorHandler(None, None)
    error = caught.value.err
    assert error is not None
    return error[:3]


def names(found: "list[libvirt.virDomainSnapshot]") -> list[str]:
    return [snapshot.getName() for snapshot in found]


def test_the_forms_of_a_list(archive: "libvirt.virDomain") -> None:
    everything = ["root", "a/b%c", "Zeta", "alpha", *NAMES[4:]]
    assert archive.snapshotListNames() == names(archive.listAllSnapshots()) == everything
    assert archive.snapshotNum() == 10
    assert archive.snapshotListNames(libvirt.VIR_DOMAIN_SNAPSHOT_LIST_ROOTS) == ["root"]
    assert archive.snapshotListNames(libvirt.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES) == ["Zeta", "alpha", " lead "]
    assert archive.snapshotNum(libvirt.VIR_DOMAIN_SNAPSHOT_LIST_METADATA) == 0
    inner = libvirt.VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES | libvirt.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL
    assert names(archive.listAllSnapshots(inner)) == [
        name for name in everything if name not in {"Zeta", "alpha", " lead "}
    ]
    root = archive.snapshotLookupByName("root")
    below = libvirt.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
    assert root.listChildrenNames() == names(root.listAllChildren()) == ["a/b%c", "x < y & z"]
    assert root.listChildrenNames(below) == names(root.listAllChildren(below)) == everything[1:]
    assert root.numChildren(below | libvirt.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES) == 3


def test_what_one_tells(archive: "libvirt.virDomain") -> None:
    alpha = archive.snapshotLookupByName("alpha")
    assert (alpha.getName(), alpha.getParent().getName(), alpha.isCurrent(), alpha.hasMetadata()) == (
        "alpha",
        "a/b%c",
        0,
        0,
    )
    assert (alpha.getDomain(), alpha.domain(), alpha.getConnect()) == (archive, archive, archive.connect())
    assert archive.hasCurrentSnapshot() == 1
    current = archive.snapshotCurrent()
    assert (current.getName(), current.isCurrent()) == (" lead ", 1)
    assert refused(archive.snapshotLookupByName("root").getParent) == (
        libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
        ESX,
        "Domain snapshot not found: snapshot 'root' does not have a parent",
    )


def test_details_come_in_one_read(simulator: Simulator, archive: "libvirt.virDomain") -> None:
    simulator.calls.clear()
    told = libvirt_esx.all_snapshot_details(archive)
    assert len(simulator.calls) == 1
    assert [details["name"] for _, details in told] == archive.snapshotListNames()
    snapshot, details = told[3]
    assert snapshot.getName() == "alpha"
    assert details == libvirt_esx.snapshot_details(snapshot)
    created = details.pop("creationTime")
    assert f"<creationTime>{created}</creationTime>" in snapshot.getXMLDesc()
    assert details == {
        "id": 4,
        "name": "alpha",
        "description": "third",
        "state": libvirt.VIR_DOMAIN_SHUTOFF,
        "quiesced": False,
        "current": False,
        "parent": "a/b%c",
        "parentId": 2,
        "children": 0,
        "descendants": 0,
    }
    [(_, child), (other, _)] = libvirt_esx.children_details(snapshot.getParent())
    assert child["name"] == "Zeta"
    assert other.getName() == "alpha"


def test_many(simulator: Simulator) -> None:
    web = open_connection(simulator.uri, simulator.username, simulator.password).lookupByName("web")
    try:
        assert libvirt_esx.all_snapshot_details(web) == []
        with Simulator("vcenter-7.0", transport="http") as other:
            grow_many(other)
            connection = open_connection(other.uri, other.username, other.password)
            found = libvirt_esx.all_snapshot_details(connection.lookupByName("archive"))
            assert len(found) == 200
            assert sum(details["parent"] is None for _, details in found) == 1
            connection.close()
    finally:
        web.connect().close()


@pytest.mark.parametrize("bit", [0, *range(3, 12)])
def test_flags_of_lists_that_are_unknown(archive: "libvirt.virDomain", bit: int) -> None:
    root = archive.snapshotLookupByName("root")
    if bit:
        for call, function in ((archive.snapshotNum, "Num"), (root.numChildren, "NumChildren")):
            text = f"unsupported flags (0x{1 << bit:x}) in function esxDomainSnapshot{function}"
            assert refused(call, 1 << bit) == (libvirt.VIR_ERR_INVALID_ARG, ESX, text)
    others: list[tuple[Callable[[int], Any], str]] = [
        (archive.hasCurrentSnapshot, "esxDomainHasCurrentSnapshot"),
        (archive.snapshotCurrent, "esxDomainSnapshotCurrent"),
        (root.getXMLDesc, "esxDomainSnapshotGetXMLDesc"),
        (root.getParent, "esxDomainSnapshotGetParent"),
        (root.isCurrent, "esxDomainSnapshotIsCurrent"),
        (root.hasMetadata, "esxDomainSnapshotHasMetadata"),
        (partial(libvirt_esx.snapshot_details, root), "esxDomainSnapshotGetDetails"),
    ]
    for other, function in others:
        text = f"unsupported flags (0x{1 << bit:x}) in function {function}"
        assert refused(other, 1 << bit) == (libvirt.VIR_ERR_INVALID_ARG, ESX, text)


def test_what_cannot_be_made(archive: "libvirt.virDomain") -> None:
    create, xml = archive.snapshotCreateXML, "<domainsnapshot><name>new</name></domainsnapshot>"
    invalid = libvirt.VIR_ERR_INVALID_ARG
    assert refused(create, None) == (
        invalid,
        SNAPSHOT,
        "xmlDesc in virDomainSnapshotCreateXML must not be NULL",
    )
    for bit in (0, 3, 5, 7, 8, 10):
        text = f"unsupported flags (0x{1 << bit:x}) in function esxDomainSnapshotCreateXML"
        assert refused(create, xml, 1 << bit) == (invalid, ESX, text)
    for flags, words in ((2, "is required by flag"), (5, "mutually exclusive"), (9, "mutually exclusive")):
        code, domain, text = refused(create, xml, flags)
        assert (code, domain) == (invalid, SNAPSHOT)
        assert words in text
    require("libvirt-schemas")
    code, domain, text = refused(
        lambda: create("<domainsnapshot><foo/></domainsnapshot>", libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)
    )
    assert (code, domain) == (libvirt.VIR_ERR_XML_INVALID_SCHEMA, libvirt.VIR_FROM_XML)
    assert text.startswith("XML document failed to validate against schema: Unable to validate doc against ")
    assert archive.snapshotNum() == 10


def test_going_back_and_removing(archive: "libvirt.virDomain") -> None:
    zeta = archive.snapshotLookupByName("Zeta")
    for flags in (1, 2, 4, 8, 16):
        assert "esxDomainRevertToSnapshot" in refused(archive.revertToSnapshot, zeta, flags)[2]
    assert "mutually exclusive" in refused(lambda: archive.revertToSnapshot(zeta, 3))[2]
    with pytest.raises(TypeError, match="takes a virDomainSnapshot, not str"):
        archive.revertToSnapshot(cast("Any", "Zeta"))
    assert archive.revertToSnapshot(zeta) == 0
    assert zeta.isCurrent() == 1
    assert zeta.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY) == 0
    assert "mutually exclusive" in refused(lambda: zeta.delete(5))[2]
    assert zeta.delete() == 0
    gone = (
        libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
        ESX,
        "Domain snapshot not found: Could not find snapshot with name 'Zeta'",
    )
    for call in (zeta.delete, zeta.getXMLDesc, zeta.isCurrent, zeta.hasMetadata, zeta.numChildren):
        assert refused(call) == gone
    assert refused(libvirt_esx.snapshot_details, zeta) == gone
    assert refused(lambda: zeta.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)) == gone
    root = archive.snapshotLookupByName("root")
    assert root.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY) == 0
    assert archive.snapshotListNames() == ["root"]
    assert libvirt_esx.rename_snapshot(root, "new name") == 0
    assert root.getName() == "new name"
    assert root.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN) == 0
    assert archive.hasCurrentSnapshot() == 0
    assert refused(archive.snapshotCurrent)[2] == "Domain snapshot not found: Domain has no current snapshot"


def test_a_connection_for_reading(simulator: Simulator) -> None:
    uri = (
        simulator.uri.replace("esx://", f"esx://{simulator.username}@", 1)
        if "@" not in simulator.uri
        else simulator.uri
    )
    kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_NOECHOPROMPT, libvirt.VIR_CRED_PASSPHRASE]

    def answer(wanted: list[list[Any]], _: object) -> int:
        for item in wanted:
            item[4] = simulator.username if item[0] == libvirt.VIR_CRED_AUTHNAME else simulator.password
        return 0

    connection = libvirt.openAuth(uri, [kinds, answer, None], libvirt.VIR_CONNECT_RO)
    try:
        archive = connection.lookupByName("archive")
        root = archive.snapshotLookupByName("root")
        assert root.getXMLDesc().startswith("<domainsnapshot>")
        for call, function in (
            (lambda: archive.snapshotCreateXML("<domainsnapshot/>"), "virDomainSnapshotCreateXML"),
            (lambda: archive.revertToSnapshot(root), "virDomainRevertToSnapshot"),
            (root.delete, "virDomainSnapshotDelete"),
            (lambda: libvirt_esx.rename_snapshot(root, "x"), "virDomainSnapshotRename"),
        ):
            text = f"operation forbidden: read only access prevents {function}"
            assert refused(call) == (libvirt.VIR_ERR_OPERATION_DENIED, SNAPSHOT, text)
        assert "with secure flag" in refused(lambda: root.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE))[2]
    finally:
        connection.close()
