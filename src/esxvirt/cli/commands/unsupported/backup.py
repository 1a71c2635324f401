"""``backup-begin`` and ``backup-dumpxml``."""

from esxvirt.cli.commands.unsupported.declared import commands

__all__ = ["COMMANDS"]

COMMANDS = commands(__file__)
