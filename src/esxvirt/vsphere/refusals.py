"""What the answers of `/folder` mean by which a server refuses a file: one table for reading, writing and deleting.

VMware's servers tell no more than an HTTP status, which is the same for several causes: the words say what may be.
"""

import http.client
from typing import TYPE_CHECKING, Final

from esxvirt.errors import EsxvirtError, MissingPrivilegeError, NotFoundError, TransportError

if TYPE_CHECKING:
    from esxvirt.vsphere.datastore_file import DatastoreFile

__all__ = ["FileNotThereError", "FileRefusedError", "refusal"]

_VERBS: Final = {"GET": "give", "HEAD": "tell of", "PUT": "take", "DELETE": "delete"}
_READING: Final = frozenset({"GET", "HEAD"})
_PRIVILEGES: Final = {"GET": "Datastore.Browse", "HEAD": "Datastore.Browse"}
_WRITING: Final = "Datastore.FileManagement"

_LOCKED: Final = "the file is locked: a machine that runs, or another host, uses it"
_FOLDER: Final = "a folder has that name, or a folder on the way to it is missing"
_BUSY: Final = "the server, or a service of it, is busy or restarts: try again later"
_MEANINGS: Final[dict[tuple[str, int], str]] = {
    ("GET", http.client.INTERNAL_SERVER_ERROR): "the file may be in use or locked, as a disk of a machine that runs is",
    ("HEAD", http.client.INTERNAL_SERVER_ERROR): "the file may be in use or locked",
    ("PUT", http.client.INTERNAL_SERVER_ERROR): "the datastore may be full, or the file is in use or locked",
    ("DELETE", http.client.INTERNAL_SERVER_ERROR): "the file may be in use or locked",
    ("PUT", http.client.INSUFFICIENT_STORAGE): "the datastore is full",
    ("PUT", http.client.REQUEST_ENTITY_TOO_LARGE): "the server, or a proxy on the way, takes nothing of this size",
    ("PUT", http.client.METHOD_NOT_ALLOWED): _FOLDER,
    ("PUT", http.client.CONFLICT): _FOLDER,
    ("DELETE", http.client.METHOD_NOT_ALLOWED): "it may be a folder",
    ("DELETE", http.client.CONFLICT): "it may be a folder, or in use",
    **{(verb, http.client.LOCKED): _LOCKED for verb in _VERBS},
    **{(verb, http.client.SERVICE_UNAVAILABLE): _BUSY for verb in _VERBS},
}
_NO_PRIVILEGE: Final = {
    http.client.UNAUTHORIZED: "the server does not take the session for this file, or ",
    http.client.FORBIDDEN: "",
}


class FileNotThereError(NotFoundError):
    """The server has no such file."""


class FileRefusedError(TransportError):
    """The server has answered that it does not do what was asked with a file: nothing of the answer was lost."""


def refusal(server: str, verb: str, status: int, reason: str, file: "DatastoreFile") -> EsxvirtError:
    """Return the error for an answer that refuses a file.

    Args:
        server: Its name, for the message.
        verb: The request's: GET, HEAD, PUT or DELETE.
        status: The answer's.
        reason: The answer's, in words.
        file: The file.

    Returns:
        A `FileNotThereError`, a `MissingPrivilegeError` or a `FileRefusedError`.
    """
    if status == http.client.NOT_FOUND:
        what = f"file '{file}'" if verb != "PUT" else f"directory for the file '{file}'"
        return FileNotThereError(f"there is no {what} on '{server}'")
    message = f"'{server}' refuses to {_VERBS[verb]} '{file}': HTTP {status} {reason}".rstrip()
    if status not in _NO_PRIVILEGE:
        meaning = _MEANINGS.get((verb, status))
        return FileRefusedError(f"{message}; {meaning}" if meaning else message)
    # HTTP has no fault that would name the privilege. The free licence of ESXi lets nobody write.
    licence = "" if verb in _READING else ", or the server's licence only lets it read"
    return MissingPrivilegeError(
        f"{message}; {_NO_PRIVILEGE[status]}the account lacks the privilege '{_PRIVILEGES.get(verb, _WRITING)}' on the "
        f"datastore '{file.datastore}'{licence}",
        name="NoPermission",
    )
