"""Accounts, refusals and the interactive terminal, beside the real virsh."""

from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness

SCRIPT = """uri
list --all
foo
dominfo nope

  # comment
echo "a
echo "a b"; domid web
connect --readonly
domstate builder --reason
cd /nonexistent
quit
uri
"""


def _both(arguments: list[str], stdin: str = "", **environment: str) -> tuple[harness.Answer, harness.Answer]:
    return harness.virsh(arguments, stdin, **environment), harness.esxvirsh(arguments, stdin, **environment)


@pytest.mark.parametrize(
    "stdin",
    ["root\nsecret\n", "\nsecret\n", "root\nwrong\n", "nobody\nsecret\n", "\n\n", "root\n", "root", ""],
    ids=["right", "default-user", "wrong-password", "unknown-user", "empty", "no-password", "unfinished", "nothing"],
)
def test_credentials_from_a_pipe(stdin: str, esx: Simulator) -> None:
    theirs, ours = _both(["-c", f"esx://127.0.0.1:{esx.port}/?transport=http", "uri"], stdin)
    if stdin.endswith("\nsecret\n") and "nobody" not in stdin:
        [line] = harness.lines("piped")
        harness.compare(line, "piped", theirs, ours)
        assert ours.code == 0
    else:
        assert ours == theirs


def test_a_wrong_password_in_an_auth_file(esx: Simulator, tmp_path: Path) -> None:
    auth_file = tmp_path / "auth.conf"
    auth_file.write_text("[credentials-x]\nusername=root\npassword=wrong\n[auth-esx-default]\ncredentials=x\n")
    theirs, ours = _both(["-c", esx.uri, "list"], LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours == theirs
    assert ours.code == 1


@pytest.mark.parametrize("options", [[], ["-q"], ["-r"]])
def test_a_session_from_a_pipe(options: list[str], esx: Simulator, auth_file: Path) -> None:
    theirs, ours = _both([*options, "-c", esx.uri], SCRIPT, LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours == theirs


def test_a_script_from_windows_from_a_pipe(esx: Simulator, auth_file: Path) -> None:
    script = SCRIPT.replace("\n", "\r\n")
    theirs, ours = _both(["-c", esx.uri], script, LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours == theirs
    assert "paused" in ours.stdout


@pytest.mark.parametrize("arguments", [["echo", "a"], ["help", "uri"], ["uri --help"], ["uri"], ["-q"], ["foo"]])
def test_a_default_server_that_is_not_there_is_in_nobodys_way(arguments: list[str], auth_file: Path) -> None:
    uri = "esx://root@nohost.invalid/"
    for variable in ("LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI"):
        theirs, ours = _both(arguments, **{variable: uri, "LIBVIRT_AUTH_FILE": str(auth_file)})
        harness.compare(" ".join(arguments), "", theirs, ours)


def test_a_default_uri_is_used_when_needed(esx: Simulator, auth_file: Path) -> None:
    for variable in ("LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI"):
        theirs, ours = _both(["pwd; uri"], **{variable: esx.uri, "LIBVIRT_AUTH_FILE": str(auth_file)})
        assert ours == theirs
        assert ours.code == 0


def test_an_esx_uri_that_reaches_something_else(esx: Simulator, auth_file: Path) -> None:
    for scheme, path in (("vpx", "/dc1/host"), ("gsx", "/")):
        uri = f"{scheme}://root@127.0.0.1:{esx.port}{path}?transport=http"
        accounts = auth_file.read_text(encoding="utf-8").replace("administrator@vsphere.local", "root")
        same = auth_file.with_name("same.conf")
        same.write_text(accounts, encoding="utf-8")
        theirs, ours = _both(["-c", uri, "list"], LIBVIRT_AUTH_FILE=str(same))
        assert ours == theirs
        assert ours.code == 1


@pytest.mark.parametrize("line", harness.lines("unreachable"))
def test_servers_that_are_not_there(line: str, auth_file: Path) -> None:
    theirs, ours = _both(harness.arguments_of(line), LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, "", theirs, ours)
