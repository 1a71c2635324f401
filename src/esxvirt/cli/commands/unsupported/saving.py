"""Commands on the XML of saved states, which VMware keeps to itself."""

from esxvirt.cli.commands.unsupported.declared import commands

__all__ = ["COMMANDS"]

COMMANDS = commands(__file__)
