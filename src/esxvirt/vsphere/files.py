"""Files in datastores, over the server's `/folder`, within the session."""

import http.client
from typing import Final
from urllib.parse import quote, urlencode

from esxvirt.errors import BadAnswerError, EsxvirtError, MissingPrivilegeError, NotFoundError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.session import Session, translated

__all__ = ["DatastorePath", "FileNotThereError", "delete_file", "exchange", "read_file", "refused", "write_file"]

LARGEST: Final = 16 << 20
"""Bytes that `read_file` takes: a VMX or a `.vmdk` descriptor has kilobytes; a disk is not read into memory."""


class FileNotThereError(NotFoundError):
    """The server has no such file."""


class DatastorePath:
    """A file as VMware names it, ``[datastore] directory/file``, in a datacenter (``folder/dc1``)."""

    __slots__ = ("datacenter", "datastore", "path")

    def __init__(self, text: str, datacenter: str) -> None:
        name, closed, path = text.removeprefix("[").partition("]")
        if not text.startswith("[") or not closed:
            raise BadAnswerError(f"the server names a file '{text}', which is not of the form '[datastore] path'")
        self.datastore = name
        self.path = path.strip()
        self.datacenter = datacenter

    @property
    def url(self) -> str:
        """Path and query on the server, percent-encoded."""
        query = urlencode({"dcPath": self.datacenter, "dsName": self.datastore}, quote_via=quote, safe="")
        return f"/folder/{quote(self.path)}?{query}"

    def __str__(self) -> str:
        return f"[{self.datastore}] {self.path}"


def refused(message: str, status: int, privilege: str, file: DatastorePath) -> EsxvirtError:
    """The error for an answer that is none: HTTP has no fault that would name a privilege.

    A `TransportError`, or, where it is for the lack of a privilege, a `MissingPrivilegeError`.
    """
    if status not in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
        error = TransportError(message)
        error.answered = True
        return error
    return MissingPrivilegeError(
        f"{message}; the account lacks the privilege '{privilege}' on the datastore '{file.datastore}', or the "
        "server's licence only lets it read",
        name="NoPermission",
    )


def read_file(session: Session, file: DatastorePath, seconds: float | None = None) -> bytes:
    """The whole content of a small file. One GET, no SOAP call; tried 3 times if the connection breaks.

    Raises:
        FileNotThereError: There is none of that name.
        MissingPrivilegeError: The account may not.
        TransportError: The server refused it, or broke off.
    """
    stub = session.stub
    deadline = Deadline(session.endpoint.deadline if seconds is None else seconds)
    status, reason, body = _get(session, file, deadline)
    if status == http.client.OK:
        return body
    if status == http.client.NOT_FOUND:
        raise FileNotThereError(f"there is no file '{file}' on '{stub.endpoint.name}'")
    message = f"'{stub.endpoint.name}' refuses to give '{file}': HTTP {status} {reason}"
    raise refused(message, status, "Datastore.Browse", file)


def _get(session: Session, file: DatastorePath, deadline: Deadline) -> tuple[int, str, bytes]:
    for attempt in (1, 2, 3):
        try:
            answer = exchange(session, "GET", file.url, {}, None, deadline)
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
    stub = session.stub
    generation = stub.generation
    status, reason, _, body = stub.exchange(verb, url, dict(headers), content, deadline, LARGEST)
    if status == http.client.UNAUTHORIZED:
        with translated("Login"):
            renewed = stub.renew_once(generation)
        if renewed:
            status, reason, _, body = stub.exchange(verb, url, dict(headers), content, deadline, LARGEST)
    return status, reason, body


def write_file(session: Session, file: DatastorePath, content: bytes, seconds: float | None = None) -> None:
    """Write a small file, in place of what there is. One PUT, no SOAP call; never tried twice.

    Raises:
        FileNotThereError: There is no such directory, or no such datastore.
        MissingPrivilegeError: The account may not.
        TransportError: The server refused it, or broke off: what of the file is there then is not known.
    """
    deadline = Deadline(session.endpoint.deadline if seconds is None else seconds)
    headers = {"Content-Type": "application/octet-stream"}
    status, reason, _ = exchange(session, "PUT", file.url, headers, content, deadline)
    if status in {http.client.OK, http.client.CREATED, http.client.NO_CONTENT}:
        return
    name = session.stub.endpoint.name
    if status == http.client.NOT_FOUND:
        raise FileNotThereError(f"there is no directory for the file '{file}' on '{name}'")
    full = "; the datastore is full" if status == http.client.INSUFFICIENT_STORAGE else ""
    message = f"'{name}' refuses to take '{file}': HTTP {status} {reason}{full}"
    raise refused(message, status, "Datastore.FileManagement", file)


def delete_file(session: Session, file: DatastorePath, seconds: float | None = None) -> None:
    """Delete a file; it is no error if there is none. One DELETE, no SOAP call.

    Raises:
        MissingPrivilegeError: The account may not.
        TransportError: The server refused it, or broke off.
    """
    deadline = Deadline(session.endpoint.deadline if seconds is None else seconds)
    status, reason, _ = exchange(session, "DELETE", file.url, {}, None, deadline)
    if status not in {http.client.OK, http.client.NO_CONTENT, http.client.ACCEPTED, http.client.NOT_FOUND}:
        message = f"'{session.stub.endpoint.name}' refuses to delete '{file}': HTTP {status} {reason}"
        raise refused(message, status, "Datastore.FileManagement", file)
