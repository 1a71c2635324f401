"""What a customization makes of a guest: its name, and the addresses of its cards."""

from esxvirt.records import record

__all__ = ["Customised"]


@record(frozen=True)
class Customised:
    """A guest's name, "" for its machine's; its cards' addresses in order, "" for those that a server gives."""

    name: str = ""
    addresses: tuple[str, ...] = ()
