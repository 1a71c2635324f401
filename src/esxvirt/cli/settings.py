"""What the global options say."""

from __future__ import annotations

from esxvirt.records import record

__all__ = ["DEBUG_LEVELS", "Settings"]

DEBUG_LEVELS = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR")


@record
class Settings:
    """The global options; `uri` is None when neither ``-c`` nor VIRSH_DEFAULT_CONNECT_URI gave one.

    Only what ``-c`` names (`uri_named`) is connected to at once; the environment's waits for a command that needs it.
    """

    program: str = "esxvirsh"
    uri: str | None = None
    uri_named: bool = False
    host: str | None = None
    read_only: bool = False
    quiet: bool = False
    timing: bool = False
    debug: int = 4
    log_file: str | None = None
    escape: str = "^]"
    keepalive_interval: int = 5
    keepalive_count: int = 6
    keepalive_forced: bool = False
    task_deadline: float | None = None
    ask: bool = True  # for credentials, if a person is there
