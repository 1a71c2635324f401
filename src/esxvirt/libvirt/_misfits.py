"""What a server's answer makes of code that reads it as it should be: an error of ours, at this one border.

A field that is missing, or is of another type than the API has it, shows as an AttributeError or a TypeError somewhere
below. Nothing below looks at each field for that; here all of it becomes `BadAnswerError`.
"""

from typing import Final

from esxvirt.errors import BadAnswerError

__all__ = ["MISFITS", "as_bad_answer"]

MISFITS: Final = (AttributeError, TypeError, ValueError, LookupError, RecursionError, OverflowError)
"""What may come of a value that does not fit."""

_ABOVE: Final = ("esxvirt.libvirt.", "esxvirt.libvirt_esx.", "esxvirt.cli.")
"""The packages that read no answers: an error of theirs is a wrong argument, or a defect."""


def as_bad_answer(error: BaseException) -> BadAnswerError | None:
    """Return the error that whoever called is to get; None where the error has nothing to do with an answer."""
    step, last = error.__traceback__, ""
    while step is not None:
        name = str(step.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("esxvirt."):
            last = name
        step = step.tb_next
    if not last or f"{last}.".startswith(_ABOVE):
        return None
    return BadAnswerError(
        f"an answer of the server, or what was asked for, does not fit ({type(error).__name__}: {error}, in {last})"
    )
