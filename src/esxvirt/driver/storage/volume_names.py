"""Names of volumes: ``folder/disk.vmdk`` in a pool, and nothing that leads out of it."""

from typing import Final

from esxvirt.errors import InvalidArgumentError

__all__ = ["check_name"]

_CONTROL: Final = 32


def check_name(name: str) -> str:
    """Return a volume's name, if it is one.

    Raises:
        InvalidArgumentError: It is empty, begins or ends with a slash, has control characters, or would lead out of
            its folder.
    """
    parts = name.split("/")
    if not name or any(ord(character) < _CONTROL or character == "\x7f" for character in name):
        raise InvalidArgumentError(f"'{name!r}' is no name of a volume: it is empty or has control characters")
    if {"", ".", ".."} & set(parts) or "\\" in name:
        raise InvalidArgumentError(
            f"'{name}' is no name of a volume: write folder/file, without slashes at its ends, '.' and '..'"
        )
    return name
