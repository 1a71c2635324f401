import logging

import pytest

from esxvirt.errors import EsxvirtError, UnavailableError, UriError, UriServerError, UriSyntaxError
from esxvirt.uri import ConnectionURI, Proxy, parse

THUMBPRINT = "0a:1B:" + ":".join(f"{number:02x}" for number in range(30))


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("esx://h/", 443),
        ("esx://h/?transport=https", 443),
        ("esx://h/?transport=http", 80),
        ("gsx://h/", 8333),
        ("gsx://h/?transport=http", 8222),
        ("vpx://h/", 443),
        ("vpx://h/?transport=http", 80),
        ("vpx://h:8443/?transport=http", 8443),
        ("gsx://h:0/", 8333),
        ("esx://h:00443/", 443),
    ],
)
def test_the_port_depends_on_scheme_and_transport_unless_given(text: str, port: int) -> None:
    assert parse(text).port == port


def test_what_is_not_given_has_the_manuals_defaults() -> None:
    assert parse("esx://example-esx.com") == ConnectionURI(
        scheme="esx",
        host="example-esx.com",
        port=443,
        username=None,
        path=(),
        transport="https",
        vcenter=None,
        no_verify=False,
        auto_answer=None,
        proxy=None,
        cacert=None,
        thumbprint=None,
        authfile=None,
        text="esx://example-esx.com:443",
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("vpx://vc/dc1/srv1", ("dc1", "srv1")),
        ("vpx://vc/dc1/cluster1/example-esx.com", ("dc1", "cluster1", "example-esx.com")),
        ("vpx://vc/folder1/dc1/folder2/example-esx.com", ("folder1", "dc1", "folder2", "example-esx.com")),
        ("vpx://vc/My%20DC/Gr%C3%B6%C3%9Fe", ("My DC", "Größe")),
        ("vpx://vc/a%2fb/h", ("a/b", "h")),
        ("vpx://vc/a%252fb/h", ("a%2fb", "h")),
        ("vpx://vc//dc1//h/", ("dc1", "h")),
        ("vpx://vc/", ()),
        ("vpx://vc", ()),
        ("vpx://vc/a:b@c;d=e/..", ("a:b@c;d=e", "..")),
    ],
)
def test_the_path_of_a_vcenter_is_split_and_decoded(text: str, path: tuple[str, ...]) -> None:
    assert parse(text).path == path


def test_the_path_of_a_host_is_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "esxvirt.uri"):
        assert parse("esx://h/foo/bar").path == ()
    assert caplog.messages == ["Ignoring unexpected path '/foo/bar' for non-vpx scheme 'esx'"]


def test_an_unknown_parameter_is_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "esxvirt.uri"):
        assert parse("esx://h/?bogus=1&no_verify=1").no_verify
    assert caplog.messages == ["Ignoring unexpected query parameter 'bogus'"]


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("esx://root@h/", "root"),
        ("esx://dom%5Cj%C3%BCrgen%40x@h/", "dom\\jürgen@x"),
        ("esx://a%3Ab@h/", "a:b"),
        ("esx://@h/", None),
        ("esx://h/", None),
    ],
)
def test_the_user_name_is_decoded(text: str, username: str | None) -> None:
    assert parse(text).username == username


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("esx://[::1]/", "::1"),
        ("esx://root@[2001:db8::1]:444/", "2001:db8::1"),
        ("esx://[fe80::1%25eth0]/", "fe80::1%eth0"),
        ("esx://[fe80::1%eth0]/", "fe80::1%eth0"),
        ("esx://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
        ("esx://m%C3%BCller.example/", "müller.example"),
        ("esx://loc%61lhost/", "localhost"),
        ("esx://LOCALHOST/", "LOCALHOST"),
    ],
)
def test_the_host_is_decoded_and_without_brackets(text: str, host: str) -> None:
    assert parse(text).host == host


@pytest.mark.parametrize(
    ("value", "proxy"),
    [
        ("example-proxy.com", Proxy("http", "example-proxy.com", 1080)),
        ("http://p:3128", Proxy("http", "p", 3128)),
        ("socks://example-proxy.com:23456", Proxy("socks5", "example-proxy.com", 23456)),
        ("socks5://p", Proxy("socks5", "p", 1080)),
        ("socks4://p:1", Proxy("socks4", "p", 1)),
        ("socks4a://p:65535", Proxy("socks4a", "p", 65535)),
        ("%5B::1%5D:99", Proxy("http", "::1", 99)),
        ("socks4%3A%2F%2Fp%3A1", Proxy("socks4", "p", 1)),
        ("", None),
    ],
)
def test_a_proxy_has_a_type_a_host_and_a_port(value: str, proxy: Proxy | None) -> None:
    assert parse(f"esx://h/?proxy={value}").proxy == proxy


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("foo://h", "Query parameter 'proxy' contains unexpected type 'foo' (should be (http|socks(|4|4a|5))"),
        ("SOCKS://h", "Query parameter 'proxy' contains unexpected type 'SOCKS' (should be (http|socks(|4|4a|5))"),
        ("://h", "Query parameter 'proxy' contains unexpected type '' (should be (http|socks(|4|4a|5))"),
        ("socks://:99", "Query parameter 'proxy' doesn't contain a hostname"),
        ("socks://", "Query parameter 'proxy' doesn't contain a hostname"),
        ("h:x", "Query parameter 'proxy' has unexpected port value 'x' (should be [1..65535])"),
        ("h:", "Query parameter 'proxy' has unexpected port value '' (should be [1..65535])"),
        ("h:0", "Query parameter 'proxy' has unexpected port value '0' (should be [1..65535])"),
        ("h:65536", "Query parameter 'proxy' has unexpected port value '65536' (should be [1..65535])"),
        ("h:%D9%A1", "Query parameter 'proxy' has unexpected port value '\u0661' (should be [1..65535])"),
        ("h:1/path", "Query parameter 'proxy' has unexpected port value '1/path' (should be [1..65535])"),
        ("u@h:1", "Query parameter 'proxy' contains a user name; only [type://]host[:port] is supported"),
        ("%5B::g%5D", "Query parameter 'proxy' has a malformed IPv6 address '[::g]' (should be [address])"),
        ("%5B::1", "Query parameter 'proxy' has a malformed IPv6 address '[::1' (should be [address])"),
    ],
)
def test_a_wrong_proxy_is_refused(value: str, message: str) -> None:
    with pytest.raises(UriError) as caught:
        parse(f"esx://h/?proxy={value}")
    assert str(caught.value) == message


@pytest.mark.parametrize(("value", "meant"), [("0", False), ("1", True), ("01", True), ("%201", True), ("-0", False)])
def test_switches_are_read_as_c_reads_numbers(value: str, meant: bool) -> None:
    parsed = parse(f"esx://h/?no_verify={value}&auto_answer={value}")
    assert (parsed.no_verify, parsed.auto_answer) == (meant, meant)


@pytest.mark.parametrize("name", ["no_verify", "auto_answer"])
@pytest.mark.parametrize("value", ["", "2", "x", "-1", "-01", "10", "1%20", "0x1", "+", "%D9%A1"])
def test_other_values_of_switches_are_refused(name: str, value: str) -> None:
    with pytest.raises(UriError, match=rf"^Query parameter '{name}' has unexpected value '.*' \(should be 0 or 1\)$"):
        parse(f"esx://h/?{name}={value}")


@pytest.mark.parametrize("query", ["transport=ftp", "transport=HTTP", "transport=", "transport", "Transport=ftp"])
def test_only_two_transports_are_known(query: str) -> None:
    with pytest.raises(UriError) as caught:
        parse(f"esx://h/?{query}")
    value = query.partition("=")[2]
    expected = f"Query parameter 'transport' has unexpected value '{value}' (should be http|https)"
    assert str(caught.value) == expected


def test_parameters_are_separated_by_ampersands_or_semicolons_and_the_last_of_a_name_counts() -> None:
    parsed = parse("esx://h/?&&vcenter=a;no_verify=1&vcenter=*&no_verify=0&")
    assert (parsed.vcenter, parsed.no_verify) == ("*", False)


def test_every_one_of_a_name_given_twice_is_checked() -> None:
    with pytest.raises(UriError, match="unexpected value '5'"):
        parse("esx://h/?no_verify=5&no_verify=1")


@pytest.mark.parametrize("query", ["vcenter=", "vcenter", "cacert=", "authfile="])
def test_a_parameter_that_needs_a_value_is_refused_without_one(query: str) -> None:
    with pytest.raises(UriError, match=f"^Query parameter '{query.removesuffix('=')}' "):
        parse(f"esx://h/?{query}")


def test_files_are_decoded_and_the_first_auth_file_counts_as_in_libvirt() -> None:
    parsed = parse("esx://h/?cacert=/a%20b/ca.pem&authfile=/one&authfile=/two")
    assert (parsed.cacert, parsed.authfile) == ("/a b/ca.pem", "/one")


@pytest.mark.parametrize("text", [THUMBPRINT, THUMBPRINT.replace(":", ""), THUMBPRINT.upper()])
def test_a_thumbprint_is_normalised(text: str) -> None:
    assert parse(f"esx://h/?thumbprint={text}").thumbprint == THUMBPRINT.upper()


@pytest.mark.parametrize("text", ["", "AB:CD", "ab" * 20, THUMBPRINT + ":00", THUMBPRINT[:-1] + "g", "a:" * 63 + "a"])
def test_anything_else_is_no_thumbprint(text: str) -> None:
    with pytest.raises(UriError, match="64 hexadecimal digits"):
        parse(f"esx://h/?thumbprint={text}")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", UnavailableError, "URI '' does not include a driver name"),
        ("esx", UnavailableError, "URI 'esx' does not include a driver name"),
        ("foo://h/", UnavailableError, "foo://h/"),
        ("ESX://h/", UnavailableError, "ESX://h/"),
        ("esx:", UriServerError, "URI is missing the server part"),
        ("esx:h", UriServerError, "URI is missing the server part"),
        ("esx:///", UriServerError, "URI is missing the server part"),
        ("esx://root@/", UriServerError, "URI is missing the server part"),
        ("esx://h:65536/", UriError, "Port '65536' of the URI is out of range (should be [1..65535])"),
        *(
            (text, UriSyntaxError, f"Unable to parse URI {text}")
            for text in (
                "esx://h:x/",
                "esx://h:/",
                "esx://h:-1/",
                "esx://::1/",
                "esx://[::1/",
                "esx://[x]/",
                "esx://[fe80::1%]/",
                "esx://h/%zz",
                "esx://h/?a=%",
                "esx://h/a b",
                "esx://h/ü",
                "esx://h/%00",
                " esx://h/",
                "esx://h/ ",
                "esx://h/\n",
                "esx://a@b@h/",
                "esx://h/?a=[b]",
            )
        ),
    ],
)
def test_what_is_no_uri_of_ours_is_refused_as_libvirt_does(text: str, error: type[EsxvirtError], message: str) -> None:
    with pytest.raises(error) as caught:
        parse(text)
    assert type(caught.value) is error
    assert str(caught.value) == message


@pytest.mark.parametrize("transport", ["tcp", "tls", "ssh", "unix", "libssh2", "foo"])
def test_a_remote_transport_is_refused_with_what_to_use_instead(transport: str) -> None:
    with pytest.raises(UriError) as caught:
        parse(f"vpx+{transport}://root@vc:444/dc/h?no_verify=1")
    assert f"'{transport}'" in str(caught.value)
    assert "use 'vpx://root@vc:444/dc/h?no_verify=1' instead" in str(caught.value)


def test_percent_encoding_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(UriError, match="no UTF-8"):
        parse("esx://%ff@h/")


@pytest.mark.parametrize(
    "text",
    [
        "esx://root:hunter2@h/",
        "esx://root:hunter2@h:x/",
        "esx://root:hunt er2@h/",
        "esx://root:hunter2@x@h/",
        "esx+ssh://root:hunter2@h/",
        "foo://root:hunter2@h/",
    ],
)
def test_a_password_in_the_uri_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(EsxvirtError) as caught:
        parse(text)
    assert "hunt" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("esx://h", "esx://h:443"),
        ("esx://h/", "esx://h:443/"),
        ("esx://@h:0/", "esx://h:443/"),
        ("gsx://h/?transport=http", "gsx://h:8222/?transport=http"),
        ("esx://h:0443/?", "esx://h:443/?"),
        ("esx://ro%22o+t!%40@h/", "esx://ro%22o+t!%40@h:443/"),
        ("esx://r%2fo%C3%BCt@[::1]:1/", "esx://r%2Fo%C3%BCt@[::1]:1/"),
        ("esx://a%3Ab@h/", "esx://a%3Ab@h:443/"),
        ("vpx://vc/a%3fb%23c%41%25:@%c3%a9/My%20DC", "vpx://vc:443/a%3Fb%23cA%25%3A@%C3%A9/My%20DC"),
        ("vpx://vc/a%2fb", "vpx://vc:443/a%2Fb"),
        (
            "esx://h/?no_verify=%31&proxy=socks://p#a%20b%23%41[]",
            "esx://h:443/?no_verify=%31&proxy=socks://p#a%20b%23A[]",
        ),
        ("esx://h/#", "esx://h:443/#"),
        ("sim:///esx-7.0?vms=3", "sim:///esx-7.0?vms=3"),
    ],
)
def test_the_text_is_the_normal_form_and_parses_to_the_same(text: str, printed: str) -> None:
    parsed = parse(text)
    assert parsed.text == printed
    assert parse(printed) == parsed


@pytest.mark.parametrize("word", ["esx", "gsx", "vcenter", "esx-3.5", "vcenter-8.0"])
def test_a_simulators_uri_names_its_profile(word: str) -> None:
    parsed = parse(f"sim:///{word}?vms=10&auto_answer=1&latency=5ms")
    assert (parsed.scheme, parsed.host, parsed.port, parsed.path) == ("sim", "", 0, (word,))
    assert parsed.auto_answer
    assert parsed.parameters == (("vms", "10"), ("latency", "5ms"))


@pytest.mark.parametrize("text", ["sim://h/esx", "sim://:1/esx", "sim:esx", "sim:///", "sim:///esx/x", "sim://u@/esx"])
def test_a_simulators_uri_has_a_profile_and_nothing_else(text: str) -> None:
    with pytest.raises(UriError, match="sim:///esx, sim:///gsx, sim:///vcenter"):
        parse(text)


def test_a_hostile_text_takes_no_time_worth_mentioning() -> None:
    for piece in ("%20", "a", "/", ":", "@", "[", "esx://", "?&", "=;"):
        with pytest.raises(EsxvirtError):
            parse("esx:// " + piece * 100_000)
