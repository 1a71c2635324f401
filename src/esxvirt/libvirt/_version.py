"""The version of libvirt's API that this module has."""

from typing import Final

__all__ = ["getVersion"]

LIBRARY_VERSION: Final = 11_003_000
"""libvirt 11.3.0: major * 1,000,000 + minor * 1,000 + release."""


def getVersion(name: str | None = None) -> int | tuple[int, int]:
    """Return libvirt's version; with the name of a driver, a pair of it and the driver's, which is the same."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"virGetVersion() argument 1 must be str, not {type(name).__name__}")
    return LIBRARY_VERSION if name is None else (LIBRARY_VERSION, LIBRARY_VERSION)
