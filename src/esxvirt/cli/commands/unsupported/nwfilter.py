"""The commands on filters of networks: no host of VMware's has them."""

from esxvirt.cli.commands.unsupported.declared import commands

__all__ = ["COMMANDS"]

COMMANDS = commands(__file__)
