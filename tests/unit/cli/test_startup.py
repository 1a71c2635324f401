"""Global options; every expectation was seen at virsh 11.3.0."""

import pytest

from esxvirt.cli import startup
from esxvirt.cli.settings import Settings
from esxvirt.cli.startup import StartupError


def read(*arguments: str) -> startup.Start:
    return startup.read(list(arguments), program="esxvirsh")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "esx://host", "list"),
        ("-cesx://host", "list"),
        ("--connect", "esx://host", "list"),
        ("--connect=esx://host", "list"),
        ("--con=esx://host", "list"),
        ("-c", "a", "-c", "esx://host", "list"),
        ("-c", "esx://host", "--", "list"),
    ],
)
def test_the_uri_may_be_written_in_many_ways(arguments: tuple[str, ...]) -> None:
    start = read(*arguments)
    assert (start.settings.uri, start.words) == ("esx://host", ["list"])


def test_options_end_with_the_first_word_that_is_none() -> None:
    start = read("-q", "list", "-r")
    assert start.words == ["list", "-r"]
    assert (start.settings.quiet, start.settings.read_only) == (True, False)
    assert read("-", "-q").words == ["-", "-q"]


def test_short_options_may_be_bundled() -> None:
    settings = read("-qrtd0", "list").settings
    assert (settings.quiet, settings.read_only, settings.timing, settings.debug) == (True, True, True, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-x"], "unsupported option '-x'. See --help."),
        (["-qx"], "unsupported option '-x'. See --help."),
        (["--list"], "unsupported option '--list'. See --help."),
        (["--foo=bar"], "unsupported option '--foo=bar'. See --help."),
        (["--keepalive=1"], "unsupported option '--keepalive=1'. See --help."),
        (["--quiet=1"], "unsupported option '-q'. See --help."),
        (["-c"], "option '-c'/'--connect' requires an argument"),
        (["--connect"], "option '-c'/'--connect' requires an argument"),
        (["-d"], "option '-d'/'--debug' requires an argument"),
        (["-d", "x"], "option -d takes a numeric argument"),
        (["--debug", "x"], "option --debug takes a numeric argument"),
        (["-k", "x"], "Invalid value for option -k"),
        (["--keepalive-int=a"], "Invalid value for option --keepalive-interval"),
        (["-k", "-1"], "option -k requires a positive integer argument"),
        (["-K", "x"], "Invalid value for option -K"),
        (["-e", "ab"], "Invalid string 'ab' for escape sequence"),
        (["-e", "^"], "Invalid string '^' for escape sequence"),
        (["-e", ""], "Invalid string '' for escape sequence"),
        (["-e", "^1"], "Invalid string '^1' for escape sequence"),
    ],
)
def test_a_wrong_option_is_refused_as_virsh_does(arguments: list[str], message: str) -> None:
    with pytest.raises(StartupError) as caught:
        read(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("level", ["5", "9", "-1"])
def test_a_debug_level_out_of_range_is_only_complained_about(level: str) -> None:
    start = read("-d", level, "list")
    assert start.complaints == (f"ignoring debug level {level} out of range [0-4]",)
    assert start.settings.debug == Settings().debug


@pytest.mark.parametrize("escape", ["^]", "^a", "x"])
def test_an_escape_is_a_character_or_a_control_character(escape: str) -> None:
    assert read("-e", escape).settings.escape == escape


@pytest.mark.parametrize(
    ("arguments", "show"),
    [
        (["-v"], "version"),
        (["-V"], "long-version"),
        (["--version"], "version"),
        (["--ve"], "version"),
        (["--version=long"], "long-version"),
        (["--version=short"], "version"),
        (["--version=xx"], "version"),
        (["-v", "extra"], "version"),
        (["-h", "list"], "help"),
        (["-c", "a", "--help"], "help"),
    ],
)
def test_some_options_only_show_something(arguments: list[str], show: str) -> None:
    assert read(*arguments).show == show


def test_the_environment_gives_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRSH_DEFAULT_CONNECT_URI", "esx://default")
    monkeypatch.setenv("VIRSH_LOG_FILE", "log")
    monkeypatch.setenv("VIRSH_DEBUG", "2")
    settings = read("list").settings
    assert (settings.uri, settings.log_file, settings.debug) == ("esx://default", "log", 2)
    assert read("-c", "esx://other").settings.uri == "esx://other"


def test_a_wrong_debug_level_in_the_environment_is_complained_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRSH_DEBUG", "x")
    assert read("list").complaints == ("VIRSH_DEBUG not set with a valid numeric value",)
