"""What a customization makes of a guest: its name, and the addresses of its cards."""

from dataclasses import dataclass

__all__ = ["Customised"]


@dataclass(frozen=True, slots=True)
class Customised:
    """A guest's name, "" for its machine's; its cards' addresses in order, "" for those that a server gives."""

    name: str = ""
    addresses: tuple[str, ...] = ()
