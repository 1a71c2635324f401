"""The shim: modules with libvirt-python's names that are nothing but esxvirt's, for a folder in PYTHONPATH."""

import shutil
from pathlib import Path
from typing import Final

__all__ = ["MODULES", "install_shim"]

MODULES: Final = Path(__file__).resolve().parent / "modules"
"""The folder that has them."""
_MARK: Final = "esxvirt"


def install_shim(folder: Path) -> list[str]:
    """Write the modules into a folder, which is made if it is not there; return their names.

    Modules of ours that are there already are written anew.

    Raises:
        OSError: It cannot be written, or has modules of these names that are not ours.
    """
    packages = sorted(path for path in MODULES.iterdir() if (path / "__init__.py").exists())
    for package in packages:
        _check_free(folder, package.name)
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        shutil.copytree(
            package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
        )
    return [package.name for package in packages]


def _check_free(folder: Path, name: str) -> None:
    """Refuse to write over another module, or beside one that would be found in place of it."""
    module, package = folder / f"{name}.py", folder / name
    if module.exists():
        raise FileExistsError(0, "it is another module of that name", str(module))
    ours = package / "__init__.py"
    if package.exists() and not (ours.exists() and _MARK in ours.read_text(encoding="utf-8", errors="replace")):
        raise FileExistsError(0, "it is another module of that name", str(package))
