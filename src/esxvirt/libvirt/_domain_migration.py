"""What virDomain has to be migrated with, and to tell of its jobs: what is being done with it.

Refusals are libvirt's, in its order: what its API checks before any driver is asked, what it finds that ESX cannot,
and then the driver's own, first of the destination (`esxDomainMigratePrepare`), then of the source.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from esxvirt.constants import domains as flags_
from esxvirt.constants import errors as codes
from esxvirt.constants import parameters as names
from esxvirt.errors import InvalidArgumentError
from esxvirt.libvirt._errors import libvirtError, report, report_argument
from esxvirt.libvirt._late import jobs, migration
from esxvirt.libvirt._methods import ClosedError, check_flags, to_int
from esxvirt.libvirt._objects import AnyConnection, AnyDomain

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.tasks.jobs import Job

__all__ = ["STORAGE", "Migration"]

STORAGE: Final = "storage"
"""A parameter of `migrate3` that libvirt has not: the name of a datastore that gets the machine's files."""

_ACCEPTED = (
    flags_.VIR_MIGRATE_LIVE
    | flags_.VIR_MIGRATE_PEER2PEER
    | flags_.VIR_MIGRATE_TUNNELLED
    | flags_.VIR_MIGRATE_PERSIST_DEST
    | flags_.VIR_MIGRATE_UNDEFINE_SOURCE
    | flags_.VIR_MIGRATE_PAUSED
)
# What libvirt does not tell the destination.
_OF_SOURCE = flags_.VIR_MIGRATE_ABORT_ON_ERROR | flags_.VIR_MIGRATE_AUTO_CONVERGE
_BOTH_COPIES = flags_.VIR_MIGRATE_NON_SHARED_DISK | flags_.VIR_MIGRATE_NON_SHARED_INC

_TEXTS = frozenset({
    names.VIR_MIGRATE_PARAM_URI, names.VIR_MIGRATE_PARAM_DEST_NAME, names.VIR_MIGRATE_PARAM_DEST_XML,
    names.VIR_MIGRATE_PARAM_PERSIST_XML, names.VIR_MIGRATE_PARAM_GRAPHICS_URI, names.VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
    names.VIR_MIGRATE_PARAM_MIGRATE_DISKS, names.VIR_MIGRATE_PARAM_DISKS_URI, names.VIR_MIGRATE_PARAM_COMPRESSION,
    names.VIR_MIGRATE_PARAM_TLS_DESTINATION, STORAGE,
})  # fmt: skip
_NUMBERS = {
    names.VIR_MIGRATE_PARAM_BANDWIDTH: 64, names.VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY: 64,
    names.VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE: 64, names.VIR_MIGRATE_PARAM_DISKS_PORT: 32,
    names.VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL: 32, names.VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS: 32,
    names.VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS: 32, names.VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL: 32,
    names.VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT: 32, names.VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS: 32,
}  # fmt: skip
# The parameters that the older protocol has arguments for, and ours.
_PLAIN = frozenset({
    names.VIR_MIGRATE_PARAM_URI, names.VIR_MIGRATE_PARAM_DEST_NAME, names.VIR_MIGRATE_PARAM_DEST_XML,
    names.VIR_MIGRATE_PARAM_BANDWIDTH, STORAGE,
})  # fmt: skip

_OPERATIONS = {
    "VirtualMachine.migrate": names.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT,
    "VirtualMachine.relocate": names.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT,
    "VirtualMachine.powerOn": names.VIR_DOMAIN_JOB_OPERATION_START,
    "VirtualMachine.suspend": names.VIR_DOMAIN_JOB_OPERATION_SAVE,
    "VirtualMachine.createSnapshot": names.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT,
    "VirtualMachine.revertToCurrentSnapshot": names.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT,
    "vm.Snapshot.revert": names.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT,
    "vm.Snapshot.remove": names.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE,
    "VirtualMachine.removeAllSnapshots": names.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE,
}
_STATS = names.VIR_DOMAIN_JOB_STATS_COMPLETED | names.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED
_PERCENT: Final = "progress"
_INFO_LENGTH: Final = 12


class Migration(AnyDomain):
    """The methods, for virDomain alone."""

    # migration

    def migrate(
        self,
        dconn: AnyConnection,
        flags: int = 0,
        dname: str | None = None,
        uri: str | None = None,
        bandwidth: int = 0,
    ) -> Self:
        """Let the host of another connection run the domain; return it as that connection has it.

        Both hosts must have the same vCenter: `vpx://` connections, or `esx://` with ``?vcenter=``.

        Args:
            dconn: The connection to the destination, one host of it.
            flags: VIR_MIGRATE_LIVE, _PERSIST_DEST, _UNDEFINE_SOURCE and _PAUSED are taken, and make no difference.
            dname: Another name is not supported.
            uri: ``vpxmigr://ADDRESS/POOL/HOST`` with the vCenter's identifiers; None for the host of `dconn`.
            bandwidth: Ignored: the vCenter decides.
        """
        return self._migrate("virDomainMigrate", dconn, to_int(flags), dname, uri, to_int(bandwidth))

    def migrate2(
        self,
        dconn: AnyConnection,
        dxml: str | None = None,
        flags: int = 0,
        dname: str | None = None,
        uri: str | None = None,
        bandwidth: int = 0,
    ) -> Self:
        """As `migrate`; another description of the domain, `dxml`, is not supported."""
        return self._migrate("virDomainMigrate2", dconn, to_int(flags), dname, uri, to_int(bandwidth), dxml)

    def migrate3(self, dconn: AnyConnection, params: Mapping[str, Any], flags: int = 0) -> Self:
        """As `migrate`, with VIR_MIGRATE_PARAM_* for parameters: _URI, and _BANDWIDTH, which is ignored.

        One more is our own: ``storage``, the name of a datastore of the destination's host that gets the machine's
        files; the destination may then be the host that runs the domain already.
        """
        function, flags = "virDomainMigrate3", to_int(flags)
        read = _read_parameters(params)
        there = _destination(dconn, function)
        _check_combination(flags, function)
        if flags & flags_.VIR_MIGRATE_PEER2PEER:
            message = "use virDomainMigrateToURI3 for peer-to-peer migration"
            raise report_argument(message, function, "flags")
        if flags & flags_.VIR_MIGRATE_TUNNELLED:
            message = "cannot perform tunnelled migration without using peer2peer flag"
            raise report_argument(message, function, "flags")
        _check_offline(flags)
        _check_protection(flags)
        if not read.keys() <= _PLAIN:
            raise _unsupported(
                "Migration APIs with extensible parameters are not supported but extended parameters were passed"
            )
        self._check_vcenters(there, function)
        if read.get(names.VIR_MIGRATE_PARAM_DEST_XML) is not None:
            raise _unsupported("Unable to change target guest XML during migration")
        dname, uri = read.get(names.VIR_MIGRATE_PARAM_DEST_NAME), read.get(names.VIR_MIGRATE_PARAM_URI)
        return self._perform(dconn, flags, dname, uri, read.get(STORAGE))

    def _migrate(
        self,
        function: str,
        dconn: AnyConnection,
        flags: int,
        dname: str | None,
        uri: str | None,
        bandwidth: int,
        dxml: str | None = None,
    ) -> Self:
        del bandwidth
        for text in (dname, uri, dxml):
            if text is not None and not isinstance(text, str):
                raise TypeError(f"{function}() arguments must be str or None, not {type(text).__name__}")
        there = _destination(dconn, function)
        _check_combination(flags, function)
        _check_offline(flags)
        if flags & flags_.VIR_MIGRATE_PEER2PEER:
            raise report(codes.VIR_ERR_NO_SUPPORT, codes.VIR_FROM_DOMAIN, function)
        _check_protection(flags)
        if flags & flags_.VIR_MIGRATE_TUNNELLED:
            message = "cannot perform tunnelled migration without using peer2peer flag"
            raise report(codes.VIR_ERR_OPERATION_INVALID, codes.VIR_FROM_DOMAIN, message)
        self._check_vcenters(there, function)
        if dxml is not None:
            raise _unsupported("Unable to change target guest XML during migration")
        return self._perform(dconn, flags, dname, uri)

    def _check_vcenters(self, there: "Connection", function: str) -> None:

        if not migration.has_vcenter(self._driver) or not migration.has_vcenter(there):
            raise report(codes.VIR_ERR_NO_SUPPORT, codes.VIR_FROM_DOMAIN, function)

    def _perform(
        self, dconn: AnyConnection, flags: int, dname: str | None, uri: str | None, storage: str | None = None
    ) -> Self:
        there = dconn._driver  # noqa: SLF001  the classes of this package are each other's friends
        check_flags(flags & ~_OF_SOURCE, _ACCEPTED, "esxDomainMigratePrepare")
        check_flags(flags, _ACCEPTED, "esxDomainMigratePerform")
        if dname is not None:
            raise InvalidArgumentError("Renaming domains on migration not supported")
        destination = migration.prepare(there) if uri is None else migration.parse_destination(uri)
        migration.perform(self._driver, self._o, destination, storage)
        return type(self)(dconn, migration.finish(there, self._o))

    def migrateToURI(self, duri: str, flags: int = 0, dname: str | None = None, bandwidth: int = 0) -> int:
        """Refused as libvirt does: it is the vCenter that migrates, by a connection to it for each of the hosts."""
        del dname
        if duri is None:
            function = "virDomainMigrateToURI"
            raise report_argument(f"duri in {function} must not be NULL", function, "duri")
        to_int(bandwidth)
        raise _direct(to_int(flags))

    def migrateToURI2(
        self,
        dconnuri: str | None = None,
        miguri: str | None = None,
        dxml: str | None = None,
        flags: int = 0,
        dname: str | None = None,
        bandwidth: int = 0,
    ) -> int:
        """Refused, as `migrateToURI`."""
        del dconnuri, miguri, dxml, dname
        to_int(bandwidth)
        raise _direct(to_int(flags))

    def migrateToURI3(self, dconnuri: str | None, params: Mapping[str, Any], flags: int = 0) -> int:
        """Refused, as `migrateToURI`."""
        del dconnuri
        _read_parameters(params)
        raise _direct(to_int(flags))

    # jobs: libvirt's driver has none of these

    def jobInfo(self) -> list[int]:
        """Return what is being done with the domain, in the form of virDomainJobInfo: 12 integers.

        The first is VIR_DOMAIN_JOB_BOUNDED, or VIR_DOMAIN_JOB_NONE if nothing is; then come the milliseconds so far,
        and, third, 0. VMware tells how far it is in percent, so of the amounts of data (fourth to sixth: total,
        processed, remaining) the total is 100. The rest is 0.
        """
        job = jobs.current_job(self._driver, self._o)
        if job is None:
            return [names.VIR_DOMAIN_JOB_NONE] + [0] * (_INFO_LENGTH - 1)
        known = [names.VIR_DOMAIN_JOB_BOUNDED, job.milliseconds or 0, 0, 100, job.progress, 100 - job.progress]
        return known + [0] * (_INFO_LENGTH - len(known))

    def jobStats(self, flags: int = 0) -> dict[str, Any]:
        """Return what is being done with the domain: ``type`` and, unless that is VIR_DOMAIN_JOB_NONE, more.

        ``operation`` is a VIR_DOMAIN_JOB_OPERATION_*, ``time_elapsed`` milliseconds, ``progress`` (our own) percent;
        of what has ended, ``success`` says how, and ``errmsg`` why not.

        `flags`: VIR_DOMAIN_JOB_STATS_COMPLETED for what was done last; the server keeps it for some minutes, so
        VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED makes no difference.
        """
        check_flags(flags, _STATS, "esxDomainGetJobStats")
        ended = bool(flags & _STATS)
        job = jobs.last_job(self._driver, self._o) if ended else jobs.current_job(self._driver, self._o)
        return {"type": names.VIR_DOMAIN_JOB_NONE} if job is None else _stats(job)

    def abortJob(self) -> int:
        """Ask what is being done with the domain, by whomever, to end: a migration, a start, a snapshot. 0."""
        return self._abort_job(0)

    def abortJobFlags(self, flags: int = 0) -> int:
        """Ask what is being done with the domain to end, as `abortJob`; no flag is supported. 0."""
        return self._abort_job(flags)

    def _abort_job(self, flags: int) -> int:

        check_flags(flags, 0, "esxDomainAbortJobFlags")
        jobs.abort(self._driver, self._o)
        return 0


def _destination(dconn: AnyConnection | None, function: str) -> "Connection":
    """Return the driver's connection of the destination, which must be open, and not for reading only."""
    if dconn is None:
        raise ClosedError
    there = dconn._driver  # noqa: SLF001  the classes of this package are each other's friends
    if there.read_only:
        message = f"read only access prevents {function}"
        raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_DOMAIN, message)
    return there


def _check_combination(flags: int, function: str) -> None:
    if flags & _BOTH_COPIES == _BOTH_COPIES:
        message = "Flags 'VIR_MIGRATE_NON_SHARED_DISK' and 'VIR_MIGRATE_NON_SHARED_INC' are mutually exclusive"
        raise report_argument(message, function, "ctl")
    if flags & flags_.VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES and not flags & _BOTH_COPIES:
        message = (
            "Flag 'VIR_MIGRATE_NON_SHARED_DISK | VIR_MIGRATE_NON_SHARED_INC' is required by flag "
            "'VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES'"
        )
        raise report_argument(message, function, "ctl")


def _check_offline(flags: int) -> None:
    if flags & flags_.VIR_MIGRATE_OFFLINE:
        raise _unsupported("offline migration is not supported by the source host")


def _check_protection(flags: int) -> None:
    if flags & flags_.VIR_MIGRATE_CHANGE_PROTECTION:
        raise _unsupported("cannot enforce change protection")


def _direct(flags: int) -> libvirtError:
    """Return the error for a migration that the hypervisors were to do among themselves."""
    _check_combination(flags, "virDomainMigrateUnmanagedCheckCompat")
    _check_offline(flags)
    kind = "p2p" if flags & flags_.VIR_MIGRATE_PEER2PEER else "direct"
    return _unsupported(f"{kind} migration is not supported by the source host")


def _unsupported(message: str) -> libvirtError:
    return report(codes.VIR_ERR_ARGUMENT_UNSUPPORTED, codes.VIR_FROM_DOMAIN, message)


def _read_parameters(params: Any) -> dict[str, Any]:
    """Return the parameters of `migrate3`; TypeError and OverflowError as libvirt-python raises them."""
    if not isinstance(params, Mapping):
        raise TypeError("migration params must be a dictionary")
    for name, value in params.items():
        if not isinstance(name, str):
            raise TypeError("bad argument type for built-in operation")
        if name in _TEXTS:
            many = name == names.VIR_MIGRATE_PARAM_MIGRATE_DISKS and isinstance(value, list | tuple)
            if not all(isinstance(item, str) for item in (value if many else (value,))):
                raise TypeError("bad argument type for built-in operation")
        elif name in _NUMBERS:
            _check_number(value, _NUMBERS[name])
        elif isinstance(value, int):
            _check_number(abs(value), 63)
        elif not isinstance(value, str | float):
            raise TypeError(f'Unknown type of "{name}" field')
    return dict(params)


def _check_number(value: Any, bits: int) -> None:
    if not isinstance(value, int):
        raise TypeError("an integer is required")
    if value < 0 and bits == 64:
        raise OverflowError("can't convert negative int to unsigned")
    if abs(value) >> bits:
        raise OverflowError("int too big to convert")


def _stats(job: "Job") -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": names.VIR_DOMAIN_JOB_BOUNDED,
        names.VIR_DOMAIN_JOB_OPERATION: _OPERATIONS.get(job.kind, names.VIR_DOMAIN_JOB_OPERATION_UNKNOWN),
    }
    if job.milliseconds is not None:
        found[names.VIR_DOMAIN_JOB_TIME_ELAPSED] = job.milliseconds
    found[_PERCENT] = job.progress
    if job.state == "success":
        found |= {"type": names.VIR_DOMAIN_JOB_COMPLETED, names.VIR_DOMAIN_JOB_SUCCESS: True}
    elif job.state == "error":
        ended = names.VIR_DOMAIN_JOB_CANCELLED if job.cancelled else names.VIR_DOMAIN_JOB_FAILED
        found |= {"type": ended, names.VIR_DOMAIN_JOB_SUCCESS: False}
        if job.problem is not None:
            found[names.VIR_DOMAIN_JOB_ERRMSG] = job.problem
    return found
