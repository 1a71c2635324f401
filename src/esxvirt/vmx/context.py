"""What a conversion asks of a server, as functions; and the answers where there is none."""

from collections.abc import Callable

from esxvirt.datastore_path import VOLUMES, DatastorePath, mounted, parse_volumes_path
from esxvirt.errors import VmxError
from esxvirt.records import record, replace

__all__ = ["VmxContext", "default_format_file_name", "default_parse_file_name", "with_bare_names"]


@record(frozen=True)
class VmxContext:
    """Lookups for a conversion; each may be None, then the default below holds.

    Attributes:
        parse_file_name: turns a file name of the VMX file into a libvirt source, ``[datastore] path`` or an absolute
            path; None if there is no such file, which it may answer only if its second argument, `allow_missing`, is
            true (an answer of None otherwise fails the conversion).
        format_file_name: the reverse: a libvirt source to what the VMX file holds.
        autodetect_scsi_model: gives the SCSI controller model that the disk image at a libvirt source asks for, one of
            `buslogic`, `lsilogic`, `lsisas1068`, `vmpvscsi`.
        datacenter_path: what becomes `<vmware:datacenterpath>`.
        moref: the machine's managed object reference, what becomes `<vmware:moref>`.
        all_devices: also convert what libvirt's XML can express but its converter leaves out, though nearly every
            machine has it: USB controllers, sound cards, the guest operating system; and all that `settings` brings.
        settings: also convert the settings for which libvirt's XML has words and its converter has none, and which most
            machines leave alone: the boot order, whether a network card starts connected, locked memory, a reservation
            of memory in ESX's newer key, nested virtualization. Connections show them.
        name: what a machine is called whose file has no `displayName`; None to take it from a file of the machine.
    """

    parse_file_name: Callable[[str, bool], str | None] | None = None
    format_file_name: Callable[[str], str] | None = None
    autodetect_scsi_model: Callable[[str], str] | None = None
    datacenter_path: str | None = None
    moref: str | None = None
    all_devices: bool = False
    settings: bool = False
    name: str | None = None

    @property
    def all_settings(self) -> bool:
        """Whether settings are converted that libvirt's converter leaves out."""
        return self.settings or self.all_devices


def default_parse_file_name(file_name: str, allow_missing: bool) -> str | None:  # noqa: ARG001  the contract's argument
    """Read ``/vmfs/volumes/DATASTORE/PATH`` as ``[DATASTORE] PATH``; a bare name is in ``[datastore] directory``.

    Raises:
        VmxError: for a relative path with a slash, of which no datastore is known.
    """
    if file_name.startswith(VOLUMES):
        found = parse_volumes_path(file_name)
        if found is None:
            raise VmxError(f"File name '{file_name}' doesn't have expected format '{VOLUMES}<datastore>/<path>'")
        return str(found)
    if file_name.startswith("/"):
        return file_name
    if "/" in file_name or "\\" in file_name:
        raise VmxError(f"Could not handle file name '{file_name}'")
    return f"[datastore] directory/{file_name}"


def default_format_file_name(source: str) -> str:
    """Write ``[DATASTORE] PATH`` as ``/vmfs/volumes/DATASTORE/PATH``; an absolute path stays.

    Raises:
        VmxError: for anything else.
    """
    if source.startswith("["):
        datastore, path = DatastorePath.file(source, VmxError)
        path = path.rstrip(" ").lstrip("/")
        if not path:
            raise VmxError(f"Datastore path '{source}' doesn't reference a file")
        return mounted(VOLUMES + datastore, path)
    if source.startswith("/"):
        return source
    raise VmxError(f"Could not handle file name '{source}'")


def with_bare_names(context: VmxContext | None) -> VmxContext:
    """Return a context that also takes the bare name of a file, for one beside the VMX file."""
    context = context or VmxContext()
    lookup = context.format_file_name or default_format_file_name

    def format_file_name(source: str) -> str:
        bare = source and not source.startswith("[") and "/" not in source and "\\" not in source
        return source if bare else lookup(source)

    return replace(context, format_file_name=format_file_name)
