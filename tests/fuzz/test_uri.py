"""Connection URIs: whatever comes, one of our errors or a URI that means the same when it is read again."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from esxvirt.errors import EsxvirtError
from esxvirt.records import replace
from esxvirt.uri import parse

# Pieces of which whole and broken URIs can be made.
PIECES = [
    "esx",
    "gsx",
    "vpx",
    "sim",
    "://",
    ":",
    "/",
    "//",
    "@",
    "[",
    "]",
    "::1",
    "?",
    "&",
    ";",
    "=",
    "#",
    "%",
    "%2f",
    "%00",
]
PIECES += [
    "%c3%b6",
    "%ff",
    "transport",
    "http",
    "https",
    "no_verify",
    "0",
    "1",
    "proxy",
    "socks5",
    "vcenter",
    "*",
    "cacert",
]
PIECES += ["thumbprint", "ab" * 32, "authfile", "host", "65536", "-", "+", " ", "\n", "ö", "\x00"]
ANYTHING = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3))).map("".join))

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(ANYTHING)
def test_anything_is_an_error_of_ours_or_a_uri_that_can_be_written_and_read_again(text: str) -> None:
    try:
        uri = parse(text)
    except EsxvirtError:
        return
    again = parse(uri.text)
    assert again.text == uri.text
    assert replace(again, text="") == replace(uri, text="")


@given(st.sampled_from(["esx", "gsx", "vpx"]), NAMES, st.lists(NAMES), st.integers(1, 65535))
def test_what_is_percent_encoded_comes_out_as_it_was(scheme: str, username: str, path: list[str], port: int) -> None:
    items = "/".join(quote(item, safe="") for item in path)
    uri = parse(f"{scheme}://{quote(username, safe='')}@example.com:{port}/{items}")
    assert (uri.username, uri.host, uri.port) == (username, "example.com", port)
    assert uri.path == (tuple(path) if scheme == "vpx" else ())


@given(NAMES.filter(lambda value: value != "*"), NAMES, NAMES)
def test_values_of_parameters_come_out_as_they_were(vcenter: str, cacert: str, authfile: str) -> None:
    values = {"vcenter": vcenter, "cacert": cacert, "authfile": authfile}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    uri = parse(f"esx://example.com/?{query}")
    assert (uri.vcenter, uri.cacert, uri.authfile) == (vcenter, cacert, authfile)
