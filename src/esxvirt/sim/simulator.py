"""The simulator in process: a site and its servers, on a thread of their own."""

import asyncio
import socket
import tempfile
import threading
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from esxvirt.sim.access import Access
from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.faults import FaultPlan
from esxvirt.sim.holds import Hold, Holds
from esxvirt.sim.http import addresses, certificates
from esxvirt.sim.http.server import Server
from esxvirt.sim.log import CallLog
from esxvirt.sim.options import Options
from esxvirt.sim.populate import populate
from esxvirt.sim.profiles import find
from esxvirt.sim.sessions import Session
from esxvirt.sim.state.site import keep
from esxvirt.sim.state.site.default_site import Layout
from esxvirt.sim.state.site.tasks import Tasks
from esxvirt.sim.state.site.troubles import cause

if TYPE_CHECKING:
    from os import PathLike

    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.wire.values import Ref

__all__ = ["PASSWORD", "Simulator"]

PASSWORD = "secret"  # noqa: S105  # of a server that holds nothing
_VCENTER_NAME = "vcenter.example.com"
_THREADS = 256
_PATIENCE = 10.0


class Simulator:
    """A simulated ESX, GSX or vCenter server, and a vCenter's hosts as servers of their own.

    `profile` is one of `profiles.PROFILES` or "esx", "gsx", "vcenter"; `transport` "https" or "http"; `hosts` and `vms`
    are counts, `latency` seconds that every call takes longer; `idle_timeout` seconds without a call end a session.
    `troubled` adds machines with any of `state.site.troubles.TROUBLES`, `storage` adds "nfs" and "iscsi" storage;
    `datacenters`, `clusters`, `folders`, `shared`, `distributed`, `tree`, `port_groups`, `opaque` are a vCenter's, and
    `datastores` are names of more datastores: see `Layout` in `state.site.default_site`.
    `discards_state` has suspended machines be powered off, which loses their memory: servers differ in that.
    `license` "free" is that of the free ESXi, whose API only reads.
    `names` are names or addresses that the certificate is for, beside those that the servers have anyway.
    `listen` is the main server's (address, port), port 0 for any. `state` is a file that keeps what has changed between
    runs: where it exists it is read in place of the counts, and it is written when the simulator stops.
    LookupError for an unknown profile, ValueError for arguments that cannot be and a file that holds no state of the
    profile, OSError if it cannot listen, or read or write the file.
    """

    def __init__(
        self,
        profile: str = "esx",
        transport: str = "https",
        hosts: int = 1,
        vms: int = 0,
        latency: float = 0.0,
        *,
        troubled: Iterable[str] = (),
        listen: tuple[str, int] | None = None,
        password: str = PASSWORD,
        datacenters: int = 1,
        clusters: int = 0,
        folders: int = 0,
        shared: bool = False,
        distributed: int = 0,
        tree: Iterable[str] = (),
        port_groups: Iterable[str] = (),
        opaque: Iterable[str] = (),
        datastores: Iterable[str] = (),
        storage: Iterable[str] = (),
        discards_state: bool = False,
        idle_timeout: float = 1800.0,
        license: str = "evaluation",  # noqa: A002  # the option's word
        names: Iterable[str] = (),
        state: "str | PathLike[str] | None" = None,
    ) -> None:
        self._options = options = Options(
            profile=find(profile),
            transport=transport,
            hosts=hosts,
            vms=vms,
            latency=latency,
            layout=Layout(
                datacenters,
                clusters,
                folders,
                shared,
                distributed,
                tuple(tree),
                tuple(port_groups),
                tuple(opaque),
                tuple(datastores),
            ),
            troubled=tuple(troubled),
            storage=tuple(storage),
            listen=listen,
            password=password,
            idle_timeout=idle_timeout,
            license=license,
            names=tuple(names),
            state=Path(state) if state is not None else None,
        )
        self.profile = options.profile
        self.transport = transport
        self.username = options.profile.username
        self.password = password
        self.calls = CallLog()
        self.faults = FaultPlan()
        self.faults.on_change = self._listen_again
        self.holds = Holds()
        # Where the state is written at the end.
        self._state = options.state
        self.site = options.site()
        self.tasks = Tasks(self.site, discards_state=discards_state, holds=self.holds)
        self.endpoints = [self._make_endpoint(host) for host in self._served_hosts()]
        self.cacert: Path | None = None
        self.thumbprint: str | None = None
        self._servers: list[Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def _served_hosts(self) -> "list[Host | None]":
        """Return the hosts that have a server, the main one first: None stands for a vCenter's own."""
        return [None, *self.site.hosts] if self.profile.is_vcenter else [self.site.hosts[0]]

    def _make_endpoint(self, host: "Host | None") -> Endpoint:
        profile = self.profile if host is None else host.profile
        access = Access(profile.username, self.password)
        access.restricted = self._options.free
        endpoint = Endpoint(self.tasks, profile, host, access, self.faults, self.calls)
        endpoint.latency = self._options.latency
        endpoint.holds = self.holds
        endpoint.sessions.idle_timeout = self._options.idle_timeout
        if endpoint.name in self.site.access:
            access.load(self.site.access[endpoint.name])
        populate(endpoint)
        return endpoint

    @property
    def latency(self) -> float:
        """Seconds that every call takes longer; it may be set while the simulator runs."""
        return self.endpoints[0].latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        for endpoint in self.endpoints:
            endpoint.latency = seconds

    @property
    def registration(self) -> str:
        """When a machine's registration reads its VMX file: at the "start" or the "end" of its task."""
        return self.tasks.registration

    @registration.setter
    def registration(self, when: str) -> None:
        if when not in {"start", "end"}:
            raise ValueError(f"registration {when!r}: choose start or end")
        self.tasks.registration = when

    @property
    def discards_state(self) -> bool:
        """Whether a suspended machine can be powered off, which loses its memory."""
        return self.tasks.discards_state

    @discards_state.setter
    def discards_state(self, discards: bool) -> None:
        self.tasks.discards_state = discards

    @property
    def sessions(self) -> list[Session]:
        """The sessions now open, on all servers."""
        return [session for endpoint in self.endpoints for session in endpoint.sessions]

    def hold(
        self,
        method: str | None = None,
        *,
        http: str | None = None,
        path: str | None = None,
        object: "str | Ref | None" = None,  # noqa: A002  # the word that `calls` uses, too
        answer: bool = False,
        task: bool = False,
        count: int = 1,
        skip: int = 0,
    ) -> Hold:
        """Hold the next calls of a method, or requests for files, on every server, until the `Hold` is released.

        With `answer` the call is carried out and its answer waits, else nothing is done before the release: of an
        upload only the body is read. A client that goes away meanwhile takes nothing back. A simulator that stops lets
        all go, and leaves undone what is not done.

        Args:
            method: A method's name on the wire, or "*" for all.
            http: GET, HEAD, PUT or DELETE of ``/folder``, or "*", instead of a method.
            path: The start of the URL's path, decoded; None for any.
            object: The object that a method is called on, "VirtualMachine:1" or the identifier alone.
            answer: Whether the answer is held, not the call.
            task: Whether the call's task is held, when it has begun and before its effect; to cancel it lets it go.
            count: How many calls are held; all that come after them pass.
            skip: How many calls pass before the first is held.

        Raises:
            ValueError: for what can never be held.
        """
        return self.holds.add(
            method, http=http, path=path, object=object, answer=answer, task=task, count=count, skip=skip
        )

    def trouble(self, name: str, trouble: str) -> None:
        """Give the machine of that name one of `state.site.troubles.TROUBLES`; LookupError, ValueError."""
        with self.site.lock:
            machine = self.site.find_machine(name)
            cause(self.site, machine, trouble)
            self.site.touch()

    def add_role(self, name: str, privileges: Iterable[str]) -> None:
        """Add a role with privileges by their names, on every server; ValueError for a name that is taken."""
        wanted = frozenset(privileges)
        for endpoint in self.endpoints:
            endpoint.access.add_role(name, wanted)

    def add_account(self, username: str, role: str, password: str | None = None) -> None:
        """Add an account with a role, by name, on every server; it has `self.password` unless it gets its own."""
        for endpoint in self.endpoints:
            endpoint.access.add_account(username, role, password)

    def set_free(self, datastore: str, free: int) -> None:
        """Let a datastore have `free` bytes left; LookupError if there is none of that name."""
        with self.site.lock:
            store = next((store for store in self.site.datastores if store.name == datastore), None)
            if store is None:
                raise LookupError(f"no datastore {datastore!r} in the simulator")
            store.capacity = store.used + free
            self.site.touch()

    def restart(self, tasks: str = "keep") -> None:
        """End all sessions and connections of the main server, as a restart of it does.

        Tasks under way go on ("keep"), as those of hosts do when their vCenter restarts, or end with an error ("fail").
        """
        if tasks not in {"keep", "fail"}:
            raise ValueError(f"tasks {tasks!r}: choose keep or fail")
        main = self.endpoints[0]
        main.sessions.expire()
        with self.site.lock:
            if tasks == "fail":
                self.tasks.interrupt()
            self.site.touch()
        self._in_loop(self._main.hang_up())

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Let every connection be refused meanwhile: nobody listens."""
        rule = self.faults.add(socket="refuse", before_tls=True)
        try:
            yield
        finally:
            self.faults.remove(rule)

    def _listen_again(self) -> None:
        """Listen, or not, as the faults want it."""
        if self._servers and self._loop is not None:
            wanted = not self.faults.refusing
            for server in self._servers:
                self._in_loop(server.listen(wanted))

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None:
            work.close()
            raise RuntimeError("the simulator is not running: call start(), or use it in a with statement")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    def expire_sessions(self) -> None:
        """End all sessions, as the idle timeout would."""
        for endpoint in self.endpoints:
            endpoint.sessions.expire()
        self.site.touch()

    # Where it is.

    @property
    def host(self) -> str:
        """The main server's address."""
        return self._main.address

    @property
    def port(self) -> int:
        """The main server's port."""
        return self._main.port

    @property
    def _main(self) -> Server:
        if not self._servers:
            raise RuntimeError("the simulator is not running: call start(), or use it in a with statement")
        return self._servers[0]

    def _uri(self, server: Server, path: str = "") -> str:
        profile = server.endpoint.profile
        standard = (443, 80) if profile.scheme != "gsx" else profile.default_ports
        address = f"[{server.address}]" if ":" in server.address else server.address
        port = "" if server.port == standard[self.transport == "http"] else f":{server.port}"
        query = "?transport=http" if self.transport == "http" else ""
        return f"{profile.scheme}://{quote(profile.username, safe='')}@{address}{port}/{path}{query}"

    @property
    def uri(self) -> str:
        """The connection URI; a vCenter's has the path of its first host."""
        if not self.profile.is_vcenter:
            return self._uri(self._main)
        return self._uri(self._main, quote(self.site.hosts[0].path))

    @property
    def vcenter_uri(self) -> str | None:
        """The connection URI of the whole vCenter; None without one."""
        return self._uri(self._main) if self.profile.is_vcenter else None

    @property
    def host_uris(self) -> list[str]:
        """The connection URIs of the hosts, each a server of its own."""
        return [self._uri(server) for server in self._servers if server.endpoint.host is not None]

    @property
    def sdk_url(self) -> str:
        """The URL of the main server's SOAP service, for clients that want one."""
        address = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}://{address}:{self.port}/sdk"

    # Its life.

    def start(self) -> Self:
        """Listen and serve; return itself."""
        if self._thread is not None:
            raise RuntimeError("the simulator is running already")
        listeners = self._bind()
        self._directory = tempfile.TemporaryDirectory(prefix="esxvirt-sim-")
        tls = None
        if self.transport == "https":
            made = certificates.make(self._certified(listeners), Path(self._directory.name))
            tls, self.cacert, self.thumbprint = made.context, made.cacert, made.thumbprint
        self._pool = ThreadPoolExecutor(_THREADS, "esxvirt-sim")
        self._servers = []
        for endpoint, listener in zip(self.endpoints, listeners, strict=True):
            endpoint.thumbprint, endpoint.scheme = self.thumbprint, self.transport
            self._servers.append(Server(endpoint, listener, tls, self._pool))
            if endpoint.host is not None:
                endpoint.host.address = str(listener.getsockname()[0])
        if self.profile.is_vcenter:
            for host in self.site.hosts:
                host.management_server = self.host
        self.site.closing = False
        self.tasks.attach(self._pool)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="esxvirt-sim", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start_servers(), self._loop).result(_PATIENCE)
        return self

    def _certified(self, listeners: list[socket.socket]) -> list[str]:
        """Return the names and addresses that the certificate is for, the subject first."""
        own = [_VCENTER_NAME] if self.profile.is_vcenter else []
        own += [host.full_name for host in self.site.hosts if certificates.is_name(host.full_name)]
        return [*self._options.names, *own, *(str(item.getsockname()[0]) for item in listeners)]

    def _bind(self) -> list[socket.socket]:
        standard = 80 if self.transport == "http" else 443
        if self.profile.is_vcenter:
            return addresses.bind_site(len(self.site.hosts), standard, self._options.listen)
        return [addresses.bind(*(self._options.listen or ("127.0.0.1", 0)))]

    def _run(self) -> None:
        assert self._loop is not None  # noqa: S101  # start makes it first
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _start_servers(self) -> None:
        for server in self._servers:
            await server.start()

    async def _stop_servers(self) -> None:
        await asyncio.gather(*(server.stop() for server in self._servers))

    def stop(self) -> None:
        """Close all connections and stop; safe to call twice."""
        if self._thread is None or self._loop is None:
            return
        # Before the tasks end: what a held call would start must not begin any more.
        self.holds.close()
        with self.site.changed:
            self.site.closing = True
            self.tasks.attach(None)
            self.site.changed.notify_all()
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._stop_servers(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._directory is not None:
            self._directory.cleanup()
        self._thread = self._loop = self._pool = self._directory = None
        self._servers = []
        if self._state is not None:
            self.site.access = {endpoint.name: endpoint.access.dump() for endpoint in self.endpoints}
            keep.save(self.site, self._state)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
