"""Which certificate a server must show: one of a known CA (the default), one that was named, or any."""

from esxvirt.errors import CertificateError, InvalidArgumentError
from esxvirt.records import record
from esxvirt.vsphere._late import hashlib, ssl

__all__ = ["TlsPolicy", "check_pinned", "make_context", "thumbprint"]


@record(frozen=True)
class TlsPolicy:
    """How to trust a server (manual, "Certificates for HTTPS").

    `thumbprint` (upper-case hex pairs with colons, SHA-256) wins over `verify`; `cacert` is a file of PEM
    certificates that are trusted instead of the system's.
    """

    verify: bool = True
    cacert: str | None = None
    thumbprint: str | None = None


def thumbprint(der: bytes) -> str:
    """Return the SHA-256 thumbprint of a certificate, as VMware's clients and `thumbprint=` write it: ``AB:CD:...``."""
    return hashlib.sha256(der).digest().hex(":").upper()


def make_context(policy: TlsPolicy) -> "ssl.SSLContext":
    """Return the `ssl.SSLContext` for a policy.

    Raises:
        InvalidArgumentError: `cacert` cannot be read or holds no certificate.
    """
    if policy.thumbprint is not None or not policy.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # ESX 3.5 to 5.0 speak nothing newer than TLS 1.0, with keys that today's default level refuses. Whoever has
        # pinned the certificate, or given up checking it, wants to reach such a host; a verified one stays strict.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        return context
    if policy.cacert is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=policy.cacert)
    except (OSError, ssl.SSLError) as error:
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise InvalidArgumentError(
            f"cannot use cacert file '{policy.cacert}': {reason}; name a file of PEM certificates"
        ) from error


def check_pinned(policy: TlsPolicy, der: bytes | None, server: str) -> None:
    """Compare a server's certificate with the pinned thumbprint, if there is one.

    Raises:
        CertificateError: They differ.
    """
    if policy.thumbprint is None:
        return
    seen = thumbprint(der) if der else "none"
    if seen != policy.thumbprint:
        raise CertificateError(
            f"the certificate of {server} is not the one that thumbprint= names: expected {policy.thumbprint}, "
            f"the server shows {seen}; if the server's certificate was replaced, use the new thumbprint, "
            "else someone may be between you and the server"
        )
