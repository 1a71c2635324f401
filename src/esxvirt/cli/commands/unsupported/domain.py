"""Commands on domains that need no more than their table."""

from esxvirt.cli.commands.unsupported.declared import commands

__all__ = ["COMMANDS"]

COMMANDS = commands(__file__)
