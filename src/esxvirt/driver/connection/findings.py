"""What an examination finds, step by step."""

from esxvirt.errors import EsxvirtError
from esxvirt.records import record

__all__ = ["Finding", "failed", "fine", "skipped", "wrong"]


@record(frozen=True)
class Finding:
    """One step.

    Attributes:
        name: What was looked at.
        state: ``OK``, ``WARNING``, ``WRONG``, or ``skipped``.
        text: What was found; never a secret.
        mend: What to do about it, "" where there is nothing to do.
    """

    name: str
    state: str
    text: str
    mend: str = ""


def fine(name: str, text: str) -> Finding:
    """Return all is well."""
    return Finding(name, "OK", text)


def wrong(name: str, text: str, mend: str, state: str = "WRONG") -> Finding:
    """Something is not."""
    return Finding(name, state, text, mend)


def skipped(name: str, why: str) -> Finding:
    """It cannot be looked at."""
    return Finding(name, "skipped", why)


def failed(name: str, error: EsxvirtError, mend: str = "") -> Finding:
    """Return a step that ended in an error; what ours say to do, behind a semicolon, is how to mend it."""
    text, _, advice = str(error).partition("; ")
    return Finding(name, "WRONG", text, advice or mend)
