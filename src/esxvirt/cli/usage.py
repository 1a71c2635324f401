"""What ``--help`` prints: the global options and all commands."""

from __future__ import annotations

from esxvirt.cli import commands, helptext

__all__ = ["text"]

_OPTIONS = """
{program} [options]... [<command_string>]
{program} [options]... <command> [args...]

  options:
    -c | --connect=URI      hypervisor connection URI
    -d | --debug=NUM        debug level [0-4]
    -e | --escape <char>    set escape sequence for console
    -h | --help             this help
         --host=HOST        one host of the connection, by name or path
    -k | --keepalive-interval=NUM
                            keepalive interval in seconds, 0 for disable
    -K | --keepalive-count=NUM
                            number of possible missed keepalive messages
    -l | --log=FILE         output logging to file
    -q | --quiet            quiet mode
    -r | --readonly         connect readonly
         --task-deadline=SECONDS
                            cancel tasks of the server that take longer
    -t | --timing           print timing information
    -v                      short version
    -V                      long version
         --version[=TYPE]   version, TYPE is short or long (default short)
  commands (non interactive mode):

"""
_CLOSING = """
  (specify help <group> for details about the commands in the group)

  (specify help <command> for details about the command)

"""


def text(program: str) -> str:
    """Return the usage of the program of this name."""
    listings = [
        helptext.group_listing(group.title, group.keyword, commands.help_lines(group), colon=False) + "\n"
        for group in commands.GROUPS
    ]
    return _OPTIONS.format(program=program) + "".join(listings) + _CLOSING
