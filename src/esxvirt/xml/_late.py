"""What this package imports only when it is used: whoever writes XML needs no parser."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from lxml import etree
else:
    etree = late("lxml.etree")

__all__ = ["etree"]
