import pytest

from esxvirt.datastore_path import VOLUMES, DatastorePath, below, is_outside, mounted, parse_volumes_path
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
        ("[[ssd] fast] a/b.vmdk", "[ssd] fast", "a/b.vmdk"),
        ("[ds [1]] a]b", "ds [1]", "a]b"),
        ("[ds] a]b[c", "ds", "a]b[c"),
        ("[ds[1] a", "ds[1", "a"),
        ("[a%2fb] c", "a%2fb", "c"),
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


@pytest.mark.parametrize(
    ("text", "known", "datastore", "path"),
    [
        ("[a/b] c", ["a%2fb"], "a%2fb", "c"),
        ("[a%2Fb] c", ["a%2fb"], "a%2fb", "c"),
        ("[a%2fb]c", ["a%2fb", "a"], "a%2fb", "c"),
        ("[a]b] c", ["a]b"], "a]b", "c"),
        ("[a]b] c", ["a", "a]b"], "a]b", "c"),
        ("[a]b] c", ["a"], "a", "b] c"),
        ("[a[b] c", ["a[b"], "a[b", "c"),
        ("[50%25] c", ["50%2525", "50%25"], "50%25", "c"),
        ("[50%] c", ["50%2525", "50%25"], "50%25", "c"),
        ("[other] c", ["a%2fb"], "other", "c"),
        ("[] /vmimages/x.iso", ["a"], "", "/vmimages/x.iso"),
    ],
)
def test_datastores_that_are_known(text: str, known: list[str], datastore: str, path: str) -> None:
    assert DatastorePath.parse(text, known) == (datastore, path)


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("[] /vmimages/tools-isoimages/linux.iso", True),
        ("[]/vmimages/x.flp", True),
        ("[] x.iso", False),
        ("[ds] /x.iso", False),
        ("/vmimages/x.iso", False),
        ("[]", False),
    ],
)
def test_the_hosts_own_files(text: str, outside: bool) -> None:
    assert is_outside(text) is outside
