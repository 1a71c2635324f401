"""The option ``--verbose`` of commands that take a while: how far they are, in virsh's form."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.cli.virsh import Virsh

__all__ = ["told"]


@contextmanager
def told(virsh: Virsh, doing: str) -> Iterator[None]:
    """Tell the person of the progress of what is done, on standard error, in virsh's form.

    Args:
        virsh: the program.
        doing: what is done, in virsh's word for it.
    """
    begun, connection = False, virsh.connection

    def tell(percent: int) -> None:
        nonlocal begun
        begun = True
        sys.stderr.write(f"\r{doing}: [{percent:3d} %]")
        sys.stderr.flush()

    if virsh.esx is not None:  # without it there is the end only, as with virsh
        virsh.esx.set_progress_callback(connection, lambda _connection, percent, _opaque: tell(min(percent, 99)))
    try:
        yield
    except BaseException:
        if begun:
            sys.stderr.write("\n")
        raise
    else:
        tell(100)
    finally:
        virsh.progress.install(virsh.esx, connection)
