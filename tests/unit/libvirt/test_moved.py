"""What was libvirt's once and is a function of `esxvirt.libvirt_esx` now: the error says where it is."""

from typing import Any

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.libvirt._moved import MOVED

CASES = [(owner, name, call) for owner, moved in MOVED.items() for name, call in moved.items()]


@pytest.mark.parametrize(("owner", "name", "call"), CASES)
def test_the_error_says_where_it_is(owner: str, name: str, call: str) -> None:
    cls: Any = libvirt if not owner else getattr(libvirt, owner)
    instance = cls if not owner else object.__new__(cls)
    what = "module 'esxvirt.libvirt'" if not owner else f"'{owner}' object"
    with pytest.raises(AttributeError) as caught:
        getattr(instance, name)
    assert str(caught.value) == f"{what} has no attribute '{name}': it is esxvirt.libvirt_esx.{call}"
    assert not hasattr(instance, name)
    assert callable(getattr(libvirt_esx, call.partition("(")[0]))


def test_other_names_are_as_unknown_as_ever(connection: Any) -> None:
    with pytest.raises(AttributeError, match=r"^'virConnect' object has no attribute 'nosuch'$"):
        _ = connection.nosuch
    with pytest.raises(AttributeError, match=r"^module 'esxvirt.libvirt' has no attribute 'nosuch'$"):
        getattr(libvirt, "nosuch")  # noqa: B009  type checkers know that there is none


def test_the_other_functions_were_names_of_libvirts() -> None:
    moved = {call.partition("(")[0] for _, _, call in CASES}
    assert set(vars(libvirt_esx)["__all__"]) - moved == {"connection_state", "passthrough", "resolve"}
