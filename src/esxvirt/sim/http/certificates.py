"""The simulator's certificates: an authority of its own and a server certificate, made anew at each start."""

import hashlib
import ipaddress
import re
import ssl
from collections.abc import Sequence
from pathlib import Path

from esxvirt.records import record
from esxvirt.sim._late import certificate_authority

__all__ = ["Certificates", "is_name", "make"]

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,64}}\Z)(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


@record(frozen=True)
class Certificates:
    """A server's TLS: `cacert` is the authority's PEM file, `thumbprint` the certificate's SHA-256 as AA:BB:..."""

    context: ssl.SSLContext
    cacert: Path
    thumbprint: str


def is_name(text: str) -> bool:
    """Return whether a certificate can be for it: an IP address, or a host's name that fits into a subject."""
    if _NAME.fullmatch(text):
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def make(names: Sequence[str], directory: Path) -> Certificates:
    """Make certificates for addresses and names, the subject first; the authority's PEM file goes to `directory`."""
    authority = certificate_authority()
    identities = sorted({*names, "localhost", "127.0.0.1", "::1"})
    server = authority.issue_cert(*identities, common_name=names[0])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.configure_cert(context)
    cacert = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(cacert))
    der = ssl.PEM_cert_to_DER_cert(server.cert_chain_pems[0].bytes().decode())
    digest = hashlib.sha256(der).hexdigest().upper()
    return Certificates(context, cacert, ":".join(digest[index : index + 2] for index in range(0, 64, 2)))
