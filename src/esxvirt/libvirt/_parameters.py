"""Typed parameters as libvirt-python takes them: a dictionary of names and integers."""

import operator
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["INT", "LLONG", "ULLONG", "read_parameters"]

INT: Final = range(-(1 << 31), 1 << 31)
"""The values of VIR_TYPED_PARAM_INT."""
LLONG: Final = range(-(1 << 63), 1 << 63)
"""The values of VIR_TYPED_PARAM_LLONG."""
ULLONG: Final = range(1 << 64)
"""The values of VIR_TYPED_PARAM_ULLONG."""


def read_parameters(given: Any, types: Mapping[str, range]) -> dict[str, int]:
    """Return the parameters as integers; `types` has the values that each may have.

    Raises:
        TypeError: `given` is no dictionary, or a value no integer.
        LookupError: There is none, or one that `types` has not.
        OverflowError: One has a value that its type has not.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"parameters must be a dict, not {type(given).__name__}")
    if not given:
        raise LookupError("Need non-empty dictionary to set attributes")
    read = {}
    for name, value in given.items():
        if name not in types:
            raise LookupError(f'Attribute name "{name}" could not be recognized')
        try:
            read[name] = operator.index(value)
        except TypeError:
            raise TypeError("an integer is required") from None
        if read[name] not in types[name]:
            raise OverflowError(f"{value} is out of the range of '{name}'")
    return read
