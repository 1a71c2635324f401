"""What goes wrong with snapshots, as the API's faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esxvirt.sim.state.storage import disks
from esxvirt.sim.wire.values import Fault

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["as_snapshot_faults", "check_name"]

_LONGEST_NAME = 80


def check_name(name: str) -> None:
    """Raise the fault ``InvalidName`` for a name that a snapshot cannot have."""
    if not name or len(name) > _LONGEST_NAME:
        raise Fault("InvalidName", f"The name '{name}' is not valid.", name=name)


@contextmanager
def as_snapshot_faults(machine: "Machine") -> Iterator[None]:
    """Turn what fails on the files of a machine's snapshots into the API's faults."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        file = str(error) if str(error).startswith("[") else machine.datastore.named(str(error))
        raise Fault("FileNotFound", f"File {file} was not found", file=file) from None
    except disks.NoSpaceError:
        name = machine.datastore.name
        text = f"Insufficient disk space on datastore '{name}'."
        raise Fault("NoDiskSpace", text, file=machine.vmx_path, datastore=name) from None
    except disks.NoDiskError as error:
        file = machine.datastore.named(str(error))
        raise Fault("CannotAccessFile", f"Unable to access file {file}", file=file) from None
