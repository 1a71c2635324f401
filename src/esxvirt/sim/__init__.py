"""A simulated ESX, GSX or vCenter server: `Simulator` in process, ``esxvirt-sim`` as a program."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esxvirt.sim.simulator import Simulator

__all__ = ["Simulator"]


def __getattr__(name: str) -> Any:
    # The server's libraries are an extra, and take a while to import: whoever only needs a part pays for that part.
    if name == "Simulator":
        from esxvirt.sim.simulator import Simulator  # noqa: PLC0415  # as above

        return Simulator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
