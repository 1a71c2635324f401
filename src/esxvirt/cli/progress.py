"""A bar on the terminal for what takes a while."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esxvirt.cli._late import rich_console, rich_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esxvirt.cli.virsh import Virsh

__all__ = ["transfer_bar"]


@contextmanager
def transfer_bar(virsh: Virsh, words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of `total` (None: nobody knows) have gone; the body is given what to call with each number.

    On standard error, if that is a terminal and nobody wants quiet; elsewhere nothing is shown.
    """
    if virsh.settings.quiet or not sys.stderr.isatty():
        yield lambda _count: None
        return
    # Only here: loading it takes longer than most commands.

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TransferSpeedColumn(),
    )
    with rich_progress.Progress(*columns, console=rich_console.Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words.replace("[", "\\["), total=total)
        yield lambda count: progress.advance(task, count)
