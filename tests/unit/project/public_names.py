"""The names that others may build on, as written down in public_names.txt.

`python tests/unit/project/public_names.py` writes the file anew: look at its diff, and at the changelog.
"""

import importlib
from pathlib import Path

PUBLIC_MODULES = (
    "esxvirt",
    "esxvirt.auth",
    "esxvirt.errors",
    "esxvirt.libvirt",
    "esxvirt.libvirt_esx",
    "esxvirt.libvirt_lxc",
    "esxvirt.libvirt_qemu",
    "esxvirt.libvirtaio",
    "esxvirt.sim",
    "esxvirt.uri",
    "esxvirt.vmx",
)
RECORD = Path(__file__).with_name("public_names.txt")


def current() -> str:
    """What the file has to say: a line `module.name` for each name in each public module's `__all__`."""
    lines = []
    for name in PUBLIC_MODULES:
        module = importlib.import_module(name)
        lines += [f"{name}.{public}" for public in sorted(module.__all__)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    RECORD.write_text(current(), encoding="utf-8")
