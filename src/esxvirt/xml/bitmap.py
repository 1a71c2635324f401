"""Sets of CPU numbers as libvirt writes them: ``0-2,5,^1``."""

from collections.abc import Iterable

from esxvirt.errors import InvalidArgumentError

__all__ = ["format_cpus", "parse_cpus"]

MAX_CPUS = 16384


def format_cpus(cpus: Iterable[int]) -> str:
    """Write a set of numbers, runs as ``first-last``."""
    runs: list[list[int]] = []
    for cpu in sorted(set(cpus)):
        if runs and runs[-1][1] == cpu - 1:
            runs[-1][1] = cpu
        else:
            runs.append([cpu, cpu])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def parse_cpus(text: str) -> tuple[int, ...]:
    """Read a set of numbers; ``^`` takes one out.

    Raises:
        InvalidArgumentError: if it is none, or names a CPU above 16383.
    """
    cpus: set[int] = set()
    for part in text.split(","):
        item = part.strip()
        remove = item.startswith("^")
        first, dash, last = item.removeprefix("^").partition("-")
        if not _is_cpu(first) or (dash and not _is_cpu(last)) or (remove and dash):
            raise InvalidArgumentError(f"Failed to parse bitmap '{text}'")
        numbers = range(int(first), int(last or first) + 1)
        if not numbers:
            raise InvalidArgumentError(f"Failed to parse bitmap '{text}'")
        if remove:
            cpus.difference_update(numbers)
        else:
            cpus.update(numbers)
    return tuple(sorted(cpus))


def _is_cpu(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8 and int(text) < MAX_CPUS
