"""Classes of plain fields: what `dataclasses` would do, later."""

import copy
import importlib
import inspect
import pickle
import pkgutil
from typing import Any, ClassVar

import pytest

import esxvirt
from esxvirt.records import FrozenRecordError, asdict, field, fields, record, replace


@record
class Point:
    """A point."""

    kind: ClassVar[str] = "point"

    x: int
    y: int = 0
    marks: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)

    def moved(self, by: int) -> "Point":
        return replace(self, x=self.x + by)


@record(frozen=True)
class Named:
    name: str
    size: int = field(default=1, kw_only=True)


@record(frozen=True)
class Coloured(Named):
    colour: str


@record(eq=False)
class Thing:
    name: str


def test_fields_are_given_by_position_and_by_name() -> None:
    point = Point(1, marks=["a"])
    assert (point.x, point.y, point.marks, point.note) == (1, 0, ["a"], "")
    assert Named("n", size=3) == Named(name="n", size=3)
    assert Coloured("n", "red", size=2).colour == "red"
    assert fields(Point) == fields(point) == ("x", "y", "marks", "note")
    assert Point.kind == point.kind == "point"


def test_what_a_factory_makes_is_each_objects_own() -> None:
    first, second = Point(1), Point(1)
    first.marks.append("a")
    assert second.marks == []


@pytest.mark.parametrize(
    ("arguments", "names", "said"),
    [
        ((), {}, "missing 1 required positional argument: 'x'"),
        ((1, 2, [], "", 5), {}, r"takes from 2 to 5 positional arguments but 6 were given"),
        ((1,), {"z": 1}, "unexpected keyword argument 'z'"),
        ((1,), {"x": 1}, "multiple values for argument 'x'"),
    ],
)
def test_wrong_arguments_are_told_as_pythons_own_functions_do(arguments: Any, names: Any, said: str) -> None:
    with pytest.raises(TypeError, match=rf"Point\.__init__\(\).*{said}"):
        Point(*arguments, **names)


def test_a_field_by_name_only_is_not_given_by_position() -> None:
    with pytest.raises(TypeError):
        Named("n", 3)  # type: ignore[call-arg]


def test_records_are_equal_by_their_fields() -> None:
    assert Point(1, 2) == Point(1, 2, note="other") != Point(1, 3)
    assert Named("n") != Coloured("n", "red")
    assert Thing("n") != Thing("n")


def test_only_what_never_changes_can_be_hashed() -> None:
    assert len({Named("n"), Named("n"), Named("m")}) == 2
    assert len({Thing("n"), Thing("n")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(1))


def test_what_is_frozen_stays() -> None:
    named = Named("n")
    with pytest.raises(FrozenRecordError, match="a Named never changes: 'name' cannot be set"):
        named.name = "m"  # type: ignore[misc]
    with pytest.raises(FrozenRecordError, match="'name' cannot be deleted"):
        del named.name
    assert named.name == "n"


def test_there_are_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]


def test_replacing_and_taking_apart() -> None:
    point = Point(1, 2, ["a"])
    assert point.moved(3) == Point(4, 2, ["a"])
    assert asdict(point) == {"x": 1, "y": 2, "marks": ["a"], "note": ""}
    for call in (fields, asdict, replace):
        with pytest.raises(TypeError, match="is no record"):
            call(object())


def test_they_are_shown_with_their_fields() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0, marks=[])"
    assert repr(Coloured("n", "red")) == "Coloured(name='n', size=1, colour='red')"


@pytest.mark.parametrize("one", [Point(1, 2, ["a"]), Named("n", size=5), Coloured("n", "red")])
def test_they_are_copied_and_kept(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.copy(one) == copy.deepcopy(one) == one


def test_states_of_before_are_read() -> None:
    named = Named.__new__(Named)
    named.__setstate__(["n", 7])  # type: ignore[attr-defined]
    assert named == Named("n", size=7)


def test_they_match_patterns() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_a_class_that_has_made_nothing_shows_its_parameters() -> None:
    @record
    class Fresh:
        name: str
        size: int = 1

    assert str(inspect.signature(Fresh)) == "(name: str, size: int = 1) -> None"


def test_all_of_ours_can_be_made() -> None:
    """A default before a field without one shows only when the first object is made."""
    found = 0
    for module in pkgutil.walk_packages(esxvirt.__path__, "esxvirt."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and hasattr(value, "__record_fields__"):
                assert set(fields(value)) <= set(inspect.signature(value).parameters)
                found += 1
    assert found > 100
