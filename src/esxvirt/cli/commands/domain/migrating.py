"""``migrate``."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from esxvirt.cli.arguments import INT, UNSIGNED, UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.verbose import told
from esxvirt.cli.commands.unsupported.declared import refuse
from esxvirt.cli.declare import Command, data, flag, number, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Connection, Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_FLAGS = {
    "live": "VIR_MIGRATE_LIVE",
    "p2p": "VIR_MIGRATE_PEER2PEER",
    "tunnelled": "VIR_MIGRATE_TUNNELLED",
    "persistent": "VIR_MIGRATE_PERSIST_DEST",
    "undefinesource": "VIR_MIGRATE_UNDEFINE_SOURCE",
    "suspend": "VIR_MIGRATE_PAUSED",
    "copy-storage-all": "VIR_MIGRATE_NON_SHARED_DISK",
    "copy-storage-inc": "VIR_MIGRATE_NON_SHARED_INC",
    "copy-storage-synchronous-writes": "VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES",
    "change-protection": "VIR_MIGRATE_CHANGE_PROTECTION",
    "unsafe": "VIR_MIGRATE_UNSAFE",
    "compressed": "VIR_MIGRATE_COMPRESSED",
    "auto-converge": "VIR_MIGRATE_AUTO_CONVERGE",
    "rdma-pin-all": "VIR_MIGRATE_RDMA_PIN_ALL",
    "offline": "VIR_MIGRATE_OFFLINE",
    "abort-on-error": "VIR_MIGRATE_ABORT_ON_ERROR",
    "postcopy": "VIR_MIGRATE_POSTCOPY",
    "postcopy-resume": "VIR_MIGRATE_POSTCOPY_RESUME",
    "zerocopy": "VIR_MIGRATE_ZEROCOPY",
    "tls": "VIR_MIGRATE_TLS",
    "parallel": "VIR_MIGRATE_PARALLEL",
}
_NEEDS = (
    ("postcopy-after-precopy", "postcopy"),
    ("postcopy-resume", "postcopy"),
    ("timeout-postcopy", "postcopy"),
    ("persistent-xml", "persistent"),
    ("tls-destination", "tls"),
)
# The options with a value, in the order in which virsh reads them: the parameter that each is, and how it is read.
_TEXT, _NUMBER, _LARGE, _LIST, _FILE = "text", "number", "large", "list", "file"
_PARAMETERS = (
    ("migrateuri", "VIR_MIGRATE_PARAM_URI", _TEXT),
    ("graphicsuri", "VIR_MIGRATE_PARAM_GRAPHICS_URI", _TEXT),
    ("listen-address", "VIR_MIGRATE_PARAM_LISTEN_ADDRESS", _TEXT),
    ("disks-port", "VIR_MIGRATE_PARAM_DISKS_PORT", _NUMBER),
    ("disks-uri", "VIR_MIGRATE_PARAM_DISKS_URI", _TEXT),
    ("dname", "VIR_MIGRATE_PARAM_DEST_NAME", _TEXT),
    ("migrate-disks", "VIR_MIGRATE_PARAM_MIGRATE_DISKS", _LIST),
    ("migrate-disks-detect-zeroes", "VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES", _LIST),
    ("comp-methods", "VIR_MIGRATE_PARAM_COMPRESSION", _LIST),
    ("comp-mt-level", "VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL", _NUMBER),
    ("comp-mt-threads", "VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS", _NUMBER),
    ("comp-mt-dthreads", "VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS", _NUMBER),
    ("comp-xbzrle-cache", "VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE", _LARGE),
    ("xml", "VIR_MIGRATE_PARAM_DEST_XML", _FILE),
    ("persistent-xml", "VIR_MIGRATE_PARAM_PERSIST_XML", _FILE),
    ("auto-converge-initial", "VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL", _NUMBER),
    ("auto-converge-increment", "VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT", _NUMBER),
    ("postcopy-bandwidth", "VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY", _LARGE),
    ("parallel-connections", "VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS", _NUMBER),
    ("bandwidth", "VIR_MIGRATE_PARAM_BANDWIDTH", _LARGE),
    ("tls-destination", "VIR_MIGRATE_PARAM_TLS_DESTINATION", _TEXT),
    ("comp-zlib-level", "VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL", _NUMBER),
    ("comp-zstd-level", "VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL", _NUMBER),
    ("available-switchover-bandwidth", "VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER", _LARGE),
)
_STORAGE = "storage"  # the option's name, and our parameter's


def migrate(virsh: Virsh, arguments: Arguments) -> None:
    """Let the host of another connection run a domain."""
    _check(arguments)
    domain = domain_of(virsh, arguments)
    seconds = _timeout(arguments)
    if arguments.flag("postcopy-after-precopy"):
        # virsh waits for an event; the driver has none
        refuse(virsh, "virConnectDomainEventRegisterAny")
    target = arguments.required("desturi")
    if arguments.flag("p2p") or arguments.flag("direct"):
        parameters, flags = _parameters(virsh, arguments), _flags(virsh, arguments)
        domain.migrateToURI3(target, parameters, flags)
        return
    destination = _connect(virsh, target)
    try:
        parameters, flags = _parameters(virsh, arguments), _flags(virsh, arguments)
        if arguments.flag("verbose"):
            with _suspending(virsh, domain, seconds), told(virsh, "Migration"):
                domain.migrate3(destination, parameters, flags)
        else:
            with _suspending(virsh, domain, seconds):
                domain.migrate3(destination, parameters, flags)
    finally:
        destination.close()


def _check(arguments: Arguments) -> None:
    """Refuse options that contradict or need each other.

    Raises:
        Failed: there are such.
    """
    arguments.exclusive("live", "offline")
    arguments.exclusive("timeout-suspend", "timeout-postcopy")
    for option, needed in _NEEDS:
        if option in arguments and needed not in arguments:
            raise Failed(f"Option --{needed} is required by option --{option}")


def _timeout(arguments: Arguments) -> int:
    """Return the seconds after which the domain is suspended, 0 for never.

    Raises:
        Failed: it is no number, or makes no sense.
    """
    seconds = arguments.number("timeout", UNSIGNED)
    if seconds and not arguments.flag("live"):
        raise Failed("migrate: Unexpected timeout for offline migration")
    if not seconds and (arguments.flag("timeout-suspend") or arguments.flag("timeout-postcopy")):
        raise Failed("migrate: Unexpected --timeout-* option without --timeout")
    return seconds or 0


def _connect(virsh: Virsh, uri: str) -> Connection:
    try:
        return virsh.open(uri, read_only=False)
    except Failed as failure:
        # virsh says no more than what the library says
        raise Failed(*failure.messages[1:], cause=failure.cause) from failure


def _parameters(virsh: Virsh, arguments: Arguments) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option, name, kind in _PARAMETERS:
        value: Any
        if kind in {_NUMBER, _LARGE}:
            value = arguments.number(option, INT if kind == _NUMBER else UNSIGNED_LONG_LONG)
        else:
            value = arguments.text(option)
        if value is None:
            continue
        if kind == _LIST:
            value = value.split(",") if option.startswith("migrate-disks") else value.split(",")[0]
        elif kind == _FILE:
            value = _read(value)
        found[getattr(virsh.libvirt, name)] = value
    storage = arguments.text(_STORAGE)
    if storage is not None:
        found[_STORAGE] = storage
    return found


def _read(name: str) -> str:
    try:
        return read_file(name)
    except Failed as failure:
        raise Failed(f"cannot read file '{name}'", *failure.messages) from failure


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    """Return the flags that options stand for.

    Raises:
        Failed: one of them needs another.
    """
    copies = ("copy-storage-all", "copy-storage-inc")
    arguments.exclusive(*copies)
    for option in ("copy-storage-synchronous-writes", "migrate-disks"):
        if option in arguments and not any(map(arguments.flag, copies)):
            raise Failed(f"'--{option}' requires one of '--copy-storage-all', '--copy-storage-inc'")
    flags = 0
    for option, name in _FLAGS.items():
        if arguments.flag(option):
            flags |= getattr(virsh.libvirt, name)
    return flags


@contextmanager
def _suspending(virsh: Virsh, domain: Domain, seconds: int) -> Iterator[None]:
    """Suspend the domain after so many seconds, so that its migration ends; what VMware says to it is no error."""
    if not seconds:
        yield
        return

    def suspend() -> None:
        virsh.trace("migrate", "migration timed out; suspending domain")
        try:
            domain.suspend()
        except virsh.libvirt.libvirtError as error:
            virsh.note("migrate", f"suspending domain failed: {error}")

    timer = threading.Timer(seconds, suspend)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


COMMANDS = (
    Command(
        "migrate",
        "migrate domain to another host",
        migrate,
        "Migrate domain to another host.  Add --live for live migration.",
        (
            DOMAIN,
            data(
                "desturi",
                "connection URI of the destination host as seen from the client(normal migration) or source(p2p "
                "migration)",
            ),
            flag("live", "live migration"),
            flag("offline", "offline migration"),
            flag("p2p", "peer-2-peer migration"),
            flag("direct", "direct migration"),
            flag("tunnelled", "tunnelled migration"),
            flag("persistent", "persist VM on destination"),
            flag("undefinesource", "undefine VM on source"),
            flag("suspend", "do not restart the domain on the destination host"),
            flag("copy-storage-all", "migration with non-shared storage with full disk copy"),
            flag(
                "copy-storage-inc",
                "migration with non-shared storage with incremental copy (same base image shared between source and "
                "destination)",
            ),
            flag(
                "copy-storage-synchronous-writes",
                "force guest disk writes to be synchronously written to the destination to improve storage migration "
                "convergence",
            ),
            flag("change-protection", "prevent any configuration changes to domain until migration ends"),
            flag("unsafe", "force migration even if it may be unsafe"),
            flag("verbose", "display the progress of migration"),
            flag("compressed", "compress repeated pages during live migration"),
            flag("auto-converge", "force convergence during live migration"),
            flag("rdma-pin-all", "pin all memory before starting RDMA live migration"),
            flag("abort-on-error", "abort on soft errors during migration"),
            flag("postcopy", "enable post-copy migration; switch to it using migrate-postcopy command"),
            flag("postcopy-after-precopy", "automatically switch to post-copy migration after one pass of pre-copy"),
            flag("postcopy-resume", "resume failed post-copy migration"),
            flag("zerocopy", "use zero-copy mechanism for migrating memory pages"),
            string("migrateuri", "migration URI, usually can be omitted"),
            string("graphicsuri", "graphics URI to be used for seamless graphics migration"),
            string("listen-address", "listen address that destination should bind to for incoming migration"),
            string("dname", "rename to new name during migration (if supported)"),
            number(
                "timeout",
                "run action specified by --timeout-* option (suspend by default) if live migration exceeds timeout "
                "(in seconds)",
            ),
            flag("timeout-suspend", "suspend the guest after timeout"),
            flag("timeout-postcopy", "switch to post-copy after timeout"),
            string("xml", "filename containing updated XML for the target"),
            string("migrate-disks", "comma separated list of disks to be migrated"),
            string(
                "migrate-disks-detect-zeroes",
                "comma separated list of disks to be migrated with zero detection enabled",
                by_name_only=True,
            ),
            number("disks-port", "port to use by target server for incoming disks migration"),
            string("disks-uri", "URI to use for disks migration (overrides --disks-port)", by_name_only=True),
            string("comp-methods", "comma separated list of compression methods to be used", by_name_only=True),
            number("comp-mt-level", "compress level for multithread compression", by_name_only=True),
            number("comp-mt-threads", "number of compression threads for multithread compression", by_name_only=True),
            number(
                "comp-mt-dthreads", "number of decompression threads for multithread compression", by_name_only=True
            ),
            number("comp-xbzrle-cache", "page cache size for xbzrle compression", by_name_only=True),
            number("auto-converge-initial", "initial CPU throttling rate for auto-convergence", by_name_only=True),
            number("auto-converge-increment", "CPU throttling rate increment for auto-convergence", by_name_only=True),
            string("persistent-xml", "filename containing updated persistent XML for the target", by_name_only=True),
            flag("tls", "use TLS for migration"),
            number("postcopy-bandwidth", "post-copy migration bandwidth limit in MiB/s", by_name_only=True),
            flag("parallel", "enable parallel migration"),
            number("parallel-connections", "number of connections for parallel migration", by_name_only=True),
            number("bandwidth", "migration bandwidth limit in MiB/s", by_name_only=True),
            string(
                "tls-destination", "override the destination host name used for TLS verification", by_name_only=True
            ),
            number("comp-zlib-level", "compress level for zlib compression", by_name_only=True),
            number("comp-zstd-level", "compress level for zstd compression", by_name_only=True),
            number(
                "available-switchover-bandwidth",
                "bandwidth (in MiB/s) available for the final phase of migration",
                by_name_only=True,
            ),
            string(
                _STORAGE,
                "move the domain's files to this datastore of the destination (not in virsh)",
                by_name_only=True,
            ),
        ),
    ),
)
