"""Calls and file requests that wait until a test lets them go."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from esxvirt.sim import Simulator
from tests.sim.test_http import _CALL, _CONTENT, _ROOT, Answer, request

_FILE = "/folder/iso/new.bin?dcPath=ha-datacenter&dsName=local-storage"
_PATIENCE = 20.0


class Client:
    """A client with a session; `later` does a request on a thread of its own."""

    def __init__(self, simulator: Simulator, manager: str = "ha-sessionmgr") -> None:
        self.simulator = simulator
        self._pool = ThreadPoolExecutor(60)
        credentials = f"<userName>{simulator.username}</userName><password>secret</password>"
        answer = request(simulator, "POST", "/sdk", _CALL.format("Login", "SessionManager", manager, credentials))
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def request(self, method: str, path: str, body: bytes | str | None = None) -> Answer:
        return request(self.simulator, method, path, body, {"Cookie": self.cookie})

    def call(self, method: str, kind: str, moid: str, arguments: str = "") -> Answer:
        return self.request("POST", "/sdk", _CALL.format(method, kind, moid, arguments))

    def later(self, method: str, path: str, body: bytes | str | None = None) -> "Future[Answer]":
        return self._pool.submit(self.request, method, path, body)

    def call_later(self, method: str, kind: str, moid: str, arguments: str = "") -> "Future[Answer]":
        return self._pool.submit(self.call, method, kind, moid, arguments)

    def send(self, method: str, path: str, body: str | bytes | None = None) -> http.client.HTTPConnection:
        """Send a request and return its connection, from which nobody has read."""
        connection = http.client.HTTPConnection(self.simulator.host, self.simulator.port, timeout=_PATIENCE)
        connection.request(method, path, body, {"Cookie": self.cookie})
        return connection

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def client(esx: Simulator) -> Iterator[Client]:
    made = Client(esx)
    yield made
    made.close()


def _moid(simulator: Simulator, name: str = "Fedora11") -> str:
    endpoint = simulator.endpoints[0]
    return endpoint.ids.of(simulator.site.find_machine(name)).value


_RENAME = "<newName>{}</newName>"


def test_a_call_is_held_before_anything_is_done(esx: Simulator, client: Client) -> None:
    moid = _moid(esx)
    with esx.hold("Rename_Task") as hold:
        assert not hold.held
        answer = client.call_later("Rename_Task", "VirtualMachine", moid, _RENAME.format("other"))
        held = hold.wait(_PATIENCE)
        assert (held.method, held.object) == ("Rename_Task", f"VirtualMachine:{moid}")
        assert held.session == esx.sessions[0].key
        assert hold.held
        assert hold.calls == [held]
        assert not answer.done()
        # Others are answered, the same client and the same object, too; and nothing has begun.
        assert client.call("RetrieveServiceContent", "ServiceInstance", "ServiceInstance").status == 200
        assert esx.tasks.recent == []
        assert esx.site.find_machine("Fedora11").number
        hold.release()
        assert answer.result(_PATIENCE).status == 200
        hold.wait_done(_PATIENCE)
        assert not hold.held
        assert [task.method for task in esx.tasks.recent] == ["Rename_Task"]
        hold.release()


def test_an_answer_is_held_when_all_is_done(esx: Simulator, client: Client) -> None:
    with esx.hold("MakeDirectory", answer=True) as hold:
        answer = client.call_later("MakeDirectory", "FileManager", "ha-nfc-file-manager", "<name>[x] y</name>")
        hold.wait(_PATIENCE)
        assert not answer.done()
    assert answer.result(_PATIENCE).status == 500  # a fault is an answer, too
    with esx.hold("UnregisterVM", answer=True) as hold:
        answer = client.call_later("UnregisterVM", "VirtualMachine", _moid(esx))
        hold.wait(_PATIENCE)
        with pytest.raises(LookupError):
            esx.site.find_machine("Fedora11")
        assert not answer.done()
    assert answer.result(_PATIENCE).status == 200


def test_a_task_is_held_when_it_has_begun(esx: Simulator, client: Client) -> None:
    moid = _moid(esx)
    with esx.hold("Rename_Task", task=True) as hold:
        assert client.call("Rename_Task", "VirtualMachine", moid, _RENAME.format("other")).status == 200
        held = hold.wait(_PATIENCE)
        assert (held.method, held.object, held.session) == ("Rename_Task", f"VirtualMachine:{moid}", None)
        assert esx.tasks.recent[-1].state == "running"
        assert esx.site.find_machine("Fedora11").busy is esx.tasks.recent[-1]
        assert b"TaskInProgress" in client.call("UnregisterVM", "VirtualMachine", moid).body
    hold.wait_done(_PATIENCE)
    assert esx.tasks.recent[-1].state == "success"
    assert esx.site.find_machine("other").busy is None


@pytest.mark.parametrize("end", ["cancel", "restart", "stop"])
def test_a_held_task_that_is_ended(end: str) -> None:
    with Simulator("esx-7.0", "http") as esx:
        client = Client(esx)
        hold = esx.hold("Rename_Task", task=True)
        client.call("Rename_Task", "VirtualMachine", _moid(esx), _RENAME.format("other"))
        hold.wait(_PATIENCE)
        task = esx.tasks.recent[-1]
        if end == "cancel":
            ref = esx.endpoints[0].show_task(task)
            assert client.call("CancelTask", "Task", ref.value).status == 200
        elif end == "restart":
            esx.restart(tasks="fail")
        if end != "stop":
            hold.wait_done(_PATIENCE)
    hold.wait_done(_PATIENCE)
    client.close()
    assert task.error is not None
    assert task.error.data.type_name == ("RequestCanceled" if end == "cancel" else "SystemError")
    assert esx.site.find_machine("Fedora11").busy is None


def test_a_held_call_keeps_its_place_in_the_order(esx: Simulator, client: Client) -> None:
    """Two clients want one name; the first to ask is held, and so the second gets it."""
    with esx.hold("MakeDirectory") as hold:
        arguments = "<name>[local-storage] mine</name>"
        first = client.call_later("MakeDirectory", "FileManager", _file_manager(esx), arguments)
        hold.wait(_PATIENCE)
        assert client.call("MakeDirectory", "FileManager", _file_manager(esx), arguments).status == 200
    answer = first.result(_PATIENCE)
    assert b"FileAlreadyExists" in answer.body


def _file_manager(simulator: Simulator) -> str:
    return simulator.endpoints[0].managers["fileManager"].value


def test_what_is_held(esx: Simulator, client: Client) -> None:
    off, web = _moid(esx), _moid(esx, "web")
    with esx.hold("*", object=f"VirtualMachine:{off}", skip=1, count=2) as hold:
        assert client.call("RefreshStorageInfo", "VirtualMachine", web).status == 500
        assert client.call("Reload", "VirtualMachine", off).status == 200
        second = client.call_later("Reload", "VirtualMachine", off)
        hold.wait(_PATIENCE)
        third = client.call_later("UnregisterVM", "VirtualMachine", off)
        assert hold.wait(_PATIENCE, count=2).method == "UnregisterVM"
        assert client.call("Reload", "VirtualMachine", off).status == 200
        assert not second.done()
        assert not third.done()
    assert second.result(_PATIENCE).status in {200, 500}
    assert third.result(_PATIENCE).status == 200
    with esx.hold("RetrieveServiceContent", object=web) as hold:
        assert request(esx, "POST", "/sdk", _CONTENT).status == 200
        assert not hold.calls


@pytest.mark.parametrize("wrong", [
    {},
    {"method": "Rename_Task", "http": "PUT"},
    {"method": "NoSuchMethod"},
    {"method": "Rename_Task", "path": "/folder"},
    {"http": "PUT", "object": "ha-host"},
    {"http": "POST"},
    {"method": "Rename_Task", "task": True, "answer": True},
    {"http": "PUT", "task": True},
    {"method": "*", "count": 0},
    {"method": "*", "skip": -1},
])  # fmt: skip
def test_what_cannot_be_held(esx: Simulator, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        esx.hold(**wrong)  # type: ignore[arg-type]  # that is what it is about


def test_waiting_for_what_does_not_come(esx: Simulator) -> None:
    hold = esx.hold("Rename_Task")
    with pytest.raises(TimeoutError, match="0 of 1"):
        hold.wait(0)
    hold.release()
    with pytest.raises(TimeoutError):
        hold.wait(_PATIENCE)  # at once: none can come any more


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET", "HEAD"])
def test_requests_for_files_are_held_before_anything_is_done(esx: Simulator, client: Client, method: str) -> None:
    before = None if method == "PUT" else b"old"
    if before:
        client.request("PUT", _FILE, before)
    body = b"new" * 200_000 if method == "PUT" else None
    with esx.hold(http=method.lower(), path="/folder/iso/new") as hold:
        assert client.request("PUT", _FILE.replace("new.bin", "other.bin"), b"x").status == 201
        answer = client.later(method, _FILE, body)
        held = hold.wait(_PATIENCE)
        assert (held.method, held.object, held.session) == (method, "/folder/iso/new.bin", esx.sessions[0].key)
        assert not answer.done()
        # The loop goes on, and another's change now comes first.
        with esx.site.lock:
            found = esx.site.datastores[0].find("iso/new.bin")
        assert (found.read() if found else None) == before
        if method != "PUT":
            assert client.request("PUT", _FILE, b"other").status == 200
    status = {"PUT": 201, "DELETE": 204, "GET": 200, "HEAD": 200}[method]
    assert answer.result(_PATIENCE).status == status
    if method == "GET":
        assert answer.result().body == b"other"
    left = client.request("GET", _FILE)
    assert (left.status, left.body) == {"PUT": (200, body), "DELETE": (404, left.body)}.get(method, (200, b"other"))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET"])
def test_answers_of_requests_for_files_are_held(esx: Simulator, client: Client, method: str) -> None:
    client.request("PUT", _FILE, b"old")
    with esx.hold(http=method, answer=True) as hold:
        answer = client.later(method, _FILE, b"new" if method == "PUT" else None)
        hold.wait(_PATIENCE)
        left = esx.site.datastores[0].find("iso/new.bin")
        assert (left.read() if left else None) == {"PUT": b"new", "DELETE": None, "GET": b"old"}[method]
        assert not answer.done()
        esx.site.datastores[0].make_directory("iso/new.bin")  # it comes too late to be seen
    assert answer.result(_PATIENCE).status == {"PUT": 200, "DELETE": 204, "GET": 200}[method]
    if method == "GET":
        assert answer.result().body == b"old"


def test_who_is_refused_is_not_held(esx: Simulator) -> None:
    with esx.hold(http="*") as hold:
        assert request(esx, "PUT", _FILE, b"x").status == 401
        assert not hold.calls


def test_a_client_that_goes_away_takes_nothing_back(esx: Simulator, client: Client) -> None:
    client.request("PUT", _FILE, b"old")
    moid = _moid(esx)
    unregister = _CALL.format("UnregisterVM", "VirtualMachine", moid, "")
    ends = [
        ("PUT", _FILE.replace("new", "new2"), b"whole"),
        ("DELETE", _FILE, None),
        ("POST", "/sdk", unregister),
    ]
    for method, path, body in ends:
        hold = esx.hold("UnregisterVM") if method == "POST" else esx.hold(http=method)
        connection = client.send(method, path, body)
        hold.wait(_PATIENCE)
        connection.close()
        _let_the_server_see_it(esx)
        assert esx.site.find_machine("Fedora11").name == "Fedora11"
        assert client.request("GET", _FILE.replace("new", "new2")).status == (404 if method == "PUT" else 200)
        hold.release()
        hold.wait_done(_PATIENCE)
    assert client.request("GET", _FILE.replace("new", "new2")).body == b"whole"
    assert client.request("GET", _FILE).status == 404
    with pytest.raises(LookupError):
        esx.site.find_machine("Fedora11")


def _let_the_server_see_it(simulator: Simulator) -> None:
    """Return when the event loop has handled what came before this request."""
    for _ in range(3):
        assert request(simulator, "POST", "/sdk", _CONTENT).status == 200


def test_an_upload_that_breaks_off_is_not_held(esx: Simulator, client: Client) -> None:
    with esx.hold(http="PUT") as hold:
        esx.faults.add(socket="refuse", http="PUT", count=1)
        with pytest.raises(ConnectionError):
            client.request("PUT", _FILE, b"x")
        assert not hold.calls
        # As far as it came it stays.
        connection = http.client.HTTPConnection(esx.host, esx.port, timeout=_PATIENCE)
        connection.putrequest("PUT", _FILE)
        connection.putheader("Authorization", _ROOT["Authorization"])
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"only this")
        _let_the_server_see_it(esx)
        connection.close()
        written = threading.Event()
        while not written.wait(0.005):
            if esx.site.datastores[0].find("iso/new.bin") is not None:
                written.set()
        assert not hold.calls
    assert client.request("GET", _FILE).body == b"only this"


def test_fifty_held_at_once(esx: Simulator, client: Client) -> None:
    with esx.hold("RetrieveServiceContent", count=50) as hold:
        answers = [client.call_later("RetrieveServiceContent", "ServiceInstance", "ServiceInstance") for _ in range(50)]
        hold.wait(_PATIENCE, count=50)
        for _ in range(20):
            assert client.call("RetrieveServiceContent", "ServiceInstance", "ServiceInstance").status == 200
        assert client.request("PUT", _FILE, b"x").status == 201
        assert not any(answer.done() for answer in answers)
    assert [answer.result(_PATIENCE).status for answer in answers] == [200] * 50


def test_stopping_lets_all_go_and_does_nothing_more(recwarn: pytest.WarningsRecorder) -> None:
    with Simulator("esx-7.0", "http") as sim:
        client = Client(sim)
        holds = sim.hold("UnregisterVM"), sim.hold(http="PUT"), sim.hold("Reload", answer=True), sim.hold(http="DELETE")
        moid = _moid(sim)
        clients = [
            client.send("POST", "/sdk", _CALL.format("UnregisterVM", "VirtualMachine", moid, "")),
            client.send("PUT", _FILE, b"x"),
            client.send("POST", "/sdk", _CALL.format("Reload", "VirtualMachine", moid, "")),
            client.send("DELETE", _FILE),
        ]
        for hold in holds:
            hold.wait(_PATIENCE)
        clients[3].close()
        _let_the_server_see_it(sim)
    for hold in holds:
        hold.wait_done(_PATIENCE)
        assert not hold.held
        hold.release()
    assert sim.site.find_machine("Fedora11").name == "Fedora11"
    assert sim.site.datastores[0].find("iso/new.bin") is None
    for connection in clients:
        connection.close()
    client.close()
    assert not recwarn.list
    with sim, sim.hold("RetrieveServiceContent") as hold:
        connection = http.client.HTTPConnection(sim.host, sim.port, timeout=_PATIENCE)
        connection.request("POST", "/sdk", _CONTENT)
        hold.wait(_PATIENCE)
        hold.release()
        assert connection.getresponse().status == 200
        connection.close()


def test_holds_are_for_the_hosts_of_a_vcenter_too() -> None:
    with Simulator("vcenter-7.0", "http", hosts=2) as vcenter:
        host = vcenter._servers[2]
        with vcenter.hold("RetrieveServiceContent") as hold:
            connection = http.client.HTTPConnection(host.address, host.port, timeout=_PATIENCE)
            connection.request("POST", "/sdk", _CONTENT)
            hold.wait(_PATIENCE)
            assert request(vcenter, "POST", "/sdk", _CONTENT).status == 200
        assert connection.getresponse().status == 200
        connection.close()


def test_holds_of_a_simulator_over_tls() -> None:
    with Simulator("esx-7.0") as esx, esx.hold("*") as hold, ThreadPoolExecutor() as pool:
        context = ssl.create_default_context(cafile=str(esx.cacert))
        connection = http.client.HTTPSConnection(esx.host, esx.port, timeout=_PATIENCE, context=context)
        connection.request("POST", "/sdk", _CONTENT)
        answer = pool.submit(connection.getresponse)
        hold.wait(_PATIENCE)
        assert not answer.done()
        hold.release()
        assert answer.result(_PATIENCE).status == 200
        connection.close()
