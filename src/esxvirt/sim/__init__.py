"""A simulated ESX, GSX or vCenter server: `Simulator` in process, ``esxvirt-sim`` as a program."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esxvirt.sim.simulator import Simulator

__all__ = ["Simulator"]


def __getattr__(name: str) -> Any:
    if name == "Simulator":
        # The server's libraries are an extra, and take a while to import: who never serves does without.
        from esxvirt.sim.simulator import Simulator  # noqa: PLC0415  # see above

        return Simulator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
