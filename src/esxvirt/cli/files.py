"""Files that commands read."""

from __future__ import annotations

import os
from pathlib import Path

from esxvirt.cli.failures import Failed

__all__ = ["read_file"]

_LARGEST = 10 * 1024 * 1024  # virsh's VSH_MAX_XML_FILE


def read_file(name: str) -> str:
    """Return the whole text of a file.

    Raises:
        Failed: it cannot be read, or is larger than any description is.
    """
    try:
        with Path(name).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except IsADirectoryError as error:  # no error yet where virsh opens it
        raise Failed(f"Failed to read file '{name}': {error.strerror}") from error
    except OSError as error:
        raise Failed(f"Failed to open file '{name}': {os.strerror(error.errno or 0)}") from error
    if len(data) > _LARGEST:
        raise Failed(f"Failed to read file '{name}': {os.strerror(75)}")  # EOVERFLOW
    return data.decode("utf-8", "surrogateescape")
