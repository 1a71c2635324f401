"""A domain's console: pictures of its screen, and its keyboard."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.keycodes import MODIFIERS, usages
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import RUNNING, domain_state
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.driver.tasks.machine_tasks import check_writable, prepare, run
from esxvirt.errors import (
    ArgumentUnsupportedError,
    BadAnswerError,
    EsxvirtError,
    InvalidArgumentError,
    OperationInvalidError,
    UnsupportedError,
)
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import delete_file, read_file
from esxvirt.vsphere.screens import PNG, read_screen
from esxvirt.vsphere.versions import has_usb_scan_codes

__all__ = ["MIME_TYPE", "screenshot", "send_keys"]

MIME_TYPE: Final = "image/png"

_NOT_ON: Final = "Domain is not powered on"
_KEYBOARD_PAGE: Final = 0x0007
"""HID's number of the page of keyboards, in the lower half of VMware's codes."""


def screenshot(connection: Connection, domain: DomainHandle, screen: int = 0) -> bytes:
    """Return a PNG of the screen of a domain (virDomainScreenshot). One SOAP call and one GET.

    A server that has no pages with pictures is asked to write one beside the machine's files; it is fetched, and
    deleted again.

    Raises:
        InvalidArgumentError: Another screen than the first is wanted: VMware shows all in one picture.
        OperationInvalidError: The domain does not run.
        TransportError: The server refused, or broke off.
    """
    if screen != 0:
        raise InvalidArgumentError("Screen cannot be selected")
    row = read(connection, domain, ("runtime.powerState",))
    if domain_state(row.get("runtime.powerState")) != RUNNING:
        raise OperationInvalidError(_NOT_ON)
    picture = read_screen(connection.session, domain.ref.value, domain.name)
    return picture if picture is not None else _written_picture(connection, domain)


def _written_picture(connection: Connection, domain: DomainHandle) -> bytes:
    machine = prepare(connection, domain, RUNNING, _NOT_ON)
    failure_prefix = "Could not take a picture of the screen"
    path = run(connection, domain, machine, "CreateScreenshot_Task", failure_prefix)
    file = DatastoreFile(str(path), connection.scope.place(domain.host).datacenter_path)
    try:
        picture = read_file(connection.session, file)
    finally:
        with suppress(EsxvirtError):
            delete_file(connection.session, file)
    if not picture.startswith(PNG):
        raise BadAnswerError(f"'{file}', which the server has written as a picture of the screen, is no PNG")
    return picture


def send_keys(
    connection: Connection, domain: DomainHandle, codeset: int, milliseconds: int, keycodes: Sequence[int]
) -> None:
    """Press keys of a domain that runs, all at once, as far as they are modifiers (virDomainSendKey). 2 SOAP calls.

    Raises:
        ArgumentUnsupportedError: The codes are of a kind that is not known, or the keys are to be held.
        InvalidArgumentError: There is no such key.
        OperationInvalidError: The domain does not run.
        UnsupportedError: The server is older than vSphere 6.5.
        ServerFault: The server refused.
    """
    check_writable(connection, "virDomainSendKey")
    pressed = usages(codeset, keycodes)
    if milliseconds:
        raise ArgumentUnsupportedError("VMware does not take for how long keys are to be held; leave the time out")
    if not has_usb_scan_codes(connection.session.version):
        raise UnsupportedError("virDomainSendKey (it needs vSphere 6.5 or newer)")
    spec: Any = vim.vm.UsbScanCodeSpec
    held = spec.ModifierType(**{MODIFIERS[usage]: True for usage in pressed if usage in MODIFIERS})
    keys = [usage for usage in pressed if usage not in MODIFIERS]
    events = [spec.KeyEvent(usbHidCode=usage << 16 | _KEYBOARD_PAGE, modifiers=held) for usage in keys or pressed[-1:]]
    machine = prepare(connection, domain, RUNNING, _NOT_ON)
    write = Write("", f"look at the screen of the domain '{domain.name}'")
    pressed_keys = spec(keyEvents=events)
    call_and_verify(
        connection.session, write, lambda: connection.session.call(machine, "PutUsbScanCodes", pressed_keys)
    )
