"""Servers on which operations are tried: each trial has one of its own, as it was when the operation could begin."""

import atexit
import dataclasses
import functools
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from aiohttp import web_app

from esxvirt import libvirt, records
from esxvirt.driver.migration import migration
from esxvirt.driver.storage import transfer
from esxvirt.driver.tasks import lost_answers
from esxvirt.errors import EsxvirtError
from esxvirt.libvirt_esx._inside import driver_of
from esxvirt.sim import Simulator
from esxvirt.sim.state.site import keep
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import File
from esxvirt.sim.state.storage.luns import Lun
from esxvirt.vsphere import transport, updates
from tests.client import open_connection
from tests.faults.gate import TaskGate
from tests.faults.interceptor import Interceptor
from tests.faults.operation import FREE_DISK, Operation

__all__ = ["Attempt", "Client", "Stage", "attempt", "hurry", "stage"]

_TWO_HOSTS = {"hosts": 2, "vms": 2, "shared": True}
_DIRECTORY = tempfile.mkdtemp(prefix="esxvirt-trials-")
atexit.register(shutil.rmtree, _DIRECTORY, ignore_errors=True)
_logged = threading.local()


class _Collector(logging.Handler):
    """Keeps the warnings of the thread that has asked for them."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING and hasattr(_logged, "texts"):
            _logged.texts.append(record.getMessage())


def hurry(monkeypatch: pytest.MonkeyPatch, grace: float = 60.0) -> None:
    """Let the client wait for nothing but answers, and print no errors; `grace` are the seconds that these have."""
    at_once = SimpleNamespace(uniform=lambda *_: 0.0)
    places: tuple[tuple[ModuleType, str, Any], ...] = (
        (transport, "random", at_once), (updates, "random", at_once), (updates, "_LONGEST_WAIT", 1),
        (updates, "_GRACE", grace), (transfer, "_PAUSE", 0.0), (lost_answers, "_PAUSE", 0.01),
        (migration, "_PAUSE", 0.01),
    )  # fmt: skip
    for module, name, value in places:
        monkeypatch.setattr(module, name, value)
    libvirt.registerErrorHandler(lambda *_: None, None)
    monkeypatch.setattr(logging.getLogger("esxvirt"), "handlers", [_Collector()])


@functools.cache
def _prepared(profile: str, preparations: tuple[tuple[Callable[..., Any], str], ...]) -> Path:
    """The state of a server on which operations can begin, in a file."""
    more: dict[str, Any] = _TWO_HOSTS if profile.startswith("vcenter") else {}
    with Simulator(profile, transport="http", **more) as simulator:
        gate = TaskGate(simulator)
        _furnish(simulator)
        with Interceptor(simulator, gate) as interceptor:
            connection = open_connection(interceptor.uri, simulator.username, simulator.password)
            try:
                for prepare, machine in preparations:
                    prepare(connection, machine)
            finally:
                interceptor.end_all()
                connection.close()
        for found in simulator.site.machines.values():
            found.materialise()
        path = Path(tempfile.mkstemp(dir=_DIRECTORY)[1])
        keep.save(simulator.site, path)
    return path


def _furnish(simulator: Simulator) -> None:
    """Give a server the volumes that operations are on, and a disk that is free."""
    store = simulator.site.datastores[0]
    host = simulator.site.hosts[0]
    host.adapters[0].targets[0].luns.append(Lun(1, FREE_DISK, "DELL", "PERC H330 Mini", 8 << 30, local=True))
    version = simulator.profile.hw_version
    for path in ("made/a.vmdk", "data/extra.vmdk"):
        store.make_directory(path.partition("/")[0])
        disks.create(store, path, 1024, adapter="lsilogic", thin=False, hw_version=version)
        flat = path.replace(".vmdk", "-flat.vmdk")
        store.put(flat, File.of(b"o" * (1 << 20)))
    store.put("iso/second.iso", File.of(b"o" * 5000))


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """How an operation went: what was raised, and all that was said."""

    error: BaseException | None
    said: tuple[str, ...]

    @property
    def cause(self) -> BaseException | None:
        """The driver's error."""
        error = self.error
        return error.__cause__ if isinstance(error, libvirt.libvirtError) and error.__cause__ else error

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(self.said)


@dataclasses.dataclass(slots=True)
class Client:
    """A connection through an interceptor of its own, and what the operation is on."""

    interceptor: Interceptor
    connection: "libvirt.virConnect"
    subjects: tuple[Any, ...]

    def run(self, operation: Operation) -> Attempt:
        """Try the operation."""
        return attempt(functools.partial(operation.run, self.connection, *self.subjects))

    def have_patience(self, seconds: float) -> None:
        """Wait so long for an answer."""
        session = driver_of(self.connection).session
        session.endpoint = session.transport.endpoint = records.replace(session.transport.endpoint, deadline=seconds)

    def close(self) -> None:
        """Close the connection, and those that it took to the other host."""
        for one in (self.connection, *self.subjects):
            if isinstance(one, libvirt.virConnect):
                one.close()


@dataclasses.dataclass(slots=True)
class Stage:
    """A server on which an operation can begin."""

    simulator: Simulator
    gate: TaskGate

    @contextmanager
    def client(self, operation: Operation) -> Iterator[Client]:
        """A client that has looked up what the operation is on; its connection is closed at the end."""
        with Interceptor(self.simulator, self.gate) as interceptor:
            connection = open_connection(interceptor.uri, self.simulator.username, self.simulator.password)
            made = Client(interceptor, connection, ())
            try:
                made.subjects = operation.subjects(connection, operation.machine)
                yield made
            finally:
                interceptor.disarm()
                interceptor.end_all()
                made.close()
                interceptor.end_all()

    def once_more(self, operation: Operation) -> Attempt:
        """Try the operation on a new connection, lookups included."""
        with Interceptor(self.simulator, self.gate) as interceptor:
            connection = open_connection(interceptor.uri, self.simulator.username, self.simulator.password)
            made = Client(interceptor, connection, ())

            def run() -> None:
                made.subjects = operation.subjects(connection, operation.machine)
                operation.run(connection, *made.subjects)

            try:
                return attempt(run)
            finally:
                interceptor.end_all()
                made.close()


def attempt(run: Callable[[], Any]) -> Attempt:
    """Try something, and keep what is said of it."""
    _logged.texts = []
    error: BaseException | None = None
    try:
        run()
    except (libvirt.libvirtError, EsxvirtError) as raised:
        error = raised
    said = (*([str(error)] if error is not None else []), *_logged.texts)
    del _logged.texts
    return Attempt(error, said)


def preparations(*operations: Operation) -> tuple[tuple[Callable[..., Any], str], ...]:
    """What is to be done before these operations, each thing once."""
    return tuple(dict.fromkeys((found.prepare, found.machine) for found in operations if found.prepare is not None))


@contextmanager
def stage(profile: str, *operations: Operation) -> Iterator[Stage]:
    """A server of its own on which these operations can begin.

    Raises:
        libvirtError: It cannot be prepared for all of them.
    """
    state = _prepared(profile, preparations(*operations))
    simulator = Simulator(profile, transport="http", state=state, discards_state=True)
    simulator._state = None  # where it would be written at its end
    with simulator:
        yield Stage(simulator, TaskGate(simulator))
    # It keeps the last thousand servers, with all that they hold.
    web_app._cached_build_middleware.cache_clear()
