"""What the module has, beside the real libvirt-python: names, constants, classes, methods, signatures."""

import inspect
import json
import subprocess
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.libvirt._methods import methods
from esxvirt.libvirt._surface import SURFACE
from tests.tools import NEWEST, require

TELL = """
import inspect, json, libvirt

def parameters(function):
    return [
        [p.name, p.kind.name, repr(p.default) if p.default is not p.empty else None]
        for p in inspect.signature(function).parameters.values()
    ]

named = {name: value for name, value in vars(libvirt).items() if not name.startswith("_")}
own = {name: value for name, value in named.items() if getattr(value, "__module__", None) == "libvirt"}
print(json.dumps({
    "names": dir(libvirt),
    "constants": {name: value for name, value in named.items() if name.startswith("VIR_")},
    "functions": {name: parameters(value) for name, value in own.items() if inspect.isfunction(value)},
    "classes": {
        name: {
            method: parameters(function)
            for method, function in vars(value).items()
            if inspect.isfunction(function) and (not method.startswith("_") or method in ("__init__", "__enter__"))
        }
        for name, value in own.items() if inspect.isclass(value)
    },
}))
"""
CLASSES = sorted(SURFACE)
PUBLIC = set(vars(libvirt)["__all__"])


@pytest.fixture(scope="module")
def real() -> Any:
    python = require(f"libvirt-python-{NEWEST}")
    answer = subprocess.run([python, "-c", TELL], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def parameters(function: Any) -> list[list[str | None]]:
    return [
        [p.name, p.kind.name, repr(p.default) if p.default is not p.empty else None]
        for p in inspect.signature(function).parameters.values()
    ]


def test_the_constants_are_the_same(real: Any) -> None:
    assert {name: getattr(libvirt, name) for name in PUBLIC if name.startswith("VIR_")} == real["constants"]


def test_the_functions_have_the_same_parameters(real: Any) -> None:
    ours = {name: parameters(getattr(libvirt, name, None)) for name in real["functions"] if name in PUBLIC}
    assert ours == real["functions"]


@pytest.mark.parametrize("name", [*CLASSES, "libvirtError"])
def test_a_class_has_the_same_methods_with_the_same_parameters(real: Any, name: str) -> None:
    ours = getattr(libvirt, name)
    expected = real["classes"][name]
    assert {method: parameters(getattr(ours, method)) for method in expected} == expected
    public = {method for method in dir(ours) if not method.startswith("_") and callable(getattr(ours, method))}
    assert public - set(dir(Exception)) - set(expected) == set()


def test_no_class_is_missing(real: Any) -> None:
    assert set(real["classes"]) == {*CLASSES, "libvirtError"}


@pytest.mark.parametrize("name", CLASSES)
def test_the_table_has_each_method_once_and_in_order(name: str) -> None:
    names = [method.name for method in methods(name)]
    assert names == sorted(names, key=str.lower)
    assert len(names) == len(set(names))
    assert len(names) == len([line for line in SURFACE[name].splitlines() if ") " in line])


def test_nothing_is_shown_that_libvirt_python_has_not(real: Any) -> None:
    ours = {name for name in dir(libvirt) if not (name.startswith("__") and name.endswith("__"))}
    assert ours - set(real["names"]) == set()


def test_every_body_is_in_the_table() -> None:
    for name in CLASSES:
        cls = getattr(libvirt, name)
        inherited = {"connect", "c_pointer", "domain", "network", "getConnect", "getDomain"}
        inherited.add("streamBufSize")  # a number
        connection = {"virConnGetLastError", "virConnResetLastError"}
        bodies = {body for body in vars(cls) if not body.startswith("_")} - inherited - connection
        assert bodies == {method.name for method in methods(name)}


def test_what_is_imported_by_star_hides_nothing_else() -> None:
    assert PUBLIC & {"Any", "TYPE_CHECKING", "errors", "domain"} == set()
    assert {"open", "openAuth", "openReadOnly", "libvirtError", "virConnect", "VIR_ERR_NO_DOMAIN"} < set(PUBLIC)
