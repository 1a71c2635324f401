"""Small files in datastores, over the server's `/folder`, within the session.

`seconds`, by default the endpoint's deadline, is how long the server may be silent: a slow line is not cut as long as
the file gets on (`SteadyDeadline`).
"""

import http.client
from typing import Final

from esxvirt.errors import DeadlineError, TransportError
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.deadline import Deadline, SteadyDeadline
from esxvirt.vsphere.refusals import FileNotThereError, FileRefusedError, refusal
from esxvirt.vsphere.session import Session, translated

__all__ = [
    "FileNotThereError",
    "FileRefusedError",
    "delete_file",
    "exchange",
    "read_file",
    "write_file",
]

LARGEST: Final = 16 << 20
"""Bytes that `read_file` takes: a VMX or a `.vmdk` descriptor has kilobytes; a disk is not read into memory."""


def read_file(session: Session, file: DatastoreFile, seconds: float | None = None) -> bytes:
    """Return the whole content of a small file. One GET, no SOAP call; tried 3 times if the connection breaks.

    Raises:
        FileNotThereError: There is none of that name.
        MissingPrivilegeError: The account may not.
        FileRefusedError: The server refused it.
        TransportError: The server broke off.
    """
    status, reason, body = _get(session, file, _deadline(session, seconds))
    if status == http.client.OK:
        return body
    raise refusal(session.endpoint.name, "GET", status, reason, file)


def _deadline(session: Session, seconds: float | None) -> Deadline:
    return SteadyDeadline(session.endpoint.deadline if seconds is None else seconds)


def _get(session: Session, file: DatastoreFile, deadline: Deadline) -> tuple[int, str, bytes]:
    for attempt in (1, 2, 3):
        try:
            answer = exchange(session, "GET", file.url, {}, None, deadline)
        except DeadlineError:
            raise
        except TransportError:
            if attempt == 3 or deadline.expired():
                raise
        else:
            if answer[0] != http.client.SERVICE_UNAVAILABLE or attempt == 3:
                return answer
    raise AssertionError("the last attempt returns or raises")


def exchange(
    session: Session, verb: str, url: str, headers: dict[str, str], content: bytes | None, deadline: Deadline
) -> tuple[int, str, bytes]:
    """Status, reason and body of an answer; an expired session is renewed, once, after what it was refused.

    Raises:
        TransportError: The server broke off.
    """
    transport = session.transport
    generation = transport.generation
    status, reason, _, body = transport.exchange(verb, url, dict(headers), content, deadline, LARGEST)
    if status == http.client.UNAUTHORIZED:
        with translated("Login"):
            renewed = transport.renew_once(generation)
        if renewed:
            status, reason, _, body = transport.exchange(verb, url, dict(headers), content, deadline, LARGEST)
    return status, reason, body


def write_file(session: Session, file: DatastoreFile, content: bytes, seconds: float | None = None) -> None:
    """Write a small file, in place of what there is. One PUT, no SOAP call; never tried twice.

    Raises:
        FileNotThereError: There is no such directory, or no such datastore.
        MissingPrivilegeError: The account may not.
        FileRefusedError: The server refused it: what of the file is there then is not known.
        TransportError: The server broke off: what of the file is there then is not known.
    """
    headers = {"Content-Type": "application/octet-stream"}
    status, reason, _ = exchange(session, "PUT", file.url, headers, content, _deadline(session, seconds))
    if status not in {http.client.OK, http.client.CREATED, http.client.NO_CONTENT}:
        raise refusal(session.endpoint.name, "PUT", status, reason, file)


def delete_file(session: Session, file: DatastoreFile, seconds: float | None = None) -> None:
    """Delete a file; it is no error if there is none. One DELETE, no SOAP call.

    Raises:
        MissingPrivilegeError: The account may not.
        FileRefusedError: The server refused it.
        TransportError: The server broke off.
    """
    status, reason, _ = exchange(session, "DELETE", file.url, {}, None, _deadline(session, seconds))
    if status not in {http.client.OK, http.client.NO_CONTENT, http.client.ACCEPTED, http.client.NOT_FOUND}:
        raise refusal(session.endpoint.name, "DELETE", status, reason, file)
