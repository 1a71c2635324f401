"""What a description is adapted to: the virtual hardware, the networks, the place of images; and the report of it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from esxvirt.datastore_path import DatastorePath
from esxvirt.records import field, record
from esxvirt.vmx.report import Report
from esxvirt.xml.domain.elements import where

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Target", "number"]

_LONGEST_NUMBER = 18


def _beside() -> DatastorePath | None:
    return None


@record
class Target:
    """What a description is adapted to.

    Attributes:
        hardware_version: the version of the virtual hardware.
        report: gets a note for each change.
        image_folder: gives the folder on a datastore for images that are paths of another host, if no disk has one
            there already; None for beside the VMX file.
        networks: the host's networks; empty if they are not known.
        name: what the machine is called.
        is_foreign: whether the description is of another hypervisor, and the paths and devices in it another host's.
        is_windows: whether the guest is Windows, which boots with fewer drivers than Linux.
    """

    hardware_version: int
    report: Report = field(default_factory=Report)
    image_folder: Callable[[], DatastorePath | None] = _beside
    networks: Sequence[str] = ()
    name: str = ""
    is_foreign: bool = True
    is_windows: bool = False

    def note(self, element: "_Element", path: str, text: str) -> None:
        """Note a change at an element."""
        self.report.add(text, path, where(element), guessed=True)

    def drop(self, element: "_Element", path: str, text: str) -> None:
        """Take an element out, with a note."""
        self.note(element, path, text)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def number(text: str | None, default: int) -> int:
    """Return a whole number as XML has it; the default for what is none, which whoever reads the XML refuses."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else default
