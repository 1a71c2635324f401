"""Pictures of machines' screens, from the server's `/screen`, within the session."""

import http.client
from typing import Final
from urllib.parse import quote

from esxvirt.errors import BadAnswerError, MissingPrivilegeError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.files import exchange
from esxvirt.vsphere.session import Session

__all__ = ["PNG", "read_screen"]

PNG: Final = b"\x89PNG\r\n\x1a\n"
"""What a picture begins with."""

_NO_SUCH_PAGE: Final = frozenset({http.client.NOT_FOUND, http.client.GONE, http.client.NOT_IMPLEMENTED})
_REFUSED: Final = frozenset({http.client.UNAUTHORIZED, http.client.FORBIDDEN})


def read_screen(session: Session, machine: str, called: str) -> bytes | None:
    """Return a PNG of the screen of a machine that runs, by its identifier; None where the server has no such pages.

    `called` is the machine's name, for messages.

    One GET, no SOAP call; tried 3 times if the connection breaks.

    Raises:
        MissingPrivilegeError: The account may not see it.
        TransportError: The server refused, broke off, or sent something else.
    """
    deadline = Deadline(session.endpoint.deadline)
    for attempt in (1, 2, 3):
        try:
            status, reason, body = exchange(session, "GET", f"/screen?id={quote(machine)}", {}, None, deadline)
            break
        except TransportError:
            if attempt == 3 or deadline.expired():
                raise
    if status in _NO_SUCH_PAGE:
        return None
    name = session.endpoint.name
    if status != http.client.OK:
        message = f"'{name}' refuses a picture of the screen: HTTP {status} {reason}"
        if status not in _REFUSED:
            raise TransportError(message)
        privilege = "VirtualMachine.Interact.ConsoleInteract"
        raise MissingPrivilegeError(
            f"{message}; the account lacks the privilege '{privilege}' on the virtual machine '{called}'",
            name="NoPermission",
        )
    if not body.startswith(PNG):
        raise BadAnswerError(f"'{name}' sent something as a picture of the screen that is no PNG")
    return body
