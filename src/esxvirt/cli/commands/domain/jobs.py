"""``domjobinfo`` and ``domjobabort``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_TYPES = ("None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled")
_BOUNDED, _UNBOUNDED, _COMPLETED = 1, 2, 3
_OPERATIONS = (
    "Unknown", "Start", "Save", "Restore", "Incoming migration", "Outgoing migration", "Snapshot", "Snapshot revert",
    "Dump", "Backup", "Snapshot delete",
)  # fmt: skip


def job_info(virsh: Virsh, arguments: Arguments) -> None:
    """Print what is being done with a domain, or was."""
    if arguments.flag("keep-completed") and not arguments.flag("completed"):
        raise Failed("Option --completed is required by option --keep-completed")
    domain = domain_of(virsh, arguments)
    libvirt, flags = virsh.libvirt, 0
    if arguments.flag("completed"):
        flags |= libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED
    if arguments.flag("keep-completed"):
        flags |= libvirt.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED
    raw = arguments.flag("rawstats")
    try:
        stats = domain.jobStats(flags)
    except libvirt.libvirtError as error:
        if not virsh.unsupported(error):
            raise
        if flags or raw:
            message = "Optional flags or --rawstats are not supported by the daemon"
            raise Failed(message, cause=error) from error
        stats = _old_stats(domain)
    if raw:
        virsh.write(f"Job type: {stats.pop('type', 0)}\n\n" + "".join(f"{n}: {v}\n" for n, v in stats.items()))
        return
    kind = stats.get("type", 0)
    virsh.write(f"{'Job type:':<17} {_name(_TYPES, kind):<12}\n")
    ended = flags and kind == _COMPLETED
    if kind in {_BOUNDED, _UNBOUNDED} or ended or arguments.flag("anystats"):
        _write_stats(virsh, stats)


def _old_stats(domain: Domain) -> dict[str, Any]:
    """Return the same of a library without statistics of jobs."""
    kind, elapsed = domain.jobInfo()[:2]
    return {"type": kind, "time_elapsed": elapsed}


def _name(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else "unknown"


def _write_stats(virsh: Virsh, stats: dict[str, Any]) -> None:
    if "operation" in stats:
        virsh.write(f"{'Operation:':<17} {_name(_OPERATIONS, stats['operation']):<12}\n")
    if stats.get("time_elapsed"):
        virsh.write(f"{'Time elapsed:':<17} {stats['time_elapsed']:<12} ms\n")
    if "progress" in stats:  # ours: VMware tells no amounts of data
        virsh.write(f"{'Progress:':<17} {stats['progress']:<12} %\n")
    if "errmsg" in stats:
        virsh.write(f"{'Error message:':<17} {stats['errmsg']}\n")


def abort_job(virsh: Virsh, arguments: Arguments) -> None:
    """Ask what is being done with a domain to end."""
    domain = domain_of(virsh, arguments)
    if arguments.flag("postcopy"):
        domain.abortJobFlags(virsh.libvirt.VIR_DOMAIN_ABORT_JOB_POSTCOPY)
    else:
        domain.abortJob()


COMMANDS = (
    Command(
        "domjobabort",
        "abort active domain job",
        abort_job,
        "Aborts the currently running domain job",
        (DOMAIN, flag("postcopy", "interrupt post-copy migration")),
    ),
    Command(
        "domjobinfo",
        "domain job information",
        job_info,
        "Returns information about jobs running on a domain.",
        (
            DOMAIN,
            flag("completed", "return statistics of a recently completed job"),
            flag("keep-completed", "don't destroy statistics of a recently completed job when reading"),
            flag("anystats", "print statistics for any kind of job (even failed ones)"),
            flag("rawstats", "print the raw data returned by libvirt"),
        ),
    ),
)
