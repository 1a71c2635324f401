"""Checking documents against libvirt's RelaxNG schemas, which libvirt's own packages install."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from esxvirt.errors import XmlSchemaError
from esxvirt.xml._late import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["available", "validate"]

SCHEMAS: Final = (Path("/usr/share/libvirt/schemas"), Path("/usr/local/share/libvirt/schemas"))
"""Where they may be; the first that is there counts."""


def available(schema: str) -> bool:
    """Return whether there is a schema to check with: few machines that manage VMware have libvirt's own packages."""
    path = _find(schema)
    return path is not None and path.is_file()


def validate(root: "_Element", schema: str) -> None:
    """Check a document against a schema, such as ``domainsnapshot`` (VIR_*_VALIDATE).

    Raises:
        XmlSchemaError: it does not fit, with libxml2's reasons; or the schemas are not installed.
    """
    path = _find(schema)
    if path is None or not path.is_file():
        places = " or ".join(str(directory) for directory in SCHEMAS)
        raise XmlSchemaError(
            f"libvirt's schema {schema}.rng is not in {places}; "
            "install it (Debian's package libvirt0 has it), or do not ask for validation"
        )
    checker = _load(path)
    if not checker.validate(root):
        reasons = "".join(f"{entry.message}\n" for entry in checker.error_log)
        raise XmlSchemaError(f"Unable to validate doc against {path}\n{reasons}")


def _find(schema: str) -> Path | None:
    return next((directory / f"{schema}.rng" for directory in SCHEMAS if directory.is_dir()), None)


@cache
def _load(path: Path) -> Any:
    return etree.RelaxNG(etree.parse(path))
