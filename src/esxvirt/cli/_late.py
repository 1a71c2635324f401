"""What the command line imports at first use: the libraries, and what few commands need."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    import fcntl
    import getpass
    import hashlib
    import json
    import locale
    import termios
    import tty
    import unicodedata

    from lxml import etree
    from rich import console as rich_console
    from rich import progress as rich_progress

    from esxvirt import libvirt, libvirt_esx
    from esxvirt.cli import log_handler
else:
    libvirt = late("esxvirt.libvirt")
    libvirt_esx = late("esxvirt.libvirt_esx")
    fcntl = late("fcntl")
    getpass = late("getpass")
    hashlib = late("hashlib")
    json = late("json")
    locale = late("locale")
    log_handler = late("esxvirt.cli.log_handler")
    etree = late("lxml.etree")
    rich_console = late("rich.console")
    rich_progress = late("rich.progress")
    termios = late("termios")
    tty = late("tty")
    unicodedata = late("unicodedata")

__all__ = [
    "etree",
    "fcntl",
    "getpass",
    "hashlib",
    "json",
    "libvirt",
    "libvirt_esx",
    "locale",
    "log_handler",
    "rich_console",
    "rich_progress",
    "termios",
    "tty",
    "unicodedata",
]
