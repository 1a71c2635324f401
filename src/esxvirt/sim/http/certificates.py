"""The simulator's certificates: an authority of its own and a server certificate, made anew at each start."""

import hashlib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Certificates", "make"]


@dataclass(frozen=True, slots=True)
class Certificates:
    """A server's TLS: `cacert` is the authority's PEM file, `thumbprint` the certificate's SHA-256 as AA:BB:..."""

    context: ssl.SSLContext
    cacert: Path
    thumbprint: str


def make(names: Iterable[str], directory: Path) -> Certificates:
    """Make certificates for the addresses or names; the authority's PEM file goes to `directory`."""
    import trustme  # noqa: PLC0415  # cryptography is slow to import, and plain HTTP needs none of it

    authority = trustme.CA()
    identities = sorted({*names, "localhost", "127.0.0.1", "::1"})
    server = authority.issue_cert(*identities, common_name=next(iter(names), "localhost"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.configure_cert(context)
    cacert = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(cacert))
    der = ssl.PEM_cert_to_DER_cert(server.cert_chain_pems[0].bytes().decode())
    digest = hashlib.sha256(der).hexdigest().upper()
    return Certificates(context, cacert, ":".join(digest[index : index + 2] for index in range(0, 64, 2)))
