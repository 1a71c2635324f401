"""libvirt's words for the states of a domain and the reasons for them (`virDomainState` and its reasons)."""

__all__ = ["reason_text", "state_text"]

_UNKNOWN = "unknown"
_NO_STATE = "no state"

# by virDomainState: the state, and its reasons by number
_STATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_NO_STATE, (_UNKNOWN,)),
    (
        "running",
        (
            _UNKNOWN,
            "booted",
            "migrated",
            "restored",
            "from snapshot",
            "unpaused",
            "migration canceled",
            "save canceled",
            "event wakeup",
            "crashed",
            "post-copy",
            "post-copy failed",
        ),
    ),
    ("idle", (_UNKNOWN,)),
    (
        "paused",
        (
            _UNKNOWN,
            "user",
            "migrating",
            "saving",
            "dumping",
            "I/O error",
            "watchdog",
            "from snapshot",
            "shutting down",
            "creating snapshot",
            "crashed",
            "starting up",
            "post-copy",
            "post-copy failed",
            "api error",
        ),
    ),
    ("in shutdown", (_UNKNOWN, "user")),
    (
        "shut off",
        (
            _UNKNOWN,
            "shutdown",
            "destroyed",
            "crashed",
            "migrated",
            "saved",
            "failed",
            "from snapshot",
            "daemon",
        ),
    ),
    ("crashed", (_UNKNOWN, "panicked")),
    ("pmsuspended", (_UNKNOWN,)),
)


def state_text(state: int) -> str:
    """Return the state's name; a number beyond the table is no state."""
    return _STATES[state][0] if 0 <= state < len(_STATES) else _NO_STATE


def reason_text(state: int, reason: int) -> str:
    """Return the reason's name; a number beyond the table is unknown."""
    reasons = _STATES[state][1] if 0 <= state < len(_STATES) else ()
    return reasons[reason] if 0 <= reason < len(reasons) else _UNKNOWN
