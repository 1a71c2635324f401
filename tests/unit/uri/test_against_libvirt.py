"""The same URIs to the real libvirt: both take one, or both refuse it for the same reason."""

import json
import logging
import random
import subprocess

import pytest

from esxvirt.errors import EsxvirtError, UnavailableError, UriServerError, UriSyntaxError
from esxvirt.uri import parse
from tests.tools import require

# The server refuses connections and the callback declines, so nothing is reached; parameters are unknown ones, because
# libvirt 9.0.0 crashes on wrong values of known ones.
ASK = """
import json, sys, libvirt
libvirt.registerErrorHandler(lambda context, error: None, None)
answers = {}
for uri in json.load(sys.stdin):
    try:
        libvirt.openAuth(uri, [[2, 5], lambda credentials, opaque: -1, None], 0)
    except libvirt.libvirtError as error:
        answers[uri] = str(error)
print(json.dumps(answers))
"""
PIECES = (
    *("esx", "gsx", "vpx", "://", ":", "//", "/", "127.0.0.1", "[::1]", "]", ":1", ":x", "@", "root", "%20", "%zz"),
    *("%C3%BC", "a b", "?", "#", "&", "=", "x", "+", "~", "!", "*", "'", "(", ")", "^", "|", '"', "<", "{", "\\", "`"),
    *("$", ",", ";", "-", "_", ".", "é", "%", "%2F"),
)


def uris(count: int) -> list[str]:
    source = random.Random(350)
    found: set[str] = set()
    while len(found) < count:
        before, after = source.choices(PIECES, k=source.randint(0, 3)), source.choices(PIECES, k=source.randint(1, 7))
        if source.random() < 0.7:
            found.add(f"{source.choice(('esx', 'gsx'))}://{''.join(before)}127.0.0.1:1/{''.join(after)}")
        else:
            found.add("".join(after))
    return sorted(found)


def ours(text: str) -> str:
    try:
        parse(text)
    except UriSyntaxError as error:
        return f"internal error: {error}"
    except EsxvirtError as error:
        return type(error).__name__
    return "accepted"


def expected(theirs: str) -> str:
    """What ours has to be, by libvirt's error (there is always one: nothing listens)."""
    if "Unable to parse URI" in theirs:
        shown = ours(theirs.partition("Unable to parse URI ")[2])
        return shown if ":***@" in shown else theirs  # what may be a password is not repeated by ours
    if "URI is missing the server part" in theirs:
        return UriServerError.__name__
    # Schemes that are none of ours go to libvirtd there.
    remote = "libvirt-sock" in theirs or "CA certificate" in theirs
    return UnavailableError.__name__ if "does not include a driver name" in theirs or remote else "accepted"


def stricter(text: str) -> bool:
    """Tell what we refuse and libvirt finds out about later: passwords, hosts in brackets that are no addresses."""
    authority = text.partition("//")[2].partition("/")[0]
    return ":" in authority.rpartition("@")[0] or authority.rpartition("@")[2].startswith("[")


def test_random_uris_are_taken_or_refused_alike(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    texts = uris(3000)
    answer = subprocess.run(
        [require("libvirt-python"), "-c", ASK], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    real = json.loads(answer.stdout.splitlines()[-1])
    assert len(real) == len(texts)
    assert [text for text in texts if not stricter(text) and ours(text) != expected(real[text])] == []
    assert sum(1 for theirs in real.values() if expected(theirs) == "accepted") > 300
