from pathlib import Path

import pytest

from esxvirt import auth
from esxvirt.auth import AuthFile, Secret, find_auth_file
from esxvirt.errors import AuthenticationError, AuthFileError

LAB = "[credentials-lab]\nusername=fu\npassword=fp\n"


def load(tmp_path: Path, text: str | bytes) -> AuthFile:
    path = tmp_path / "auth.conf"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return AuthFile.load(path)


def username(tmp_path: Path, line: str) -> str | None:
    return load(tmp_path, f"[credentials-lab]\n{line}\n[auth-esx-h]\ncredentials=lab").credentials("esx", "h").username


@pytest.mark.parametrize(
    ("section", "service", "host", "found"),
    [
        ("auth-esx-h", "esx", "h", True),
        ("auth-esx-::1", "esx", "::1", True),
        ("auth-esx-default", "esx", "h", True),
        ("auth-esx-default", "vpx", "h", True),
        ("auth-esx-h", "vpx", "h", True),
        ("auth-vpx-h", "vpx", "h", True),
        ("auth-vpx-default", "vpx", "h", True),
        ("auth-default", "esx", "h", True),
        ("auth-vpx-h", "esx", "h", False),
        ("auth-esx-H", "esx", "h", False),
        ("auth-esx-h:443", "esx", "h", False),
        ("auth-libvirt-h", "esx", "h", False),
    ],
)
def test_a_section_serves_a_host(tmp_path: Path, section: str, service: str, host: str, found: bool) -> None:
    stored = load(tmp_path, f"{LAB}[{section}]\ncredentials=lab\n").credentials(service, host)
    assert (stored.username, stored.password) == (("fu", Secret("fp")) if found else (None, None))


def test_the_nearest_section_wins(tmp_path: Path) -> None:
    sections = ["auth-vpx-h", "auth-esx-h", "auth-vpx-default", "auth-esx-default", "auth-default"]
    while sections:
        text = "".join(f"[credentials-{name}]\nusername={name}\n[{name}]\ncredentials={name}\n" for name in sections)
        assert load(tmp_path, text).credentials("vpx", "h").username == sections.pop(0)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("username=fu", "fu"),
        ("username =fu", "fu"),
        (" username = fu", "fu"),
        ("username=fu  ", "fu  "),
        ("username=a=b", "a=b"),
        ('username="fu"', '"fu"'),
        ("username=fu # c", "fu # c"),
        ("username=a\\nb", "a\\nb"),
        ("username=f\u00fc", "f\u00fc"),
        ("username=", ""),
        ("username=one\nusername=two", "two"),
        ("# username=x\n\n  \nusername=fu", "fu"),
        ("[other]\nx=y\n[credentials-lab]\nusername=fu", "fu"),
        ("USERNAME=fu", None),
        ("user name=fu", None),
    ],
)
def test_values_are_read_as_libvirt_reads_them(tmp_path: Path, line: str, value: str | None) -> None:
    assert username(tmp_path, line) == value


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    text = f"{LAB}[auth-esx-h]\ncredentials=lab\n".replace("\n", "\r\n")
    assert load(tmp_path, b"\xef\xbb\xbf" + text.encode()).credentials("esx", "h").password == Secret("fp")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("garbage", 1),
        ("[credentials-lab]\npassword", 2),
        ("[credentials-lab]\n=x", 2),
        ("[credentials-lab\n", 1),
        ("[]\n", 1),
        ("[a]b\n", 1),
        ("; no comment\n", 1),
        ("\npassword=hunter2\n", 2),
        (b"[a]\nb=\xff\n", 2),
    ],
)
def test_a_malformed_file_names_the_line_and_does_not_show_it(tmp_path: Path, text: str | bytes, line: int) -> None:
    with pytest.raises(AuthFileError) as caught:
        load(tmp_path, text)
    assert f"line {line} " in str(caught.value)
    assert str(tmp_path / "auth.conf") in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_references_must_hold(tmp_path: Path) -> None:
    path = tmp_path / "auth.conf"
    with pytest.raises(AuthFileError) as caught:
        load(tmp_path, f"{LAB}[auth-esx-h]\ncredentials=nix").credentials("esx", "h")
    assert str(caught.value) == f"Missing group 'credentials-nix' referenced from group 'auth-esx-h' in '{path}'"
    with pytest.raises(AuthFileError) as caught:
        load(tmp_path, f"{LAB}[auth-esx-h]\n[auth-esx-default]\ncredentials=lab").credentials("esx", "h")
    assert str(caught.value) == f"Missing item 'credentials' in group 'auth-esx-h' in '{path}'"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError, match=r"nope\.conf': No such file or directory"):
        AuthFile.load(tmp_path / "nope.conf")
    with pytest.raises(AuthenticationError, match="Is a directory"):
        AuthFile.load(tmp_path)


def test_a_file_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_LARGEST_FILE", 10)
    with pytest.raises(AuthFileError, match="more than 10 bytes"):
        load(tmp_path, "#" * 11)


class TestWhichFile:
    @pytest.fixture
    def places(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
        """Files at all places, `LIBVIRT_AUTH_FILE` set; tests take them away in the order in which they count."""
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
        monkeypatch.setenv("LIBVIRT_AUTH_FILE", str(tmp_path / "env"))
        places = {
            "env": tmp_path / "env",
            "uri": tmp_path / "uri",
            "xdg": tmp_path / "xdg/libvirt/auth.conf",
            "home": tmp_path / "home/.config/libvirt/auth.conf",
            "etc": tmp_path / "etc/libvirt/auth.conf",
        }
        monkeypatch.setattr(auth, "_SYSTEM_FILE", str(places["etc"]))
        for path in places.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return places

    def test_the_environment_comes_first_even_if_it_is_missing(self, places: dict[str, Path]) -> None:
        assert find_auth_file(str(places["uri"])) == str(places["env"])
        places["env"].unlink()
        assert find_auth_file(str(places["uri"])) == str(places["env"])

    def test_then_the_uri_even_if_it_is_missing(self, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LIBVIRT_AUTH_FILE", "")
        assert find_auth_file(str(places["uri"])) == str(places["uri"])
        places["uri"].unlink()
        assert find_auth_file(str(places["uri"])) == str(places["uri"])

    def test_then_the_users_then_the_systems_if_they_exist(
        self, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("LIBVIRT_AUTH_FILE")
        assert find_auth_file() == str(places["xdg"])
        places["xdg"].unlink()
        assert find_auth_file() == str(places["etc"])
        monkeypatch.setenv("XDG_CONFIG_HOME", "")
        assert find_auth_file() == str(places["home"])
        places["home"].unlink()
        places["etc"].unlink()
        assert find_auth_file() is None
