"""libvirt.conf as the real libvirt reads it; the texts are those of virsh 9.0.0."""

from pathlib import Path

import pytest

from esxvirt import libvirt
from esxvirt.libvirt import _configuration as configuration
from esxvirt.libvirt._configuration import configuration_file, resolve


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    path = tmp_path / "libvirt" / "libvirt.conf"
    path.parent.mkdir()
    libvirt.registerErrorHandler(lambda *_: None, None)
    return path


ALIASES = 'uri_aliases = [ "t=sim:///esx", "u_2-x=esx://h/a=b" ]\n'


@pytest.mark.parametrize(
    ("text", "name", "uri"),
    [
        ("", None, ""),
        ("", "", ""),
        ("", "esx://h/", "esx://h/"),
        ('uri_default = "sim:///esx"', None, "sim:///esx"),
        ('uri_default = "sim:///esx"', "", "sim:///esx"),
        ('uri_default = "sim:///esx"', "esx://h/", "esx://h/"),
        ('uri_default = "a"\nuri_default = "b"', None, "a"),
        ("# c\n\nuri_default = 'sim:///esx' # x\n", None, "sim:///esx"),
        ('uri_default="""sim:///esx"""', None, "sim:///esx"),
        ('a = "x" ; uri_default="y"', None, "y"),
        (ALIASES, "t", "sim:///esx"),
        (ALIASES, "u_2-x", "esx://h/a=b"),
        (ALIASES, "T", "T"),
        (ALIASES + 'uri_default = "t"', None, "sim:///esx"),
        ('uri_aliases = [\n "t=sim:///esx",\n "u=x",\n]', "u", "x"),
        ("uri_aliases = []", "t", "t"),
        ('uri_aliases = [ "t=" ]', "t", "t"),
        ('uri_aliases = [ "=x" ]', "t", "t"),
        ('uri_aliases = [ "t=sim:///esx", "bad" ]', "t", "sim:///esx"),
    ],
)
def test_what_a_name_stands_for(file: Path, text: str, name: str | None, uri: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert resolve(name) == uri


def test_the_environment_comes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(ALIASES + 'uri_default = "u_2-x"', encoding="utf-8")
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "t")
    assert resolve(None) == resolve("") == "sim:///esx"
    assert resolve(None, aliases=False) == "t"
    assert resolve("u_2-x") == "esx://h/a=b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('uri_aliases = [ "t" ]', "Malformed 'uri_aliases' config entry 't', expected 'alias=uri://host/path'"),
        ('uri_aliases = [ "t.t=x" ]', "Malformed 'uri_aliases' config entry 't.t=x', aliases may only contain"),
        ('uri_aliases = "t=x"', "internal error: {file}: expected a string list for 'uri_aliases' parameter"),
        ("uri_aliases = 5", "internal error: {file}: expected a string list for 'uri_aliases' parameter"),
        ("uri_aliases = [ 5 ]", "{file}: expected a string list for 'uri_aliases' parameter"),
        ('uri_default = "a', "configuration file syntax error: {file}:1: unterminated string"),
        ("foo", "{file}:1: expecting an assignment"),
        ("foo = ", "{file}:1: expecting a value"),
        ("\nfoo = \n", "{file}:2: expecting a value"),
        ("uri-x = 1", "{file}:1: expecting an assignment"),
        ("a = 1 b = 2", "{file}:1: expecting a separator"),
        ("a = 0x1", "{file}:1: expecting a separator"),
        ('uri_aliases = [\n  "t=x",\n  # comment\n]', "{file}:3: expecting a value"),
        ('a = [ "b" "c" ]', "{file}:1: expecting a separator in list"),
        ('a = [ "b"', "{file}:1: list is not closed with ]"),
        ("=", "{file}:1: expecting a name"),
    ],
)
def test_what_is_wrong_is_said_as_libvirt_says_it(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(libvirt.libvirtError) as caught:
        resolve("t")
    assert message.replace("{file}", str(file)) in str(caught.value)


@pytest.mark.parametrize("text", ["uri_default = 5", 'uri_default = [ "a" ]'])
def test_a_default_that_is_no_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert resolve("esx://h/") == "esx://h/"
    with pytest.raises(libvirt.libvirtError, match="expected a string for 'uri_default' parameter"):
        resolve(None)


def test_connections_go_by_short_names(file: Path) -> None:
    file.write_text(ALIASES, encoding="utf-8")
    with libvirt.open("t") as connection:
        assert connection.getURI() == "sim:///esx"
    with pytest.raises(libvirt.libvirtError):
        libvirt.openAuth("t", [[], None, None], libvirt.VIR_CONNECT_NO_ALIASES)


def test_a_file_that_cannot_be_read(file: Path) -> None:
    file.mkdir()
    with pytest.raises(libvirt.libvirtError, match="Failed to read the configuration file"):
        resolve("t")


def test_whose_file_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configuration_file() == str(file)
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert configuration_file() == str(Path.home() / ".config" / "libvirt" / "libvirt.conf")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert configuration_file() == "/etc/libvirt/libvirt.conf"
    assert configuration.parse("", "x") == {}
