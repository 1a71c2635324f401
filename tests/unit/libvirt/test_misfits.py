"""What an answer that does not fit makes of the code below is an error of libvirt's; a wrong argument is not."""

from typing import Any

from esxvirt import libvirt
from esxvirt.libvirt._misfits import as_bad_answer
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.inventory import Query, specification


def caught(call: Any, *arguments: Any) -> BaseException:
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001  it is what is looked at
        return error
    raise AssertionError("nothing was raised")


def test_what_comes_of_reading_an_answer_is_one() -> None:
    error = caught(specification, Query({}, [None]))  # type: ignore[list-item]
    misfit = as_bad_answer(error)
    assert misfit is not None
    assert "an answer of the server, or what was asked for, does not fit (AttributeError:" in str(misfit)
    assert "in esxvirt.vsphere.inventory)" in str(misfit)


def test_what_comes_of_a_wrong_argument_is_none() -> None:
    assert as_bad_answer(caught(libvirt.open, 5)) is None
    assert as_bad_answer(caught(int, "x")) is None


def test_a_missing_field_is_none_and_not_an_error() -> None:
    assert Data("X", {}).anything is None
    assert Ref("a", "b").type == "a"
