"""How much of a host a machine, or a pool, is to get."""

from esxvirt.sim.wire.values import Data, constant, long

__all__ = ["allocation"]

_SHARES = {"low": 2000, "normal": 4000, "high": 8000}


def allocation(reservation: int, limit: int, shares: str, levels: dict[str, int] = _SHARES) -> Data:
    """Make a ``ResourceAllocationInfo``; `shares` is a level or a number."""
    level = shares if shares in levels else "custom"
    return constant(
        "ResourceAllocationInfo",
        reservation=long(reservation),
        expandableReservation=True,
        limit=long(limit),
        shares=constant("SharesInfo", shares=levels[shares] if shares in levels else int(shares), level=level),
    )
