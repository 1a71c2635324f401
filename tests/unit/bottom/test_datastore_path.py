import pytest

from esxvirt.datastore_path import VOLUMES, DatastorePath, below, mounted, parse_volumes_path
from esxvirt.errors import VmxError


@pytest.mark.parametrize(
    ("text", "datastore", "path"),
    [
        ("[ds] a/b.vmdk", "ds", "a/b.vmdk"),
        ("[a b] c", "a b", "c"),
        ("[ds]a", "ds", "a"),
        ("[ds]   a", "ds", "a"),
        ("[ds] a ", "ds", "a "),
        ("[ds]", "ds", ""),
        ("[ds] ", "ds", ""),
        ("[] /vmfs/volumes/gone/a.vmx", "", "/vmfs/volumes/gone/a.vmx"),
    ],
)
def test_parts(text: str, datastore: str, path: str) -> None:
    assert DatastorePath.parse(text) == (datastore, path)


@pytest.mark.parametrize("text", ["", "a", "ds] a", "[ds a", "/a", " [ds] a"])
def test_what_is_none(text: str) -> None:
    assert DatastorePath.parse(text) is None
    with pytest.raises(VmxError, match="doesn't have expected format"):
        DatastorePath.file(text, VmxError)


def test_a_file_has_a_datastore() -> None:
    assert DatastorePath.file("[ds] a", VmxError) == ("ds", "a")
    with pytest.raises(VmxError, match=r"'\[\] a' doesn't have expected format"):
        DatastorePath.file("[] a", VmxError)


@pytest.mark.parametrize(("text", "folder"), [("[ds] a/b/c", "[ds] a/b"), ("[ds] c", "[ds] "), ("[d/s] c", "[d/s] ")])
def test_a_folder_and_what_is_in_it(text: str, folder: str) -> None:
    path = DatastorePath.file(text, VmxError)
    assert str(path) == text
    assert str(path.folder) == folder
    assert path.folder.joined("c") == path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/vmfs/volumes/ds/a/b", ("ds", "a/b")),
        ("/vmfs/volumes/ds//a", ("ds", "a")),
        ("/vmfs/volumes/ds/", None),
        ("/vmfs/volumes/ds//", None),
        ("/vmfs/volumes/ds", None),
        ("/vmfs/volumes//a", None),
        ("/elsewhere/ds/a", None),
    ],
)
def test_below_the_volumes(name: str, path: tuple[str, str] | None) -> None:
    assert parse_volumes_path(name) == path


@pytest.mark.parametrize(
    ("name", "mount", "rest"),
    [
        ("/vmfs/volumes/ds1/a", "/vmfs/volumes/ds1", "a"),
        ("/vmfs/volumes/ds10/a", "/vmfs/volumes/ds1", None),
        ("/vmfs/volumes/ds1", "/vmfs/volumes/ds1", None),
        ("D:\\VMs\\a\\b", "D:\\VMs\\", "a/b"),
        ("D:\\VMs\\a\\b", "D:\\VMs", "a/b"),
    ],
)
def test_below_a_mount_path(name: str, mount: str, rest: str | None) -> None:
    assert below(name, mount) == rest


@pytest.mark.parametrize(
    ("mount", "name"),
    [(VOLUMES + "ds", "/vmfs/volumes/ds/a/b"), ("/srv/vms/", "/srv/vms/a/b"), ("D:\\VMs", "D:\\VMs\\a\\b")],
)
def test_where_a_file_is_mounted(mount: str, name: str) -> None:
    assert mounted(mount, "a/b") == name
    assert below(name, mount) == "a/b"
