"""Connection URIs: the manual's section "URI Format", and what `virsh uri` prints.

    type://[username@]hostname[:port]/[[folder/...]datacenter/[folder/...][cluster/]server][?extraparameters]

`parse` accepts what libvirt accepts (RFC 3986, strictly: blanks and non-ASCII characters are percent-encoded) and
refuses the rest with libvirt's words (virURIParse, esxUtil_ParseUri). Beyond libvirt's grammar: the parameters
`cacert=FILE` and `thumbprint=SHA256`, brackets around a proxy's IPv6 address, `%2f` inside an item of a path (libvirt
takes it for a separator), and `sim:///PROFILE`. Narrower than libvirt's: a password in the URI, a user name of no
characters, a port above 65535, an empty `vcenter=` and a proxy without a host are refused here, where libvirt goes on
and fails with something that does not name the cause.
"""

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

from esxvirt._late import ipaddress
from esxvirt.errors import UnavailableError, UriError, UriServerError, UriSyntaxError
from esxvirt.logs import Log
from esxvirt.records import record

__all__ = ["ConnectionURI", "Proxy", "parse"]

_log = Log(__name__)

#: Default ports by scheme: over HTTPS, over HTTP.
DEFAULT_PORTS = {"esx": (443, 80), "gsx": (8333, 8222), "vpx": (443, 80), "sim": (0, 0)}
#: libvirt's default for every type of proxy, HTTP's included.
DEFAULT_PROXY_PORT = 1080
#: What may stand before a proxy's ``://``, and the type meant.
PROXY_TYPES = {"http": "http", "socks": "socks5", "socks4": "socks4", "socks4a": "socks4a", "socks5": "socks5"}

# RFC 3986, as strict as libxml2's parser, which libvirt uses.
_PCT = "%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|{_PCT})"
_URI = re.compile(
    rf"""
    (?: (?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*): | (?![^/?#]*:) )
    (?: //
        (?:(?P<user>(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|{_PCT})*)@)?
        (?P<host>\[[^\[\]/?#@]*\] | (?:[A-Za-z0-9\-._~!$&'()*+,;=]|{_PCT})*)
        (?::(?P<port>[0-9]+))?
        (?=[/?#]|$)
      | (?!//)
    )
    (?P<path>(?:{_PCHAR}|/)*)
    (?:\?(?P<query>(?:{_PCHAR}|[/?])*))?
    (?:\#(?P<fragment>(?:{_PCHAR}|[/?\[\]])*))?
    """,
    re.VERBOSE,
)

# What xmlSaveUri leaves as it is (letters, digits and "_.-~" always stay): libvirt prints URIs with it.
_MARKS = "!*'()"
_SAFE_IN_USER = _MARKS + ";:&=+$,"
_SAFE_IN_PATH = _MARKS + "/;@&=+$,"
_SAFE_IN_FRAGMENT = _MARKS + ";/?:@&=+$,[]"

_BOOLEAN = r"[ \t\n\v\f\r]*[+-]?0*([01]?)"  # C's strtol, as libvirt reads these
_THUMBPRINT = r"[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}"
_ZONE = r"[A-Za-z0-9._~\-]+"


@record(frozen=True)
class Proxy:
    """A proxy between here and the server: `type` is ``http``, ``socks4``, ``socks4a`` or ``socks5``."""

    type: str
    host: str
    port: int


@record(frozen=True)
class ConnectionURI:
    """A parsed connection URI.

    Attributes:
        scheme: ``esx``, ``gsx``, ``vpx`` or ``sim``.
        host: Decoded, an IPv6 address without brackets, with its zone after ``%``; "" for ``sim``.
        port: As given, else the default for scheme and transport; 0 for ``sim``.
        username: Decoded, or None.
        path: The decoded items of a ``vpx`` path; a ``sim`` URI's profile as its only item; () for ``esx`` and
            ``gsx``, whose path means nothing.
        transport: ``http`` or ``https``.
        vcenter: A host, ``*``, or None.
        no_verify: Whether the server's certificate goes unchecked.
        auto_answer: Whether questions get their default answer, or else are errors; None if the URI says neither.
        proxy: The proxy, or None.
        cacert: The file of CA certificates to trust instead of the system's, or None.
        thumbprint: SHA-256 of the only certificate to accept, as ``AB:CD:...`` in upper case, or None.
        authfile: The file of credentials, or None.
        text: The URI as `virsh uri` prints it.
        parameters: Of a ``sim`` URI, the simulator's own (``vms=1000``), in order; () for the others.
    """

    scheme: str
    host: str
    port: int
    username: str | None
    path: tuple[str, ...]
    transport: str
    vcenter: str | None
    no_verify: bool
    auto_answer: bool | None
    proxy: Proxy | None
    cacert: str | None
    thumbprint: str | None
    authfile: str | None
    text: str
    parameters: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> ConnectionURI:
    """Parse a connection URI, as virConnectOpenAuth and esxUtil_ParseUri do.

    Raises:
        UriSyntaxError: It is no URI (RFC 3986).
        UriServerError: It names no server.
        UnavailableError: It has no scheme, or one that is not ours.
        UriError: A part of it has a wrong value; a scheme with a transport (``esx+ssh``) is one.
    """
    match = _URI.fullmatch(text)
    if match is None:
        raise _syntax_error(text)
    scheme = match["scheme"]
    if scheme is None:
        raise UnavailableError(f"URI '{text}' does not include a driver name")
    base, plus, transport = scheme.partition("+")
    if base not in DEFAULT_PORTS:
        raise UnavailableError(_without_password(match, text))
    if plus:
        raise UriError(
            f"URI scheme '{scheme}' asks for libvirtd's remote transport '{transport}', but this driver talks to the "
            f"server itself, over HTTPS or HTTP: use '{base}{_without_password(match, text)[len(scheme) :]}' instead"
        )
    if scheme == "sim":
        return _parse_sim(match, text)
    return _parse_remote(match, text)


def _parse_remote(match: re.Match[str], text: str) -> ConnectionURI:
    if not match["host"]:
        raise UriServerError("URI is missing the server part")
    scheme = match["scheme"]
    host = _host(match["host"], text)
    username = _username(match["user"], text)
    path = _path(match["path"], text)
    if scheme != "vpx" and path:
        _log.warning("Ignoring unexpected path '%s' for non-vpx scheme '%s'", match["path"], scheme)
        path = ()
    given = int(match["port"] or 0)
    if given > 65535:
        raise UriError(f"Port '{given}' of the URI is out of range (should be [1..65535])")
    parameters = _Parameters()
    for name, value in _query(match["query"], text):
        if not parameters.take(name, value):
            _log.warning("Ignoring unexpected query parameter '%s'", name)
    port = given or DEFAULT_PORTS[scheme][parameters.transport == "http"]
    return parameters.uri(
        scheme=scheme,
        host=host,
        port=port,
        username=username,
        path=path,
        text=_format(match, host, username, port),  # libvirt, too, writes the port that it chose
    )


def _parse_sim(match: re.Match[str], text: str) -> ConnectionURI:
    path = _path(match["path"], text)
    if match["host"] != "" or match["user"] or match["port"]:
        raise UriError("A 'sim' URI has no server part, only a profile: sim:///esx, sim:///gsx, sim:///vcenter")
    if len(path) != 1:
        raise UriError(
            "A 'sim' URI names one profile: sim:///esx, sim:///gsx, sim:///vcenter, or such as sim:///esx-7.0"
        )
    parameters = _Parameters()
    own = tuple((name, value) for name, value in _query(match["query"], text) if not parameters.take(name, value))
    return parameters.uri(
        scheme="sim", host="", port=0, username=None, path=path, text=_format(match, "", None, 0), own=own
    )


class _Parameters:
    """The extra parameters seen so far.

    Of one given twice, the last counts (of `authfile`, the first), as in libvirt; all are checked.
    """

    def __init__(self) -> None:
        self.transport = "https"
        self.vcenter: str | None = None
        self.no_verify = False
        self.auto_answer: bool | None = None
        self.proxy: Proxy | None = None
        self.cacert: str | None = None
        self.thumbprint: str | None = None
        self.authfile: str | None = None

    def take(self, name: str, value: str) -> bool:
        """Note a parameter; False if there is none of this name (names are compared without case, as in libvirt)."""
        match name.lower():
            case "transport":
                if value not in {"http", "https"}:
                    raise UriError(f"Query parameter 'transport' has unexpected value '{value}' (should be http|https)")
                self.transport = value
            case "vcenter":
                if not value:
                    raise UriError("Query parameter 'vcenter' doesn't contain a hostname (or * for the host's own)")
                self.vcenter = value
            case "no_verify":
                self.no_verify = _boolean("no_verify", value)
            case "auto_answer":
                self.auto_answer = _boolean("auto_answer", value)
            case "proxy":
                self.proxy = _proxy(value)
            case "cacert":
                self.cacert = _file("cacert", value, "of CA certificates in PEM form")
            case "thumbprint":
                self.thumbprint = _thumbprint(value)
            case "authfile":
                self.authfile = self.authfile or _file("authfile", value, "of credentials")
            case _:
                return False
        return True

    def uri(
        self,
        *,
        scheme: str,
        host: str,
        port: int,
        username: str | None,
        path: tuple[str, ...],
        text: str,
        own: tuple[tuple[str, str], ...] = (),
    ) -> ConnectionURI:
        return ConnectionURI(
            scheme=scheme,
            host=host,
            port=port,
            username=username,
            path=path,
            transport=self.transport,
            vcenter=self.vcenter,
            no_verify=self.no_verify,
            auto_answer=self.auto_answer,
            proxy=self.proxy,
            cacert=self.cacert,
            thumbprint=self.thumbprint,
            authfile=self.authfile,
            text=text,
            parameters=own,
        )


def _boolean(name: str, value: str) -> bool:
    match = re.fullmatch(_BOOLEAN, value, re.ASCII)
    # The pattern also fits a text without digits, or "-1"; neither is 0 or 1.
    if match is None or not value[-1:].isdigit() or (match[1] == "1" and "-" in value):
        raise UriError(f"Query parameter '{name}' has unexpected value '{value}' (should be 0 or 1)")
    return match[1] == "1"


def _file(name: str, value: str, what: str) -> str:
    if not value:
        raise UriError(f"Query parameter '{name}' is empty (should be the path of a file {what})")
    return value


def _thumbprint(value: str) -> str:
    if not re.fullmatch(_THUMBPRINT, value, re.ASCII):
        raise UriError(
            f"Query parameter 'thumbprint' has unexpected value '{value}' (should be the SHA-256 of the server's "
            "certificate: 64 hexadecimal digits, with or without colons between pairs)"
        )
    digits = value.replace(":", "").upper()
    return ":".join(digits[index : index + 2] for index in range(0, 64, 2))


def _proxy(value: str) -> Proxy | None:
    """Return a proxy of the form ``[type://]host[:port]``.

    None for an empty value, which libvirt takes for "no proxy".
    """
    if not value:
        return None
    kind, separator, rest = value.partition("://")
    if not separator:
        kind, rest = "http", value
    if kind not in PROXY_TYPES:
        raise UriError(f"Query parameter 'proxy' contains unexpected type '{kind}' (should be (http|socks(|4|4a|5))")
    if rest.startswith("["):
        host, bracket, tail = rest[1:].partition("]")
        if not bracket or not _is_ipv6(host) or (tail and not tail.startswith(":")):
            raise UriError(f"Query parameter 'proxy' has a malformed IPv6 address '{rest}' (should be [address])")
        colon, port = tail[:1], tail[1:]
    else:
        host, colon, port = rest.partition(":")
    if not host:
        raise UriError("Query parameter 'proxy' doesn't contain a hostname")
    if "@" in rest:
        raise UriError("Query parameter 'proxy' contains a user name; only [type://]host[:port] is supported")
    if colon and (not re.fullmatch(r"[0-9]{1,9}", port, re.ASCII) or not 1 <= int(port) <= 65535):
        raise UriError(f"Query parameter 'proxy' has unexpected port value '{port}' (should be [1..65535])")
    return Proxy(PROXY_TYPES[kind], host, int(port) if colon else DEFAULT_PROXY_PORT)


def _query(raw: str | None, text: str) -> list[tuple[str, str]]:
    """Split a query at ``&`` and ``;``, as virURIParseParams does; a ``+`` stays one; an item with no name is none."""
    pairs = []
    for item in re.split("[&;]", raw or ""):
        name, _, value = item.partition("=")
        if name:
            pairs.append((_decode(name, text), _decode(value, text)))
    return pairs


def _host(raw: str, text: str) -> str:
    if not raw.startswith("["):
        return _decode(raw, text)
    # A zone may come as %25eth0, as RFC 6874 has it, or as %eth0, as people write it and libvirt takes it.
    address, percent, zone = raw[1:-1].partition("%")
    zone = zone.removeprefix("25") if zone.startswith("25") and len(zone) > 2 else zone
    if not _is_ipv6(address) or (percent and not re.fullmatch(_ZONE, zone, re.ASCII)):
        raise _syntax_error(text)
    return address + percent + zone


def _is_ipv6(address: str) -> bool:
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def _username(raw: str | None, text: str) -> str | None:
    if not raw:
        return None
    if ":" in raw:
        raise UriError(
            "URI contains a password, or a ':' in its user name: a password is asked for or comes from an auth file, "
            "never from the URI, where others can see it (a ':' of the name itself is written %3A)"
        )
    return _decode(raw, text)


def _path(raw: str, text: str) -> tuple[str, ...]:
    return tuple(_decode(item, text) for item in raw.split("/") if item)


def _decode(raw: str, text: str) -> str:
    if "%" not in raw:
        return raw
    try:
        decoded = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise UriError(f"URI part '{raw}' is no UTF-8 once it is percent-decoded") from None
    if "\0" in decoded:
        raise _syntax_error(text)
    return decoded


def _format(match: re.Match[str], host: str, username: str | None, port: int) -> str:
    """Write the URI as virURIFormat does, except that a ``%2F`` in the path, being no separator, stays one."""
    server = f"[{host}]" if ":" in host else host
    user = "" if username is None else quote_from_bytes(username.encode(), _SAFE_IN_USER) + "@"
    if username is not None and ":" in username:
        user = user.replace(":", "%3A")  # else the name could not be read back
    path = "%2F".join(
        quote_from_bytes(unquote_to_bytes(piece), _SAFE_IN_PATH)
        for piece in re.split("%2f", match["path"], flags=re.IGNORECASE)
    )
    query = "" if match["query"] is None else "?" + match["query"]
    fragment = match["fragment"]
    fragment = "" if fragment is None else "#" + quote_from_bytes(unquote_to_bytes(fragment), _SAFE_IN_FRAGMENT)
    return f"{match['scheme']}://{user}{server}{f':{port}' if port else ''}{path}{query}{fragment}"


def _syntax_error(text: str) -> UriSyntaxError:
    # The text may hold a password, perhaps the very thing that made it unreadable: that is not repeated.
    start, separator, rest = text.partition("://")
    match = re.match(r"([^/?#:@]*):(?![0-9]*(?:[/?#]|$)).*@", rest, re.DOTALL)
    shown = f"{start}{separator}{match[1]}:***@{rest[match.end() :]}" if match else text
    return UriSyntaxError(f"Unable to parse URI {shown}")


def _without_password(match: re.Match[str], text: str) -> str:
    user = match["user"]
    if not user or ":" not in user:
        return text
    return text.replace(f"//{user}@", f"//{user.partition(':')[0]}@", 1)
