"""``domxml-from-native`` and ``domxml-to-native``: on a connection that was named, and else without any server."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import ADAPT, find_domain
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Connection
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_LARGEST = 10 << 20
_TOO_LARGE = "Value too large for defined data type"


def from_native(virsh: Virsh, arguments: Arguments) -> None:
    """Print the domain XML of a VMX file."""
    arguments.exclusive("strict", "lenient")
    name, file = arguments.required("format"), arguments.required("config")
    connection = _connection(virsh)
    _print(virsh, arguments, virsh.ours.native_to_xml(connection, name, _read(file), *_how(arguments, file)))


def to_native(virsh: Virsh, arguments: Arguments) -> None:
    """Print the VMX file of a domain's XML."""
    name = arguments.required("format")
    domain, file = arguments.text("domain"), arguments.text("xml")
    arguments.exclusive("domain", "xml")
    arguments.exclusive("strict", "lenient")
    arguments.exclusive("strict", "adapt")
    if domain is None and file is None:
        raise Failed("need either domain or domain XML")
    if domain is not None:
        connection: Connection | None = virsh.connection
        xml: str | bytes = find_domain(virsh, arguments.command.name, domain).XMLDesc(0)
    else:
        connection = _connection(virsh)
        xml = _read(file or "")
    converted = virsh.ours.xml_to_native(connection, name, xml, *_how(arguments, file), arguments.flag("adapt"))
    _print(virsh, arguments, converted)


def _connection(virsh: Virsh) -> Connection | None:
    """Return what converts: the connection, opened if one was named.

    Else None: the library by itself, which asks nobody.
    """
    if virsh.connected or virsh.uri or os.environ.get("LIBVIRT_DEFAULT_URI"):
        return virsh.connection
    return None


def _how(arguments: Arguments, file: str | None) -> tuple[bool, bool, str | None]:
    """Return whether a conversion is strict, whether it is lenient, and what its errors call the file."""
    return arguments.flag("strict"), arguments.flag("lenient"), None if file == "-" else file


def _print(virsh: Virsh, arguments: Arguments, converted: tuple[str, list[str]]) -> None:
    """Print a conversion's result, and on standard error what it has to tell; with ``--strict`` only on request.

    What is converted strictly is what libvirt converts, without a word about what it leaves out.
    """
    text, notes = converted
    virsh.write(text)
    if arguments.flag("report") or not arguments.flag("strict"):
        for note in notes:
            virsh.output.warning(note)


def _read(name: str) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``: which encoding they are in, the file itself says.

    Raises:
        Failed: there is none, or it is larger than virsh takes (10 MiB).
    """
    try:
        stream = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: PTH123, SIM115  closed below
    except IsADirectoryError as error:  # no error yet where virsh opens it
        raise Failed(f"Failed to read file '{name}': {error.strerror}") from error
    except OSError as error:
        raise Failed(f"Failed to open file '{name}': {error.strerror}") from error
    try:
        content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Failed(f"Failed to read file '{name}': {error.strerror}") from error
    finally:
        if name != "-":
            stream.close()
    if len(content) > _LARGEST:
        raise Failed(f"Failed to read file '{name}': {_TOO_LARGE}")
    return content


_OURS = (
    flag("report", "with --strict, print all the same what could not be carried over"),
    flag("strict", "refuse what libvirt refuses"),
    flag("lenient", "take files on datastores that the server has not"),
)

COMMANDS = (
    Command(
        "domxml-from-native",
        "Convert native config to domain XML",
        from_native,
        "Convert native guest configuration format to domain XML format.",
        (data("format", "source config data format"), data("config", "config data file to import from"), *_OURS),
        needs_connection=False,
    ),
    Command(
        "domxml-to-native",
        "Convert domain XML to native config",
        to_native,
        "Convert domain XML config to a native guest configuration format.",
        (
            data("format", "target config data type format"),
            string("domain", "domain name, id or uuid", by_name_only=True),
            string("xml", "xml data file to export from"),
            *_OURS,
            ADAPT,
        ),
        needs_connection=False,
    ),
)
