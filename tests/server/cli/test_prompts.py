"""Credentials asked at a terminal, from a pipe, and from nobody. The expectations were seen at virsh 11.3.0."""

import signal
from collections.abc import Iterator

import pytest

from esxvirt.sim import Simulator
from tests.program import converse, esxvirsh

PASSWORD = "p&ss <w>örd'\"%2f "
REFUSED = (
    "error: failed to connect to the hypervisor\n"
    "error: internal error: HTTP response code 500 for call to 'Login'. Fault: ServerFaultCode - "
    "Cannot complete login due to an incorrect user name or password.\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", password=PASSWORD) as simulator:
        yield simulator


@pytest.fixture
def uri(server: Simulator) -> str:
    return f"esx://127.0.0.1:{server.port}/?transport=http"


@pytest.fixture(autouse=True)
def no_session_is_left(server: Simulator) -> Iterator[None]:
    yield
    assert list(server.sessions) == []


def test_a_person_is_asked_for_user_and_password(uri: str) -> None:
    talk = converse(["-c", uri, "uri"], [("[root]: ", "root\n"), ("127.0.0.1: ", PASSWORD + "\n")])
    assert talk.shown == (
        f"Enter username for 127.0.0.1 [root]: root\nEnter root's password for 127.0.0.1: \n{uri}\n\n"
    )
    assert talk.code == 0


def test_no_answer_takes_the_default_user(uri: str) -> None:
    talk = converse(["-q", "-c", uri, "uri"], [("[root]: ", "\n"), ("127.0.0.1: ", PASSWORD + "\n")])
    assert talk.shown == f"Enter username for 127.0.0.1 [root]: \nEnter root's password for 127.0.0.1: \n{uri}\n"


def test_a_user_in_the_uri_is_not_asked_for(uri: str) -> None:
    uri = uri.replace("//", "//root@", 1)
    talk = converse(["-c", uri, "uri"], [("127.0.0.1: ", PASSWORD + "\n")])
    assert talk.shown == f"Enter root's password for 127.0.0.1: \n{uri}\n\n"


def test_the_password_is_never_shown_even_when_it_is_wrong(uri: str) -> None:
    talk = converse(["-c", uri, "uri"], [("[root]: ", "root\n"), ("127.0.0.1: ", "wrong-secret\n")])
    assert talk.shown == (
        "Enter username for 127.0.0.1 [root]: root\nEnter root's password for 127.0.0.1: \n" + REFUSED
    )
    assert talk.code == 1


def test_the_end_of_input_is_an_empty_answer(uri: str) -> None:
    talk = converse(["-c", uri, "uri"], [("[root]: ", "\x04"), ("127.0.0.1: ", "\x04")])
    assert talk.shown.startswith("Enter username for 127.0.0.1 [root]: Enter root's password for 127.0.0.1: error: ")
    assert talk.code == 1


@pytest.mark.parametrize("script", [[("[root]: ", "ro\x03")], [("[root]: ", "root\n"), ("127.0.0.1: ", "sec\x03")]])
def test_ctrl_c_at_a_prompt_ends_the_program_as_the_signal_does(uri: str, script: list[tuple[str, str]]) -> None:
    talk = converse(["-c", uri, "uri"], script)
    assert talk.code == -signal.SIGINT
    assert "sec" not in talk.shown
    assert "Traceback" not in talk.shown


def test_a_vcenter_has_another_default_user(uri: str) -> None:
    wrong = uri.replace("esx:", "vpx:").replace("/?", "/dc1/host?")
    default = "[administrator@vsphere.local]: "
    talk = converse(["-c", wrong, "uri"], [(default, "root\n"), ("127.0.0.1: ", PASSWORD + "\n")])
    assert talk.shown.startswith(f"Enter username for 127.0.0.1 {default}root\n")
    assert "Expecting '127.0.0.1' to be a vCenter/VPX host but found a ESX(i) host" in talk.shown
    assert talk.code == 1


def test_without_a_terminal_both_are_read_from_standard_input(uri: str) -> None:
    run = esxvirsh("-c", uri, "uri", stdin=f"root\n{PASSWORD}\n".encode())
    assert run.stdout.decode() == (
        f"Enter username for 127.0.0.1 [root]: Enter root's password for 127.0.0.1: {uri}\n\n"
    )
    assert (run.stderr, run.returncode) == (b"", 0)


def test_without_anybody_to_ask_the_answers_are_empty(uri: str) -> None:
    run = esxvirsh("-c", uri, "uri")
    assert run.stdout == b"Enter username for 127.0.0.1 [root]: Enter root's password for 127.0.0.1: "
    assert (run.stderr.decode(), run.returncode) == (REFUSED, 1)


def test_connect_asks_again(uri: str) -> None:
    talk = converse(
        ["-c", uri, "connect; uri"],
        [("[root]: ", "\n"), ("127.0.0.1: ", PASSWORD + "\n"), ("[root]: ", "\n"), ("127.0.0.1: ", PASSWORD + "\n")],
    )
    assert talk.shown.endswith(f"\n\n{uri}\n\n")
    assert talk.code == 0
