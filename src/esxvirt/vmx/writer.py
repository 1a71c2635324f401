"""A VMX file being written from a domain."""

import re

from esxvirt.datastore_path import is_outside
from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, VmxError
from esxvirt.vmx.context import VmxContext, default_format_file_name
from esxvirt.vmx.escapes import escape
from esxvirt.vmx.report import Report, at_place

__all__ = ["VmxWriter"]

# What would end the value or the line.
_BREAKING = re.compile(r'["\x00-\x08\x0a-\x1f]')

# How a path of Windows stands in the XML.
_WINDOWS = re.compile(r"/[A-Za-z]:/")


class VmxWriter:
    """The lines written so far.

    Attributes:
        strict: refuse what libvirt refuses, in its words.
        context: the lookups.
        report: gets what is lost or guessed.
        hardware_version: the virtual hardware's version.
        name: what the file of the XML is called in errors; empty for a file without a name.
        card_models: models of network cards that libvirt does not know, and that are written all the same.
        taken: devices that the file has and the domain has not, such as ``pcipassthru0``: no new one goes there.
    """

    def __init__(
        self,
        context: VmxContext,
        report: Report,
        *,
        strict: bool,
        hardware_version: int,
        name: str = "",
        card_models: frozenset[str] = frozenset(),
        taken: frozenset[str] = frozenset(),
    ) -> None:
        self.context = context
        self.report = report
        self.strict = strict
        self.hardware_version = hardware_version
        self.name = name
        self.card_models = card_models
        self.taken = taken
        self._lines: list[str] = []

    def put(self, key: str, value: str) -> None:
        """Write a line.

        What would break the line is escaped as ``|XX``. libvirt writes it raw: a network named ``a"b`` makes a file
        that VMware cannot read, and one with a line end in its name adds lines of its own.
        """
        self._lines.append(f'{key} = "{self._safe(value)}"')

    def put_raw(self, key: str, value: str) -> None:
        """Write a line whose value is escaped already."""
        self._lines.append(f'{key} = "{value}"')

    def _safe(self, value: str) -> str:
        if not self.strict and "|" in value:
            return escape(value)
        if _BREAKING.search(value) is None:
            return value
        return _BREAKING.sub(lambda match: f"|{ord(match[0]):02x}", value)

    def unsupported(self, message: str, path: str, line: int, loss: str) -> None:
        """Raise libvirt's error under `strict`, else note what is lost.

        Raises:
            ConfigUnsupportedError: under `strict`.
        """
        self.refuse_or_note(ConfigUnsupportedError(message), path, line, loss)

    def refuse_or_note(self, error: EsxvirtError, path: str, line: int, loss: str) -> None:
        """Raise `error` under `strict`, else note what is lost.

        Raises:
            EsxvirtError: the error given.
        """
        if self.strict:
            raise error
        self.report.add(loss, path, line, guessed=True)

    def located(self, message: str, line: int) -> VmxError:
        """Make an error about a place in the XML; its message names file and line, except under `strict`."""
        return VmxError(message if self.strict else at_place(message, self.name, line), line=line or None)

    def file_name(self, source: str, line: int) -> str:
        """Give what the VMX file holds for a libvirt source.

        Raises:
            VmxError: if it cannot be placed.
        """
        if not self.strict and _WINDOWS.match(source):
            return source[1:].replace("/", "\\")
        if not self.strict and is_outside(source):
            return source
        lookup = self.context.format_file_name or default_format_file_name
        known = len(self.report)
        try:
            name = lookup(source)
        except VmxError as error:
            raise self.located(str(error), line) from error
        self.report.locate(known, "devices", line)
        return name

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"
