"""A domain's description, title and metadata.

The description is VMware's annotation. VMware has no place for the others: they are settings of our own in the VMX
file, ``esxvirt.title`` and ``esxvirt.metadata``, which servers keep as they do all that they do not know.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.devices.digests import OPTIONS
from esxvirt.driver.domain.affect_flags import LIVE_OTHERWISE, check_live, live_state
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read, read_many
from esxvirt.driver.domain.states import domain_state
from esxvirt.driver.tasks.machine_tasks import CHANGE_VERSION, STATE, ready, run, until_undisturbed
from esxvirt.errors import InvalidArgumentError, MetadataNotFoundError
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.domain.metadata import find_metadata
from esxvirt.xml.domain.metadata import set_metadata as with_element

__all__ = ["get_description", "get_metadata", "get_title", "set_description", "set_metadata", "set_title", "titles"]

_NOTES: Final = "config.annotation"
_TITLE: Final = "esxvirt.title"
_METADATA: Final = "esxvirt.metadata"
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ABSENT: Final = "Requested metadata element is not present"
_POWER: Final = "runtime.powerState"


def get_description(connection: Connection, domain: DomainHandle, affect: int = 0) -> str:
    """VMware's notes on the machine (virDomainGetMetadata with VIR_DOMAIN_METADATA_DESCRIPTION). One SOAP call.

    Raises:
        MetadataNotFoundError: There are none.
        OperationInvalidError: It is asked what it has while it runs, and it does not.
    """
    row = _read(connection, domain, _NOTES, affect)
    return _present(row.get(_NOTES))


def get_title(connection: Connection, domain: DomainHandle, affect: int = 0) -> str:
    """Return a short title (virDomainGetMetadata with VIR_DOMAIN_METADATA_TITLE).

    Calls and errors as `get_description`.
    """
    return _present(_options(_read(connection, domain, OPTIONS, affect)).get(_TITLE))


def titles(connection: Connection, domains: Sequence[DomainHandle]) -> list[str | None]:
    """Return the titles of domains, None for those without. One SOAP call a page.

    Raises:
        DomainNotFoundError: One is gone.
    """
    return [_options(row).get(_TITLE) or None for row in read_many(connection, domains, (OPTIONS,))]


def get_metadata(connection: Connection, domain: DomainHandle, namespace: str, affect: int = 0) -> str:
    """Return the XML element of a namespace (VIR_DOMAIN_METADATA_ELEMENT). Calls and errors as `get_description`."""
    row = _read(connection, domain, OPTIONS, affect)
    return _present(find_metadata(_options(row).get(_METADATA), namespace))


def set_description(connection: Connection, domain: DomainHandle, text: str | None, affect: int = 0) -> None:
    """Write VMware's notes, or with None or nothing take them out. 8 SOAP calls with login and logout, and updates.

    Raises:
        InvalidArgumentError: It has characters that no XML can hold.
        OperationInvalidError: It is to be set while it runs, and it does not.
        ServerFault: The server refused, or the task failed.
    """
    _check(text)
    _, machine = _begin(connection, domain, affect)

    def done() -> bool:
        return (read(connection, domain, (_NOTES,)).get(_NOTES) or "") == (text or "")

    _submit(connection, domain, machine, done, annotation=text or "")


def set_title(connection: Connection, domain: DomainHandle, title: str | None, affect: int = 0) -> None:
    """Set the title, or with None or nothing take it out. Calls and errors as `set_description`.

    Raises:
        InvalidArgumentError: It has several lines.
    """
    if title and "\n" in title:
        raise InvalidArgumentError("metadata title can't contain newlines")
    _check(title)
    _, machine = _begin(connection, domain, affect)

    def done() -> bool:
        return (_options(read(connection, domain, (OPTIONS,))).get(_TITLE) or "") == (title or "")

    _submit(connection, domain, machine, done, extraConfig=_option(_TITLE, title or ""))


def set_metadata(
    connection: Connection, domain: DomainHandle, namespace: str, key: str | None, xml: str | None, affect: int = 0
) -> None:
    """Set the XML element of a namespace, or with None take it out. Calls and errors as `set_description`.

    All namespaces are one setting of VMware's: what another client writes of it meanwhile is read, and kept.

    Raises:
        XmlError: It is no XML.
        OperationInvalidError: Other clients keep changing the domain.
    """

    def attempt() -> None:
        row, machine = _begin(connection, domain, affect)
        wanted = with_element(_options(row).get(_METADATA), namespace, key, xml)

        def done() -> bool:
            now = _options(read(connection, domain, (OPTIONS,))).get(_METADATA)
            return find_metadata(now, namespace) == find_metadata(wanted, namespace)

        version, options = row.get(CHANGE_VERSION), _option(_METADATA, wanted or "")
        _submit(connection, domain, machine, done, changeVersion=version, extraConfig=options)

    until_undisturbed(attempt)


def _check(text: str | None) -> None:
    """Refuse what can be sent to no server, and shown in no XML.

    Raises:
        InvalidArgumentError: There is a control character, or half a surrogate pair.
    """
    found = _NO_TEXT.search(text or "")
    if found is not None:
        raise InvalidArgumentError(
            f"the text has a character that XML cannot hold, U+{ord(found[0]):04X}; leave it out"
        )


def _read(connection: Connection, domain: DomainHandle, path: str, affect: int) -> Row:
    row = read(connection, domain, (path, _POWER))
    check_live(affect, domain_state(row.get(_POWER)))
    return row


def _begin(connection: Connection, domain: DomainHandle, affect: int) -> tuple[Row, Any]:
    row = read(connection, domain, (*STATE, CHANGE_VERSION, OPTIONS))
    return row, ready(connection, domain, row, live_state(affect), LIVE_OTHERWISE)


def _options(row: Row) -> Mapping[str, str]:
    return row.get(OPTIONS) or {}


def _option(key: str, value: str) -> list[Any]:
    return [vim.option.OptionValue(key=key, value=value)]


def _submit(connection: Connection, domain: DomainHandle, machine: Any, done: Any, **changes: Any) -> None:
    spec = vim.vm.ConfigSpec(**changes)
    run(connection, domain, machine, "ReconfigVM_Task", "Could not set metadata", spec, done=done)


def _present(value: str | None) -> str:
    if not value:
        raise MetadataNotFoundError(_ABSENT)
    return str(value)
