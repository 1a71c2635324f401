import copy
import json
import pickle
import pprint
import traceback

import pytest

from esxvirt.auth import Credentials, Secret

PASSWORD = "hunter2 <&'\"\\ \u00fc\U0001f600 \x07"


def test_it_is_revealed_on_request_only() -> None:
    secret = Secret(PASSWORD)
    assert secret.reveal() == PASSWORD
    credentials = Credentials("root", secret)
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        repr(credentials),
        pprint.pformat(credentials),
    ):
        assert "hunter2" not in shown
        assert "***" in shown
    assert "%s %r" % (secret, secret) == "*** Secret(***)"  # noqa: UP031  logging's way


def test_it_is_not_in_a_traceback_that_shows_locals() -> None:
    def fail(credentials: Credentials) -> None:
        raise ValueError(credentials)

    try:
        fail(Credentials("root", Secret(PASSWORD)))
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "credentials = " in shown
    assert "hunter2" not in shown


def test_it_cannot_be_pickled_or_dumped() -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(Credentials("root", Secret(PASSWORD)), protocol)
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(PASSWORD)})
    with pytest.raises(TypeError):
        vars(Secret(PASSWORD))


def test_copies_are_the_same_secret() -> None:
    secret = Secret(PASSWORD)
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_equality_and_truth() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("\ud800") != Secret("a")
    assert Secret("a") != "a"
    assert not Secret("")
    assert Secret(" ")
    with pytest.raises(TypeError):
        hash(Secret("a"))
