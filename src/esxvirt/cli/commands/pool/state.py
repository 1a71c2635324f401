"""Commands that change a pool as it is: ``pool-start``, ``pool-refresh``, ``pool-autostart`` and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import POOL, pool_of
from esxvirt.cli.declare import Command, Option, flag

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["BUILD", "COMMANDS", "OVERWRITE", "creation_flags"]

OVERWRITE = (
    flag("no-overwrite", "do not overwrite any existing data"),
    flag("overwrite", "overwrite any existing data"),
)
BUILD = (flag("build", "build the pool as normal"), *OVERWRITE)


def creation_flags(virsh: Virsh, arguments: Arguments) -> int:
    """Return the flags of virStoragePoolCreate that the options ask for.

    Raises:
        Failed: they contradict each other.
    """
    libvirt = virsh.libvirt
    arguments.exclusive("overwrite", "no-overwrite")
    flags = 0
    if arguments.flag("build"):
        flags |= libvirt.VIR_STORAGE_POOL_CREATE_WITH_BUILD
    if arguments.flag("overwrite"):
        flags |= libvirt.VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE
    if arguments.flag("no-overwrite"):
        flags |= libvirt.VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE
    return int(flags)


def _change(method: str, verb: str, done: str) -> Callable[[Virsh, Arguments], None]:
    """Return what calls a method of a pool and says so."""

    def run(virsh: Virsh, arguments: Arguments) -> None:
        pool = pool_of(virsh, arguments)
        name = arguments.required("pool")
        with virsh.failing(f"Failed to {verb} pool {name}"):
            getattr(pool, method)()
        virsh.aside(f"Pool {name} {done}\n")

    return run


def autostart(virsh: Virsh, arguments: Arguments) -> None:
    """Have a pool start with the host, or not."""
    pool = pool_of(virsh, arguments)
    name = arguments.required("pool")
    word = "unmark" if arguments.flag("disable") else "mark"
    with virsh.failing(f"failed to {word} pool {name} as autostarted"):
        pool.setAutostart(int(not arguments.flag("disable")))
    virsh.aside(f"Pool {name} {word}ed as autostarted\n")


def refresh(virsh: Virsh, arguments: Arguments) -> None:
    """Have the host look again what is in a pool."""
    pool = pool_of(virsh, arguments)
    name = arguments.required("pool")
    with virsh.failing(f"Failed to refresh pool {name}"):
        pool.refresh(0)
    virsh.aside(f"Pool {name} refreshed\n")


def start(virsh: Virsh, arguments: Arguments) -> None:
    """Start a pool."""
    pool = pool_of(virsh, arguments)
    flags = creation_flags(virsh, arguments)
    name = arguments.required("pool")
    with virsh.failing(f"Failed to start pool {name}"):
        pool.create(flags)
    virsh.aside(f"Pool {name} started\n")


def build(virsh: Virsh, arguments: Arguments) -> None:
    """Build a pool."""
    pool = pool_of(virsh, arguments)
    libvirt = virsh.libvirt
    flags = 0
    if arguments.flag("overwrite"):
        flags |= libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE
    if arguments.flag("no-overwrite"):
        flags |= libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE
    name = arguments.required("pool")
    with virsh.failing(f"Failed to build pool {name}"):
        pool.build(flags)
    virsh.aside(f"Pool {name} built\n")


def _command(
    name: str, help_: str, run: Callable[[Virsh, Arguments], None], description: str, *options: Option
) -> Command:
    return Command(name, help_, run, description, (POOL, *options))


COMMANDS = (
    _command(
        "pool-autostart",
        "autostart a pool",
        autostart,
        "Configure a pool to be automatically started at boot.",
        flag("disable", "disable autostarting"),
    ),
    _command("pool-build", "build a pool", build, "Build a given pool.", *OVERWRITE),
    _command("pool-delete", "delete a pool", _change("delete", "delete", "deleted"), "Delete a given pool."),
    _command(
        "pool-destroy",
        "destroy (stop) a pool",
        _change("destroy", "destroy", "destroyed"),
        "Forcefully stop a given pool. Raw data in the pool is untouched",
    ),
    _command("pool-refresh", "refresh a pool", refresh, "Refresh a given pool."),
    _command("pool-start", "start a (previously defined) inactive pool", start, "Start a pool.", *BUILD),
    _command(
        "pool-undefine",
        "undefine an inactive pool",
        _change("undefine", "undefine", "has been undefined"),
        "Undefine the configuration for an inactive pool.",
    ),
)
