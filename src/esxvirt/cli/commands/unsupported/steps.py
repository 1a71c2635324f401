"""What commands that end in a refusal do before it, in virsh's order: what is wrong with a line is said first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from esxvirt.cli.arguments import INT, LONG_LONG, UNSIGNED, UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import domain_of
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file
from esxvirt.cli.scaled import option_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["STEPS", "Done", "Step"]

_LIMITS = {
    "int": INT,
    "unsigned": UNSIGNED,
    "ulonglong": UNSIGNED_LONG_LONG,
    "longlong": LONG_LONG,
    "positive": (1, INT[1] // 1000),  # seconds, kept as milliseconds
    "any": (LONG_LONG[0], UNSIGNED_LONG_LONG[1]),
}


class Done(Exception):  # noqa: N818  it names the outcome
    """A step has done what the line asks for: nothing is refused."""


class Step(Protocol):
    """A step: it raises `Failed`, or returns; a name it returns is of the function to be refused."""

    def __call__(self, virsh: Virsh, arguments: Arguments, /, *operands: str) -> str | None:
        """Do it for one command line."""


def find_domain(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Look up the domain, if one is named."""
    if "domain" in arguments:
        domain_of(virsh, arguments)


def exclusive(_virsh: Virsh, arguments: Arguments, /, *options: str) -> None:
    """Refuse two of these options."""
    arguments.exclusive(*options)


def needs(_virsh: Virsh, arguments: Arguments, /, *options: str) -> None:
    """Refuse the first option without the second."""
    option, needed = options
    if option in arguments and needed not in arguments:
        raise Failed(f"Option --{needed} is required by option --{option}")


def texts(_virsh: Virsh, arguments: Arguments, /, *options: str) -> None:
    """Refuse these options if they are empty."""
    for option in options:
        arguments.text(option)


def read(_virsh: Virsh, arguments: Arguments, /, *options: str) -> None:
    """Read the files that these options name."""
    for option in options:
        file = arguments.text(option)
        if file is not None:
            read_file(file)


def number(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> None:
    """Refuse an option that is no number of a kind: `_LIMITS`."""
    option, kind = operands
    arguments.number(option, _LIMITS[kind])


def required(_virsh: Virsh, arguments: Arguments, /, *options: str) -> None:
    """Refuse to do without these options, which may be left out as far as the grammar knows."""
    for option in options:
        if arguments.text(option) is None:
            raise Failed(f"--{option} is required")


def scaled(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> None:
    """Refuse an option that is no size with or without a unit; virsh has its own spelling of some in errors."""
    option, shown = operands[0], operands[-1]
    text = arguments.raw(option)
    if text is None or text.lstrip().startswith("-"):  # libvirt counts a negative one from the end
        return
    option_bytes(text, shown)


def at_least(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> None:
    """Refuse an option whose number is below the second operand, in the words that follow."""
    option, least, *words = operands
    value = arguments.number(option)
    if value is not None and value < int(least):
        raise Failed(" ".join(words).format(value=value))


def among(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> None:
    """Refuse an option whose word is not one of the second operand's, in the words that follow."""
    option, choices, *words = operands
    text = arguments.text(option)
    if text is not None and text not in choices.split(","):
        raise Failed(" ".join(words).format(value=text))


def together(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> None:
    """Refuse the first option without the second, in the words that follow."""
    option, other, *words = operands
    if option in arguments and other not in arguments:
        raise Failed(" ".join(words))


def xpath(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Fail without a word, as virsh does, where the path is empty."""
    if arguments.raw("xpath") == "":
        raise Failed


def event(virsh: Virsh, arguments: Arguments, /, *types: str) -> None:
    """Print the types of events that are listed, or check the type asked for.

    Raises:
        Done: they were listed.
    """
    if arguments.flag("list"):
        virsh.write("".join(f"{name}\n" for name in types))
        raise Done
    wanted = arguments.text("event")
    if wanted is None:
        raise Failed("either --list or --event <type> is required")
    if wanted not in types:
        raise Failed(f"unknown event type {wanted}")
    number(virsh, arguments, "timeout", "positive")


STEPS: Mapping[str, Step] = {
    "among": among,
    "at-least": at_least,
    "domain": find_domain,
    "event": event,
    "exclusive": exclusive,
    "needs": needs,
    "number": number,
    "read": read,
    "required": required,
    "scaled": scaled,
    "texts": texts,
    "together": together,
    "xpath": xpath,
}
