"""Which API version is spoken."""

import pytest

from esxvirt.vsphere.versions import FALLBACK, at_least, has_retrieve_properties_ex, negotiate, version_called


def offered(*versions: str) -> bytes:
    prior = "".join(f"<version>{version}</version>" for version in versions[1:])
    return (
        '<?xml version="1.0" encoding="UTF-8"?><namespaces version="1.0">'
        "<namespace><name>urn:other</name><version>99.0</version></namespace>"
        f"<namespace><name>urn:vim25</name><version>{versions[0]}</version><priorVersions>{prior}</priorVersions>"
        "</namespace></namespaces>"
    ).encode()


@pytest.mark.parametrize(
    ("document", "version"),
    [
        (offered("2.5u2", "2.5"), "vim.version.version3"),
        (offered("2.5u2server", "2.5u2", "2.5"), "vim.version.version4"),
        (offered("4.0", "2.5u2", "2.5"), "vim.version.version5"),
        (offered("4.1", "4.0", "2.5u2", "2.5"), "vim.version.version6"),
        (offered("6.7", "6.5", "5.5"), "vim.version.version12"),
        (offered("7.0.0.0", "6.9.1"), "vim.version.v7_0"),
        (offered("8.0.0.1", "8.0.0.0", "7.0.0.0"), "vim.version.v8_0_0_1"),
        (offered("77.0.0.0", "8.0.0.0"), "vim.version.v8_0_0_0"),
        (offered("77.0.0.0"), FALLBACK),
        (None, FALLBACK),
        (b"<html>no such page</html>", FALLBACK),
        (b"<html>not even well formed", FALLBACK),
        (b"", FALLBACK),
    ],
)
def test_the_highest_that_both_know(document: bytes | None, version: str) -> None:
    assert negotiate(document) == version


@pytest.mark.parametrize(
    ("called", "version"),
    [
        ("4.0", "vim.version.version5"),
        ("5.5", "vim.version.version9"),
        ("6.7.3", "vim.version.version15"),
        ("7.0.3.0", "vim.version.v7_0_3_0"),
        ("8.0.0.1", "vim.version.v8_0_0_1"),
        ("2.5", None),  # VMware Server speaks 2.5u2server, and says this
        ("2.5u2", None),
        ("77.0.0.0", None),
        ("", None),
        (None, None),
        (["8.0.0.1"], None),
    ],
)
def test_what_a_server_calls_itself(called: object, version: str | None) -> None:
    assert version_called(called) == version


def test_the_order_in_the_document_does_not_matter() -> None:
    assert negotiate(offered("4.0", "8.0.0.0", "2.5")) == "vim.version.v8_0_0_0"


@pytest.mark.parametrize(
    ("version", "paged"),
    [
        ("vim.version.version2", False),
        ("vim.version.version5", False),
        ("vim.version.version6", True),
        ("vim.version.v8_0_0_0", True),
    ],
)
def test_paged_reads_came_with_4_1(version: str, paged: bool) -> None:
    assert has_retrieve_properties_ex(version) is paged


def test_at_least() -> None:
    assert at_least("vim.version.version6", "vim.version.version5")
    assert at_least("vim.version.version6", "vim.version.version6")
    assert not at_least("vim.version.version5", "vim.version.version6")
