"""The programs that tests run beside our own: where they are, and what happens where one is missing."""

import functools
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Set by CI: a missing tool then fails the test instead of skipping it.
REQUIRE_ALL = "ESXVIRT_REQUIRE_ALL"

NEWEST, OLDER = LIBVIRTS = ("11.3.0", "9.0.0")
"""The versions of libvirt to compare with, Debian 13's and Debian 12's; where they differ, the first counts."""

_UNPACKED = ROOT / ".cache" / "libvirt-11.3"
_SCHEMAS = "usr/share/libvirt/schemas"


def _go_directories() -> list[Path]:
    """Where `go install` puts programs, ours first (`make tools`)."""
    directories = [ROOT / ".cache" / "bin"]
    if gobin := os.environ.get("GOBIN"):
        directories.append(Path(gobin))
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    gopath = os.environ.get("GOPATH")
    if go and not gopath:
        answer = subprocess.run([go, "env", "GOPATH"], capture_output=True, text=True, check=False)
        gopath = answer.stdout.strip()
    directories += [Path(entry) / "bin" for entry in (gopath or str(Path.home() / "go")).split(os.pathsep) if entry]
    return directories


def _on_path(name: str) -> str | None:
    return shutil.which(name)


def _from_go(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, _go_directories())))


def _virsh(version: str) -> str | None:
    """A virsh of a version, the one that is installed or the one that `make tools` unpacked."""
    for path in (str(_UNPACKED / "bin" / "virsh"), shutil.which("virsh")):
        if path and Path(path).exists() and _says([path, "--version"]) == version:
            return path
    return None


def _python_with(version: str) -> str | None:
    """A Python interpreter that has libvirt-python of a version."""
    major, minor, release = map(int, version.split("."))
    number = str(major * 1_000_000 + minor * 1_000 + release)
    for python in (str(_UNPACKED / "bin" / "python3"), _system_python_with_libvirt()):
        if python and Path(python).exists() and _says([python, "-c", _TELL_VERSION]) == number:
            return python
    return None


_TELL_VERSION = "import libvirt; print(libvirt.getVersion())"


def _says(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _system_python_with_libvirt() -> str | None:
    """A Python interpreter that has the real libvirt-python; distributions install it for their own Python only."""
    for python in dict.fromkeys(("/usr/bin/python3", shutil.which("python3"))):
        if python and Path(python).exists():
            answer = subprocess.run([python, "-c", "import libvirt"], capture_output=True, check=False)
            if answer.returncode == 0:
                return python
    return None


def _schemas() -> str | None:
    found = (root / _SCHEMAS for root in (_UNPACKED / "root", Path("/")))
    return next((str(path) for path in found if (path / "domain.rng").exists()), None)


def _module(name: str) -> str | None:
    return name if importlib.util.find_spec(name) else None


_HOW = {NEWEST: "run `make tools`", OLDER: "install Debian 12's libvirt-clients and python3-libvirt"}
_FINDERS: dict[str, tuple[Callable[[], str | None], str]] = {
    "bash": (functools.partial(_on_path, "bash"), "install bash"),
    "mount": (functools.partial(_on_path, "mount"), "install Debian's mount"),
    "umount": (functools.partial(_on_path, "umount"), "install Debian's mount"),
    "virsh": (lambda: _virsh(NEWEST) or _on_path("virsh"), "install Debian's libvirt-clients"),
    "virt-xml-validate": (functools.partial(_on_path, "virt-xml-validate"), "install Debian's libvirt-clients"),
    "xmllint": (functools.partial(_on_path, "xmllint"), "install Debian's libxml2-utils"),
    "ipmitool": (functools.partial(_on_path, "ipmitool"), "install ipmitool"),
    "Xvfb": (functools.partial(_on_path, "Xvfb"), "install xvfb"),
    "installed-libvirt-python": (_system_python_with_libvirt, "install Debian's python3-libvirt"),
    "libvirt-python": (
        lambda: _python_with(NEWEST) or _system_python_with_libvirt(),
        "install Debian's python3-libvirt",
    ),
    **{f"virsh-{version}": (functools.partial(_virsh, version), how) for version, how in _HOW.items()},
    **{f"libvirt-python-{version}": (functools.partial(_python_with, version), how) for version, how in _HOW.items()},
    "libvirt-schemas": (_schemas, "install Debian's libvirt0"),
    "vcsim": (functools.partial(_from_go, "vcsim"), "run `make tools`"),
    "govc": (functools.partial(_from_go, "govc"), "run `make tools`"),
    "atheris": (functools.partial(_module, "atheris"), "pip install atheris"),
}


@functools.cache
def find(name: str) -> str | None:
    """The path of a tool, None if it is not installed.

    `libvirt-python` is a Python interpreter that can import the real libvirt, `libvirt-schemas` the directory of its
    RelaxNG schemas, `atheris` the name of the module; all others are programs. What is libvirt's is of the newest
    version that there is; with `-9.0.0` or `-11.3.0` behind `virsh` and `libvirt-python`, of that one;
    `installed-libvirt-python` is what this system has.
    """
    return _FINDERS[name][0]()


def require(name: str) -> str:
    """What `find` finds; without it the calling test (or, at module level, the module's tests) is skipped.

    With ESXVIRT_REQUIRE_ALL=1 in the environment a missing tool fails the test instead.
    """
    found = find(name)
    if found is None:
        missing(f"{name} is not installed: {_FINDERS[name][1]}")
        raise AssertionError  # `missing` does not return
    return found


def missing(reason: str) -> None:
    """Skip the calling test for `reason`, or fail it where ESXVIRT_REQUIRE_ALL=1 says that nothing may be missing."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{reason} ({REQUIRE_ALL}=1)", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
