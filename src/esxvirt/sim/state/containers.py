"""What holds hosts and machines in an inventory: datacenters, folders, clusters, vApps.

Names are as the API shows them.
"""

import re

from esxvirt.records import record

__all__ = ["App", "Cluster", "Datacenter", "Folder", "escape_name"]

_ESCAPED = re.compile(r"%(?!25|2[fF]|5[cC])|[/\\]")


def escape_name(name: str) -> str:
    """Write a name as the API shows it: slash, backslash and percent as %2f, %5c, %25; what is escaped stays."""
    return _ESCAPED.sub(lambda match: f"%{ord(match[0]):02x}", name)


@record(eq=False)
class Folder:
    """A folder that somebody made. `holds` says of what: "datacenter", "vm" or "host"; None above it is the top."""

    number: int
    name: str
    holds: str
    above: "Folder | None" = None
    datacenter: "Datacenter | None" = None

    @property
    def path(self) -> str:
        """Its name behind those of the folders above."""
        return f"{self.above.path}/{self.name}" if self.above else self.name


@record(eq=False)
class Datacenter:
    """A datacenter in a folder, or at the top."""

    number: int
    name: str
    folder: Folder | None = None

    @property
    def path(self) -> str:
        """Its name behind those of the folders above: what ``dcPath`` says in the URL of a file."""
        return f"{self.folder.path}/{self.name}" if self.folder else self.name


@record(eq=False)
class Cluster:
    """A cluster of hosts in a folder, or at the top of its datacenter's hosts."""

    number: int
    name: str
    datacenter: Datacenter
    folder: Folder | None = None


@record(eq=False)
class App:
    """A vApp: machines that belong together, in a folder, at the top of its datacenter's machines, or in a vApp."""

    number: int
    name: str
    datacenter: Datacenter
    folder: Folder | None = None
    above: "App | None" = None
