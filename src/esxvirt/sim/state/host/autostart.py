"""Which machines a host starts with itself."""

from esxvirt.records import field, record

__all__ = ["Autostart", "PowerInfo"]


@record
class PowerInfo:
    """What a host does with one machine when it starts and stops; -1 stands for the host's defaults."""

    start_order: int = -1
    start_delay: int = -1
    wait_for_heartbeat: str = "systemDefault"
    start_action: str = "none"
    stop_delay: int = -1
    stop_action: str = "systemDefault"


@record
class Autostart:
    """A host's settings: its defaults, delays in seconds, and those of machines by their number."""

    enabled: bool = False
    start_delay: int = 120
    stop_delay: int = 120
    wait_for_heartbeat: bool = False
    stop_action: str = "powerOff"
    machines: dict[int, PowerInfo] = field(default_factory=dict)
