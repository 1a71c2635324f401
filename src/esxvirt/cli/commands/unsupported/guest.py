"""Commands to agents, monitors and guests that VMware has not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from esxvirt.cli.arguments import INT, UNSIGNED, parse_number
from esxvirt.cli.commands.common import descriptors, domain_of, domain_xml
from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_EVENTS = {"poweroff", "reboot", "crash"}  # VIR_DOMAIN_LIFECYCLE_*
# VIR_DOMAIN_LIFECYCLE_ACTION_*
_ACTIONS = {"destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"}
# VIR_DOMAIN_PROCESS_SIGNAL_*
_SIGNALS = {
    "nop", "hup", "int", "quit", "ill", "trap", "abrt", "bus", "fpe", "kill", "usr1", "segv", "usr2", "pipe", "alrm",
    "term", "stkflt", "chld", "cont", "stop", "tstp", "ttin", "ttou", "urg", "xcpu", "xfsz", "vtalrm", "prof", "winch",
    "poll", "pwr", "sys", *(f"rt{number}" for number in range(33)),
}  # fmt: skip


def check_descriptors(_virsh: Virsh, arguments: Arguments, /, *operands: str) -> str | None:
    """Refuse ``--pass-fds`` that is no list of numbers, or, where it must be given, empty.

    Returns:
        The operand, a function's name, if there are some.
    """
    option = arguments.command.option("pass-fds")
    given = descriptors(arguments)
    if not given and option is not None and option.required:
        raise Failed("nfds in virDomainFDAssociate must not be zero")
    return next(iter(operands), None) if given else None


def check_secrets(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse a secret without its header, or the other way round."""
    if None in [arguments.text(name) for name in ("secrethdr", "secret")]:
        raise Failed("Both secret and the secret header are required")


def check_patience(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse more than one way to wait for the agent."""
    seconds = arguments.number("timeout", INT)
    if seconds is not None and seconds < 1:
        raise Failed("timeout must be positive")
    if sum(name in arguments for name in ("timeout", "async", "block")) > 1:
        raise Failed("timeout, async and block options are exclusive")


def check_process(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no number of a process."""
    text = arguments.raw("pid") or ""
    pid = parse_number(text, UNSIGNED)
    if pid is None:
        raise Failed(f"Numeric value '{text}' for <pid> option is malformed or out of range")
    if pid == 0:
        raise Failed("Failed to attach to pid 0", "pid_value in virDomainQemuAttach must not be zero")


def check_arguments(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse arguments of a monitor's command that are no JSON, with or without the braces."""
    text = " ".join(arguments.items("cmd")[1:])
    if not text or arguments.flag("hmp"):
        return
    try:
        json.loads(text if text.lstrip().startswith("{") else f"{{{text}}}")
    except ValueError as error:
        raise Failed(f"failed to wrap arguments '{text}' into a QMP command wrapper", f"no JSON: {error}") from None


def check_signal(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no signal's name or number."""
    given = arguments.required("signame")
    number = parse_number(given, INT)
    name = given.lower()
    if name.startswith("sig"):
        name = name[3:].removeprefix("_")
    if (number is None or number < 0) and name not in _SIGNALS:
        raise Failed(f"malformed signal name: {given}")


def check_action(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no event of a domain's life, or no answer to it."""
    event, action = arguments.required("type"), arguments.required("action")
    if event not in _EVENTS:
        raise Failed(f"Invalid lifecycle type '{event}'.")
    if action not in _ACTIONS:
        raise Failed(f"Invalid lifecycle action '{action}'.")


def check_keys(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Read the keys, without which there must be a reset."""
    file = arguments.text("file")
    if file is not None:
        read_file(file)
    elif not arguments.flag("reset"):
        raise Failed("Option --file is required")


def look_for_memory(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Look for a memory device, of which VMware's machines have none."""
    domain = domain_of(virsh, arguments)
    arguments.text("alias")
    arguments.number("node", UNSIGNED)
    if not domain_xml(virsh, domain).findall("devices/memory"):
        raise Failed("no memory device found")


COMMANDS = commands(
    __file__,
    {
        "action": check_action,
        "descriptors": check_descriptors,
        "keys": check_keys,
        "memory": look_for_memory,
        "patience": check_patience,
        "process": check_process,
        "secrets": check_secrets,
        "signal": check_signal,
        "wrapped": check_arguments,
    },
)
