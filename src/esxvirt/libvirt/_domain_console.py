"""virDomain's console: pictures of its screen, and its keyboard."""

from collections.abc import Sequence
from io import BytesIO

from esxvirt.constants.errors import VIR_FROM_DOMAIN
from esxvirt.libvirt._arguments import check_connection
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._late import console, keycode_sets
from esxvirt.libvirt._methods import check_flags, to_int
from esxvirt.libvirt._objects import AnyDomain
from esxvirt.libvirt._stream import virStream

__all__ = ["Console"]


class Console(AnyDomain):
    """The methods, for virDomain alone."""

    def screenshot(self, stream: virStream, screen: int, flags: int = 0) -> str:
        """Open a stream with a picture of the domain's screen, and return its MIME type, ``"image/png"``.

        The domain must run; `screen` is 0: VMware shows all screens in one picture.
        """
        check_flags(flags, 0, "esxDomainScreenshot")
        message = f"stream must match connection of domain '{self._o.name}'"
        check_connection(self._conn, stream, message, "virDomainScreenshot", "stream", VIR_FROM_DOMAIN)
        stream._check_free()  # noqa: SLF001  the classes of this package are each other's friends
        picture = console.screenshot(self._driver, self._o, to_int(screen))
        stream._read_from(BytesIO(picture))  # noqa: SLF001  as above
        return console.MIME_TYPE

    def sendKey(self, codeset: int, holdtime: int, keycodes: Sequence[int], nkeycodes: int, flags: int = 0) -> int:
        """Press keys, the modifiers among them held meanwhile; 0. It needs vSphere 6.5. libvirt's driver has none.

        Args:
            codeset: VIR_KEYCODE_SET_*: Linux, XT, AT set 1, USB, Windows or QNUM.
            holdtime: Milliseconds; VMware takes none, so 0.
            keycodes: The keys.
            nkeycodes: How many of them, at most 16.
            flags: None are taken.
        """
        check_flags(flags, 0, "esxDomainSendKey")
        count = to_int(nkeycodes)
        if count > keycode_sets.MOST:
            message = f"nkeycodes in virDomainSendKey must be less than or equal to {keycode_sets.MOST}"
            raise report_argument(message, "virDomainSendKey", "nkeycodes")
        if count <= 0 or count > len(keycodes):
            message = "nkeycodes in virDomainSendKey must be greater than zero, and no more than there are"
            raise report_argument(message, "virDomainSendKey", "nkeycodes")
        console.send_keys(
            self._driver, self._o, to_int(codeset), to_int(holdtime), [to_int(code) for code in keycodes[:count]]
        )
        return 0
