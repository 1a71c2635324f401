"""UUIDs, as libvirt writes them (``564db506-a2bd-...``) and as VMware does (``56 4d b5 06 a2 bd ...-...``)."""

from typing import Final

from esxvirt._late import hashlib, uuid

__all__ = ["NO_UUID", "dashed", "normalize", "of_text", "random_uuid", "spaced"]

NO_UUID: Final = "00000000-0000-0000-0000-000000000000"
"""What stands for a UUID that there is not yet."""


def normalize(text: str) -> str | None:
    """Return a UUID in libvirt's writing; None for a text that is none. Blanks and dashes may stand anywhere in it.

    Source: virUUIDParse.
    """
    digits = text.strip().lower().replace("-", "").replace(" ", "")
    if len(digits) != 32 or digits.strip("0123456789abcdef"):
        return None
    return dashed(digits)


def dashed(digits: str) -> str:
    """Return 32 digits in libvirt's writing."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def spaced(uuid: str) -> str:
    """Return a UUID, in libvirt's writing or as digits alone, in VMware's: pairs with blanks, a dash in the middle."""
    digits = uuid.replace("-", "")
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def of_text(text: str) -> str:
    """Return the UUID that libvirt's driver gives to what has no other: the MD5 digest of a text."""
    return dashed(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def random_uuid() -> str:
    """Make up a UUID, as libvirt does for what is described without one."""
    return str(uuid.uuid4())
