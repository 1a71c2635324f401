"""What a connection knows of pools that no host knows: hosts keep mounts and volumes, and nothing that is neither.

An export that was unmounted, and a volume that is not made yet, are pools that are defined and inactive: as long as the
connection lives, and for it alone.
"""

from esxvirt.names import escape, unescape
from esxvirt.records import field, record
from esxvirt.uuids import of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.xml.storage.pool import PoolDefinition

__all__ = ["Definitions", "Inactive", "is_called", "stored"]


@record(frozen=True)
class Inactive:
    """A pool that no host knows.

    Attributes:
        definition: What it is to be.
        host: The host that is to have it.
        uuid: The UUID that it had, or that its definition asks for; else one of its own.
    """

    definition: PoolDefinition
    host: Ref
    uuid: str

    @classmethod
    def of(cls, definition: PoolDefinition, host: Ref, uuid: str | None = None) -> "Inactive":
        """Return the pool of a definition."""
        source = f"{host.value} {definition.host}:{definition.directory} {definition.device} {definition.name}"
        return cls(definition, host, uuid or definition.uuid or of_text(source))


def is_called(one: str, other: str) -> bool:
    """Return whether two names are the same, in whichever of their writings."""
    return unescape(one) == unescape(other)


def stored(name: str) -> str:
    """Return a name as vSphere keeps it, of whichever of its writings."""
    return escape(unescape(name))


@record
class Definitions:
    """What a connection knows of pools.

    Attributes:
        inactive: Those that no host knows, by their names.
        begun: The UUIDs of exports that were defined, which has mounted them, and not started yet.
    """

    inactive: dict[str, Inactive] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
