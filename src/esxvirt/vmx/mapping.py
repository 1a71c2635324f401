"""The whole VMX <-> domain XML mapping, as one table and as the page of the documentation made from it."""

from typing import NamedTuple

from esxvirt.vmx import machine
from esxvirt.vmx.bookkeeping import SILENT
from esxvirt.vmx.needless import NEEDLESS, Needless
from esxvirt.vmx.registry import DEVICES
from esxvirt.vmx.table import Row

__all__ = ["DIFFERENCES", "SECTIONS", "Difference", "Section", "page"]


class Section(NamedTuple):
    """The rows of one kind of device; `device` is what ``{}`` stands for, `reach` which conversions have it."""

    title: str
    device: str
    rows: tuple[Row, ...]
    reach: str = ""


class Difference(NamedTuple):
    """Where a conversion differs from libvirt's on purpose; `strict` tells whether it does so under `strict` too."""

    what: str
    why: str
    strict: bool


SECTIONS = (
    Section("The machine", "", (*machine.ROWS, *machine.CLOSING_ROWS)),
    *(Section(kind.title, ", ".join(kind.prefixes).replace("#", "0"), kind.rows, kind.reach.value) for kind in DEVICES),
)

DIFFERENCES = (
    Difference(
        '`"` and line ends in names, paths and passwords are written as `|22` and `|0a`',
        "libvirt writes them raw: the file cannot be read, or has lines that nobody meant",
        True,
    ),
    Difference(
        "a CD-ROM drive of any policy without a source is written as `auto detect`",
        "libvirt writes `(null)` for policies other than `optional`",
        True,
    ),
    Difference("a serial port of a file with no `fileName` is an error", "libvirt crashes", True),
    Difference(
        "the control character U+001F is dropped from XML", "no XML reader takes what libvirt writes there", True
    ),
    Difference(
        "XML with a document type definition is refused", "entities could make it as large as they please", True
    ),
    Difference(
        "a backslash in Shift_JIS is a backslash",
        "libvirt's reading of it, a yen sign, makes Windows paths useless",
        True,
    ),
    Difference("NVMe disks are converted", "libvirt drops them without a word", False),
    Difference(
        "disks of one name on SCSI and on SATA are taken", "libvirt names them so, and refuses its own XML", False
    ),
    Difference(
        "an empty UUID or MAC address is one that there is not yet; a MAC address may have dashes",
        "templates are written so; libvirt refuses both",
        False,
    ),
    Difference(
        "`<loader type='pflash'>` without `firmware` is EFI, and `secure='yes'` secure boot",
        "libvirt makes a machine with BIOS of it, on which what was installed does not start",
        False,
    ),
    Difference("disks on USB are converted", "machines boot from them; libvirt drops them without a word", False),
    Difference(
        "`autodetect` of a drive of the host is `startupPolicy='optional'`, and so is a raw CD-ROM drive with no name",
        "libvirt does not take its own XML of the second back",
        False,
    ),
    Difference(
        "`<shareable/>`, and in `<metadata>` the sharing of SCSI buses",
        "a machine of a cluster must not write alone; libvirt drops both",
        False,
    ),
    Difference(
        "a SCSI controller of another model has an element, even if libvirt counts its disks as those of the first one",
        "libvirt loses the model",
        False,
    ),
    Difference("SATA disks are written", "libvirt reads them, and refuses to write them", False),
    Difference("`vtpm` and `pciPassthru` are converted", "libvirt drops them without a word", False),
    Difference(
        "the boot order, locked memory and nested virtualization are written, and with `settings` read; with "
        "`all_devices`, `<metadata>` names the guest system",
        "libvirt drops them without a word",
        False,
    ),
    Difference("a guest system that `<metadata>` names becomes `guestOS`", "libvirt writes `other`", False),
    Difference(
        "a machine without `displayName` gets a name; cores that do not divide the virtual CPUs are left out",
        "libvirt writes XML that it does not take back",
        False,
    ),
    Difference(
        "a network card without an address is written as `generated`",
        "libvirt makes up an address, and may call it static",
        False,
    ),
    Difference(
        "`ethernet0.address` without an `addressType` is a static address",
        "VMware's manuals have people write it so; libvirt's XML has zeros",
        False,
    ),
    Difference(
        "the size of the video memory is written as it is",
        "what VMware has people set for their screens is seldom a power of two, which libvirt makes of it",
        False,
    ),
    Difference(
        "a disk on the last of 64 units of a SCSI controller is taken",
        "libvirt does not take its own XML of it back",
        False,
    ),
    Difference("`genid` is written", "libvirt reads it, and does not write it", False),
    Difference("more than 4 serial, 3 parallel ports and 10 network cards", "newer virtual hardware has them", False),
    Difference("IPv6 addresses of serial ports are written in brackets", "libvirt's cannot be read again", False),
    Difference("files of Workstation, Player, Fusion and Server are read", "libvirt refuses two of three", False),
)

_INTRODUCTION = """\
What becomes of each key of a `.vmx` file in libvirt's domain XML, and back. Keys are found in any case. Keys that are
not in the tables have no place in the XML: each has a line in the report of the conversion, but for those that say
nothing of the machine (see below). A machine that is redefined keeps them all.

Made from the tables that the conversion itself is made of (`src/esxvirt/vmx`, and a module a section in its folder
`devices`): rows marked *regular* are read and written by the row alone, the others by a function of the section's
module. A device that a redefined machine no longer has takes all its keys along, those that are not in the tables
included.

What cannot be is an error, in libvirt's words with file and line: a memory size that is no number or no multiple of
4 MiB, a number of virtual CPUs that is no number or below 1, a broken UUID or MAC address. What libvirt merely does not
know (another version, model, device type, address type or connection type, other shares) is kept where the XML can hold
it, and is a note: `esxvirsh` prints it as a warning, `strict` refuses it as libvirt does. A file on a datastore that
the server has not is an error of conversions on a connection; `--lenient` takes it. In domain XML, memory that is no
multiple of 4 MiB is rounded up, as by libvirt, with a note.

What the XML has no word for is a note, too, and so is what of the XML libvirt's schema of domains (11.3.0) does not
take, though libvirt may: NVMe disks, most letters in the names of networks, sources that are no paths. It is kept.

The guest operating system travels in `<metadata>`. There is libosinfo's identifier
(`<libosinfo:os id='http://redhat.com/rhel/7.0'/>`) where one stands for VMware's name of it alone; else, and where the
identifier names another system than the file, an element of our own, of the namespace `urn:esxvirt:domain:1.0`:
`<esxvirt:guest os='ubuntu-64'/>`. On the way back ours counts first; of an identifier the guest system is taken that
fits it. A machine that is redefined keeps its guest system unless the XML names another.
"""


_LEFT_OUT = """\
Each element and attribute of domain XML that has no place in a VMX file is a line of the report; `esxvirsh` prints it
as a warning. These alone need none, for nothing is lost with them:
"""


def page(mark: str = "") -> str:
    """Give the page, as Markdown; `mark` is put below its title."""
    parts = ["# VMX files and domain XML\n", *([mark] if mark else []), _INTRODUCTION]
    for section in SECTIONS:
        parts.append(f"## {section.title}\n")
        if section.reach:
            parts.append(f"{section.reach}\n")
        if any(row.key.startswith("{}") for row in section.rows):
            parts.append(f"`{{}}` stands for the device: {section.device}.\n")
        parts.append(
            "\n".join(["| key | domain XML | | |", "| --- | --- | --- | --- |", *map(_row, section.rows)]) + "\n"
        )
    parts.append("## What domain XML says and a VMX file does not\n")
    parts.append(_LEFT_OUT)
    parts.append(
        "\n".join(["| in the XML | with | why it needs no line |", "| --- | --- | --- |", *map(_needless, NEEDLESS)])
        + "\n"
    )
    parts.append("## Keys without a line in the report\n")
    parts.append(
        "What VMware writes for itself, and what is so without the key, for the values named. `#` is a number, `*` is "
        "anything.\n"
    )
    silent = [
        f"| {', '.join(f'`{key}`' for key in each.keys)} | {', '.join(each.values)} | {_cell(each.why)} |"
        for each in SILENT
    ]
    parts.append("\n".join(["| keys | values | reason |", "| --- | --- | --- |", *silent]) + "\n")
    parts.append("## Where it differs from libvirt on purpose\n")
    parts.append("`strict` refuses what libvirt refuses, and converts nothing that libvirt does not.\n")
    lines = [f"| {_cell(each.what)} | {_cell(each.why)} | {'yes' if each.strict else 'no'} |" for each in DIFFERENCES]
    parts.append("\n".join(["| difference | reason | under `strict` too |", "| --- | --- | --- |", *lines]) + "\n")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _needless(rule: Needless) -> str:
    said = [*([f"`{rule.value}`"] if rule.value is not None else []), *_patterns(rule.attributes)]
    if rule.within:
        said.append(f"in a device with {', '.join(_patterns(rule.within))}")
    return f"| `{_cell(rule.path)}` | {_cell(', '.join(said))} | {_cell(rule.reason)} |"


def _patterns(attributes: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"`{name}={pattern}`" for name, pattern in attributes]


def _row(row: Row) -> str:
    xml = f"`{row.xml}`" if row.xml else ""
    regular = "regular" if row.kind is not None else ""
    both = "" if row.write else "read only"
    return f"| `{row.key}` | {xml} | {', '.join(word for word in (regular, both) if word)} | {_cell(row.note)} |"
