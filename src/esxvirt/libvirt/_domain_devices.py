"""What virDomain has to change what a domain is: devices, its name, its description; and what its guest tells of it."""

from esxvirt.constants import domains as flags_
from esxvirt.constants import errors as codes
from esxvirt.constants import parameters
from esxvirt.libvirt._errors import report, report_argument
from esxvirt.libvirt._late import (
    affect_flags,
    attach,
    domain_info,
    domain_metadata,
    domain_rename,
    guest_details,
    update,
)
from esxvirt.libvirt._methods import check_flags, to_int, to_text
from esxvirt.libvirt._objects import AnyDomain

__all__ = ["Changing"]

_LIVE = flags_.VIR_DOMAIN_AFFECT_LIVE
_CONFIG = flags_.VIR_DOMAIN_AFFECT_CONFIG
_AFFECT = _LIVE | _CONFIG
_FORCE = flags_.VIR_DOMAIN_DEVICE_MODIFY_FORCE
_DESCRIPTION = flags_.VIR_DOMAIN_METADATA_DESCRIPTION
_TITLE = flags_.VIR_DOMAIN_METADATA_TITLE
_ELEMENT = flags_.VIR_DOMAIN_METADATA_ELEMENT
_GUEST_INFO = (
    parameters.VIR_DOMAIN_GUEST_INFO_USERS
    | parameters.VIR_DOMAIN_GUEST_INFO_OS
    | parameters.VIR_DOMAIN_GUEST_INFO_TIMEZONE
    | parameters.VIR_DOMAIN_GUEST_INFO_HOSTNAME
    | parameters.VIR_DOMAIN_GUEST_INFO_FILESYSTEM
    | parameters.VIR_DOMAIN_GUEST_INFO_DISKS
    | parameters.VIR_DOMAIN_GUEST_INFO_INTERFACES
    | flags_.VIR_DOMAIN_GUEST_INFO_LOAD
)


class Changing(AnyDomain):
    """The methods, for virDomain alone."""

    # devices

    def attachDevice(self, xml: str) -> int:
        """Give the running domain the device of `xml`; for others there is `attachDeviceFlags`. 0."""
        attach.attach(self._driver, self._o, to_text(xml, "virDomainAttachDevice", "xml"), _LIVE)
        return 0

    def attachDeviceFlags(self, xml: str, flags: int = 0) -> int:
        """Give the domain the device of `xml`; 0.

        VIR_DOMAIN_AFFECT_LIVE is for a domain that runs, VIR_DOMAIN_AFFECT_CONFIG for any: VMware has one
        configuration, so either is for good.
        """
        text = to_text(xml, "virDomainAttachDeviceFlags", "xml")
        check_flags(flags, _AFFECT, "esxDomainAttachDeviceFlags")
        attach.attach(self._driver, self._o, text, flags)
        return 0

    def detachDevice(self, xml: str) -> int:
        """Take the device of `xml` from the running domain; 0. The image of a disk stays where it is."""
        attach.detach(self._driver, self._o, to_text(xml, "virDomainDetachDevice", "xml"), _LIVE)
        return 0

    def detachDeviceFlags(self, xml: str, flags: int = 0) -> int:
        """Take the device of `xml` from the domain, with flags as `attachDeviceFlags`; 0."""
        text = to_text(xml, "virDomainDetachDeviceFlags", "xml")
        check_flags(flags, _AFFECT, "esxDomainDetachDeviceFlags")
        attach.detach(self._driver, self._o, text, flags)
        return 0

    def detachDeviceAlias(self, alias: str, flags: int = 0) -> int:
        """Raise VIR_ERR_DEVICE_MISSING: VMware's devices have no aliases."""
        text = to_text(alias, "virDomainDetachDeviceAlias", "alias")
        check_flags(flags, _AFFECT, "esxDomainDetachDeviceAlias")
        affect_flags.check_live(flags, domain_info.state(self._driver, self._o))
        message = f"no device found with alias {text}: VMware's devices have none; name it by its XML"
        raise report(codes.VIR_ERR_DEVICE_MISSING, codes.VIR_FROM_ESX, message)

    def updateDeviceFlags(self, xml: str, flags: int = 0) -> int:
        """Change a device to what `xml` says, with flags as `attachDeviceFlags`; 0.

        The medium of a CD-ROM or floppy drive, the network and link state of a network card, a disk's mode. Taken,
        VIR_DOMAIN_DEVICE_MODIFY_FORCE makes no difference.
        """
        text = to_text(xml, "virDomainUpdateDeviceFlags", "xml")
        check_flags(flags, _AFFECT | _FORCE, "esxDomainUpdateDeviceFlags")
        update.update(self._driver, self._o, text, flags & _AFFECT)
        return 0

    # names and notes

    def rename(self, new_name: str, flags: int = 0) -> int:
        """Give the domain, which must be off, another name; no flag is supported. 0. This object keeps the old one."""
        text = to_text(new_name, "virDomainRename", "new_name")
        if not text:
            raise report_argument("string new_name in virDomainRename must not be empty", "virDomainRename", "new_name")
        check_flags(flags, 0, "esxDomainRename")
        domain_rename.rename(self._driver, self._o, text)
        return 0

    def metadata(self, type: int, uri: str | None, flags: int = 0) -> str:
        """Return the description (VMware's annotation), the title, or the element of the namespace `uri`.

        Raises VIR_ERR_NO_DOMAIN_METADATA if there is none. `flags` is VIR_DOMAIN_AFFECT_LIVE or _CONFIG.
        """
        function = "virDomainGetMetadata"
        if flags & _LIVE and flags & _CONFIG:
            message = "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive"
            raise report_argument(message, function, "ctl")
        check_flags(flags, _AFFECT, "esxDomainGetMetadata")
        affect = flags & _AFFECT
        _check_metadata(type, uri, function)
        if type == _DESCRIPTION:
            return domain_metadata.get_description(self._driver, self._o, affect)
        if type == _TITLE:
            return domain_metadata.get_title(self._driver, self._o, affect)
        return domain_metadata.get_metadata(self._driver, self._o, str(uri), affect)

    def setMetadata(self, type: int, metadata: str | None, key: str | None, uri: str | None, flags: int = 0) -> int:
        """Set description, title, or the element of the namespace `uri`, in the XML named by `key`; None removes. 0.

        Titles and elements are settings ``esxvirt.title`` and ``esxvirt.metadata`` of the domain's VMX file, which
        other programs keep and do not show.
        """
        function = "virDomainSetMetadata"
        if type == _TITLE and metadata and "\n" in metadata:
            raise report_argument("metadata title can't contain newlines", function, "metadata")
        _check_metadata(type, uri, function)
        if type in {_DESCRIPTION, _TITLE} and key is not None:
            raise report_argument(f"key in {function} must be NULL", function, "key")
        if type == _ELEMENT and metadata is not None and key is None:
            raise report_argument(f"key in {function} must not be NULL", function, "key")
        check_flags(flags, _AFFECT, "esxDomainSetMetadata")
        if type == _DESCRIPTION:
            domain_metadata.set_description(self._driver, self._o, metadata, flags)
        elif type == _TITLE:
            domain_metadata.set_title(self._driver, self._o, metadata, flags)
        else:
            domain_metadata.set_metadata(self._driver, self._o, str(uri), key, metadata, flags)
        return 0

    # what the guest tells

    def guestInfo(self, types: int = 0, flags: int = 0) -> dict[str, str | int]:
        """Return what VMware tools tell of the guest: ``os.*``, ``hostname``, ``fs.*`` and ``if.*``.

        `types` is VIR_DOMAIN_GUEST_INFO_*, 0 for all that there is; users, timezone, disks and load they do not tell.
        """
        check_flags(flags, 0, "esxDomainGetGuestInfo")
        wanted = to_int(types)
        if wanted & ~_GUEST_INFO:
            message = f"unsupported guest information types '0x{wanted & ~_GUEST_INFO & 0xFFFFFFFF:x}'"
            raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_ESX, message)
        return guest_details.guest_details(self._driver, self._o, wanted)

    def fsInfo(self, flags: int = 0) -> list[tuple[str, str, str, list[str] | None]]:
        """Return the file systems that the guest has mounted: mount point, name, type (may be empty), no disks."""
        check_flags(flags, 0, "esxDomainGetFSInfo")
        return [
            (found.mountpoint, found.mountpoint, found.kind or "", [])
            for found in guest_details.filesystems(self._driver, self._o)
        ]


def _check_metadata(type_: int, uri: str | None, function: str) -> None:
    """Refuse a kind of metadata that there is not, and a namespace where none, or one, is to be."""
    if type_ in {_DESCRIPTION, _TITLE}:
        if uri is not None:
            raise report_argument(f"uri in {function} must be NULL", function, "uri")
    elif type_ == _ELEMENT:
        if uri is None:
            raise report_argument(f"uri in {function} must not be NULL", function, "uri")
    else:
        raise report(codes.VIR_ERR_INVALID_ARG, codes.VIR_FROM_DOMAIN, f"unknown metadata type '{type_}'")
