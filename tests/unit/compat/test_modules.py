"""The modules of the shim: what they have, and that it is esxvirt's own."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from esxvirt import libvirt, libvirt_lxc, libvirt_qemu, libvirtaio
from esxvirt.compat.shim import MODULES
from esxvirt.libvirt import _companions

SHIM = Path(__file__).parents[3] / "shim" / "pyproject.toml"
BEHIND = {"libvirt": libvirt, "libvirt_lxc": libvirt_lxc, "libvirt_qemu": libvirt_qemu, "libvirtaio": libvirtaio}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, MODULES / name / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", BEHIND)
def test_each_name_is_that_of_esxvirt(name: str) -> None:
    shim, behind = load(name), BEHIND[name]
    for public in vars(behind)["__all__"]:
        assert getattr(shim, public) is getattr(behind, public)


def test_private_names_are_there() -> None:
    shim = load("libvirt")
    for name in vars(_companions)["__all__"]:
        assert vars(shim)[name] is vars(libvirt)[name]
    assert callable(load("libvirt_qemu")._dispatchQemuMonitorEventCallback)


def test_a_name_that_is_not_there_is_missed() -> None:
    with pytest.raises(AttributeError, match="module 'libvirt' has no attribute 'nosuch'"):
        _ = load("libvirt").nosuch


def test_the_distribution_has_all_modules_and_is_not_for_publishing() -> None:
    about = tomllib.loads(SHIM.read_text(encoding="utf-8"))
    included = about["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert set(included.values()) == set(BEHIND)
    for source, name in included.items():
        assert (SHIM.parent / source).resolve() == MODULES / name
    project = about["project"]
    assert (project["name"], project["version"].partition("+")[2]) == ("libvirt-python", "esxvirt")
    assert "Private :: Do Not Upload" in project["classifiers"]
