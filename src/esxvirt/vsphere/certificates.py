"""What a server's certificate says, trusted or not."""

from datetime import UTC, datetime

from esxvirt.records import record
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.http import HttpConnection
from esxvirt.vsphere.tls import TlsPolicy, make_context, thumbprint

__all__ = ["Shown", "shown_certificate", "validity"]

_SEQUENCE, _EXPLICIT, _UTC_TIME = 0x30, 0xA0, 0x17


@record(frozen=True)
class Shown:
    """A certificate: its SHA-256 as `thumbprint=` has it, and when it is valid (None: that cannot be read)."""

    thumbprint: str
    begins: datetime | None
    ends: datetime | None


def shown_certificate(endpoint: Endpoint, deadline: Deadline) -> Shown:
    """Return the certificate that a server shows, whoever it is from: nothing is sent to it.

    Raises:
        TransportError: It cannot be reached, or speaks no TLS.
    """
    policy = TlsPolicy(verify=False)
    unchecked = Endpoint(endpoint.host, endpoint.port, policy, endpoint.proxy, endpoint.deadline)
    connection = HttpConnection(unchecked, make_context(policy), deadline)
    try:
        connection.connect()
        der = connection.certificate() or b""
    finally:
        connection.close()
    begins, ends = validity(der)
    return Shown(thumbprint(der), begins, ends)


def validity(der: bytes) -> tuple[datetime | None, datetime | None]:
    """From when to when a certificate (X.509, DER) is valid; None where it is none."""
    try:
        _, body, _ = _element(_element(der)[1])  # the certificate, and what of it is signed
        tag, _, rest = _element(body)
        if tag == _EXPLICIT:  # its version
            _, _, rest = _element(rest)
        for _ in range(2):  # the serial number has gone; the signature's kind, and the issuer
            _, _, rest = _element(rest)
        _, times, _ = _element(rest)
        first, begins, rest = _element(times)
        second, ends, _ = _element(rest)
        return _moment(first, begins), _moment(second, ends)
    except (ValueError, IndexError):
        return None, None


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of the first element."""
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < start + length:
        raise ValueError("an element ends early")
    return data[0], data[start : start + length], data[start + length :]


def _moment(tag: int, text: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC)
