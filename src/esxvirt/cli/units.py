"""Sizes for people."""

__all__ = ["pretty_capacity"]

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def pretty_capacity(size: int) -> tuple[float, str]:
    """Return a number of bytes as a number below 1024 and its unit, the largest there is."""
    value = float(size)
    for unit in _UNITS[:-1]:
        if value < 1024:
            return value, unit
        value /= 1024
    return value, _UNITS[-1]
