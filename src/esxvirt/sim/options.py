"""How a simulator starts: the arguments of `Simulator`, checked."""

from pathlib import Path

from esxvirt.records import record
from esxvirt.sim.http.certificates import is_name
from esxvirt.sim.licences import LICENCES
from esxvirt.sim.profiles import Profile
from esxvirt.sim.state.site import keep
from esxvirt.sim.state.site.default_site import Layout, build_site
from esxvirt.sim.state.site.site import Site

__all__ = ["Options"]


@record(frozen=True)
class Options:
    """What `Simulator` takes, see there. ValueError for what cannot be."""

    profile: Profile
    transport: str
    hosts: int
    vms: int
    latency: float
    layout: Layout
    troubled: tuple[str, ...]
    storage: tuple[str, ...]
    listen: tuple[str, int] | None
    password: str
    idle_timeout: float
    license: str
    names: tuple[str, ...]
    state: Path | None

    def __post_init__(self) -> None:
        if self.transport not in {"http", "https"}:
            raise ValueError(f"transport {self.transport!r}: choose http or https")
        if self.latency < 0:
            raise ValueError(f"a latency of {self.latency} seconds cannot be")
        if self.idle_timeout <= 0:
            raise ValueError(f"sessions that end after {self.idle_timeout} seconds cannot be")
        if self.license not in LICENCES or (self.free and self.profile.product_line_id != "embeddedEsx"):
            raise ValueError(f"licence {self.license!r}: choose {' or '.join(LICENCES)}; only an ESXi can be free")
        for name in self.names:
            if not is_name(name):
                raise ValueError(f"{name!r} is neither a host's name nor an address that a certificate can be for")

    @property
    def free(self) -> bool:
        """Whether the licence is that of the free ESXi, whose API only reads."""
        return self.license == "free"

    def site(self) -> Site:
        """Read the site from the file that keeps it, if there is one, else build it."""
        if self.state is not None and self.state.exists():
            return keep.load(self.state, self.profile)
        return build_site(self.profile, self.hosts, self.vms, self.troubled, self.layout, self.storage)
