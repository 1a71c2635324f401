"""What the simulator imports when it is first needed: a server that does not need it starts sooner.

Machines that nobody touches have no VMX text, and reading one takes a third of a server's start. Certificates take
cryptography, which plain HTTP does without.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

    from esxvirt.vmx.file import VmxFile

__all__ = ["certificate_authority", "decode_vmx", "parse_vmx"]


def parse_vmx(text: str | bytes) -> "VmxFile":
    """Read a VMX file, or another file of its format."""
    from esxvirt.vmx.file import VmxFile  # noqa: PLC0415  # see above

    return VmxFile.parse(text)


def decode_vmx(content: bytes) -> str:
    """Return the text of a VMX file, whose first lines say how it is encoded."""
    from esxvirt.vmx.encodings import decode  # noqa: PLC0415  # see above

    return decode(content)


def certificate_authority() -> "trustme.CA":
    """Make an authority for certificates."""
    import trustme  # noqa: PLC0415  # see above

    return trustme.CA()
