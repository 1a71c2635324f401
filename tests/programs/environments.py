"""An environment of its own for each program, in .cache/programs: made when it is first asked for, nothing installed.

Programs of PyPI get a virtual environment of the system's Python, which has Debian's libvirt-python; programs of Debian
13 are unpacked with the libvirt 11.3.0 that belongs to them, as `.ci/newest-libvirt` does it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.tools import ROOT, find

CACHE = ROOT / ".cache" / "programs"
DEBIAN = (
    "libglib2.0-bin",
    "python3-libxml2",
    "virt-manager",
    "virtinst",
)


class MissingError(Exception):
    """A program cannot be had here; the text says why."""


class Environment(NamedTuple):
    """Where a program is.

    Attributes:
        python: The interpreter that it is run with, which has the real libvirt-python.
        folder: The program's folder.
        modules: Folders with what esxvirt itself needs on that Python.
        variables: What the program needs in its environment.
    """

    python: Path
    folder: Path
    modules: tuple[Path, ...] = ()
    variables: Mapping[str, str] = MappingProxyType({})


def _run(*command: object, **variables: str) -> str:
    """Run what makes an environment, and return what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise MissingError(f"{command[0]}: {error.strerror}") from None
    if answer.returncode:
        said = (answer.stderr.strip() or answer.stdout.strip() or "nothing").splitlines()[-1]
        raise MissingError(f"{Path(str(command[0])).name} failed: {said}")
    return answer.stdout


def _made(name: str, recipe: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of the cache; it is made anew when its recipe has changed."""
    folder = CACHE / name
    stamp = CACHE / f"{name}.stamp"
    digest = hashlib.sha256(recipe.encode()).hexdigest()
    if not (folder.exists() and stamp.exists() and stamp.read_text() == digest):
        shutil.rmtree(folder, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        make(folder)
        stamp.write_text(digest)
    return folder


def needed() -> list[str]:
    """Return what esxvirt needs."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [str(requirement) for requirement in about["project"]["dependencies"]]


def of_pypi(name: str, *requirements: str, module: str = "") -> Environment:
    """Return a virtual environment with programs of PyPI; the system's Python must have the modules."""
    system = program("installed-libvirt-python")
    if module:
        _run(system, "-c", f"import {module}")

    def make(folder: Path) -> None:
        _run(system, "-m", "venv", "--system-site-packages", folder)
        _run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *needed(), *requirements)

    folder = _made(name, " ".join((*needed(), *requirements)), make)
    return Environment(folder / "bin" / "python", folder)


def examples_of_libvirt_python(version: str = "11.3.0") -> Path:
    """Return the folder of libvirt-python's examples, which only its sdist has."""

    def make(folder: Path) -> None:
        folder.mkdir()
        # To unpack it, pip asks it what it is, and it asks for libvirt's headers, which nobody is going to use.
        fake = folder / "pkg-config"
        fake.write_text(f"#!/bin/sh\necho {version}\n")
        fake.chmod(0o755)
        path = f"{folder}:{os.environ['PATH']}"
        options = ("--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder)
        _run(sys.executable, "-m", "pip", "download", *options, f"libvirt-python=={version}", PATH=path)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")

    return _made("libvirt-python", version, make) / f"libvirt-python-{version}" / "examples"


def has_debian() -> bool:
    """Return whether `of_debian` was made already."""
    return (CACHE / "debian").exists()


def of_debian() -> Environment:
    """Return Debian 13's programs, unpacked, with its Python and its libvirt-python."""

    def make(folder: Path) -> None:
        _run(ROOT / ".ci" / "newest-libvirt", folder, *DEBIAN)
        if not folder.exists():
            raise MissingError("apt has no mirror of Debian")

    def make_modules(folder: Path) -> None:
        options = ("--quiet", "--python-version", "3.13", "--only-binary", ":all:", "--target", folder)
        _run(sys.executable, "-m", "pip", "install", *options, *needed())

    folder = _made("debian", " ".join(DEBIAN), make)
    modules = _made("debian-modules", " ".join(needed()), make_modules)
    root = folder / "root"
    libraries = next(root.glob("usr/lib/*/libvirt.so.0")).parent
    variables = {
        "GI_TYPELIB_PATH": str(libraries / "girepository-1.0"),
        "OSINFO_SYSTEM_DIR": str(root / "usr/share/osinfo"),
        "XDG_DATA_DIRS": str(root / "usr/share"),
    }
    return Environment(folder / "bin" / "python3", root, (modules,), variables)


def collections_of_ansible() -> Path:
    """Return the folder of Debian's Ansible collections, unpacked."""

    def make(folder: Path) -> None:
        folder.mkdir()
        _run("sh", "-c", f"cd '{folder}' && apt-get -q download ansible")
        (package,) = folder.glob("*.deb")
        _run("dpkg-deb", "-x", package, folder)
        package.unlink()

    return _made("ansible-collections", "debian", make) / "usr/lib/python3/dist-packages"


def of_git(name: str, address: str, sign: str) -> Path:
    """Return the folder of a program that only its repository has; what is there already is taken."""
    folder = CACHE / name
    if not (folder / sign).exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run("git", "clone", "--quiet", "--depth", "1", address, folder, GIT_TERMINAL_PROMPT="0")
    return folder


def program(name: str) -> str:
    """Return the path of what `tests.tools` finds."""
    found = find(name)
    if found is None:
        raise MissingError(f"there is no {name}")
    return found
